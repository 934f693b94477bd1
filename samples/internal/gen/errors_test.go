package gen

import (
	"strings"
	"testing"
)

const (
	hosts  = "# A test.\nhost client 192.0.2.10\nhost server 198.51.100.20\nhost six 2001:db8::1\n"
	opened = hosts + "open ctl client:40112 > server:21\n"
)

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty file", "", "t.ftp:1: want"},
		{"title without full stop", "# A test\n", "t.ftp:1: want"},
		{"nothing captured", hosts, "t.ftp:4: the capture is empty"},
		{"unknown statement", hosts + "opne ctl\n", `t.ftp:5: unknown statement "opne"`},
		{"line counts comments and blanks", hosts + "\n# note\nfoo\n", "t.ftp:7: "},
		{"unknown host", hosts + "open ctl cleint:1 > server:21\n", `open: no host "cleint"`},
		{"no port", hosts + "open ctl client > server:21\n", `want HOST:PORT, got "client"`},
		{"port too large", hosts + "open ctl client:65536 > server:21\n", "a number up to 65535"},
		{"no arrow", hosts + "open ctl client:1 server:21\n", `want ">", got "server:21"`},
		{"families", hosts + "open ctl client:1 > six:21\n", "client and six cannot talk to each other"},
		{"host twice", hosts + "host client 192.0.2.11\n", "client is already there"},
		{"host attribute", hosts + "host x 192.0.2.11 tll 3\n", `unknown attribute "tll"`},
		{"bad address", hosts + "host x 192.0.2.256\n", "192.0.2.256"},
		{"MSS of nothing", hosts + "host x 192.0.2.11 mss 0\n", "an MSS above 0"},
		{"setting too late", opened + "snaplen 96\n", "settings come before the first packet"},
		{"interface in pcap", hosts + "twin inside client interface wan\n", "only pcapng"},
		{"rewrite without twin", hosts + `rewrite "a" "b"` + "\n", "want twin before it"},
		{"connection twice", opened + "open ctl client:1 > server:21\n", "connection ctl is already there"},
		{"no such connection", opened + "C:b> USER x\n", `no connection "b"`},
		{"not open", hosts + "syn ctl client:1 > server:21\nC> USER x\n", "ctl is not open"},
		{"stranger", opened + "rst ctl six\n", "six has no part in ctl"},
		{"one more after nothing", opened + "C+ USER x\n", "+ follows a line of the same side"},
		{"one more of the other side", opened + "C> USER x\nS+ 331 x\n", "+ follows a line of the same side"},
		{"arrow of the other side", opened + "C< USER x\n", `unknown statement "C<"`},
		{"unknown escape", opened + `C> USER \q` + "\n", `unknown escape \q`},
		{"half a hex escape", opened + `C> USER \xf` + "\n", "two hex digits"},
		{"lone backslash", opened + `C> USER \` + "\n", `a lone \`},
		{"text after the end", opened + `C> USER\c x` + "\n", `\c must end the line`},
		{"quote left open", opened + `send ctl client "x` + "\n", "no closing quote"},
		{"cut in quotes", opened + `send ctl client "a\|b"` + "\n", "not into quotes"},
		{"text for a number", opened + `wait "5s"` + "\n", `want a time, got text "5s"`},
		{"too much data", opened + "send ctl client 20001\n", "a number up to 20000"},
		{"no data", opened + "send ctl client 0\n", "nothing to send"},
		{"no unit", opened + "wait 5\n", `want a time like 20ms, got "5"`},
		{"words left", opened + "wait 5s 6s\n", `unexpected "6s" at the end of the line`},
		{"modifier alone", opened + "unseen\n", "nothing follows"},
		{"modifier within a segment", opened + "C> A\nlost C+ B\n", "belong to the whole segment"},
		{"clock backwards", hosts + "syn a client:1 > server:2 at 3s 2s\n", "run backwards"},
		{"clock in the past", hosts + "syn a client:1 > server:2\nwait 3s\nsyn a at 1s\n", "is past"},
		{"unknown clock", hosts + "syn a client:1 > server:2 beos 3\n", "want linux, oldlinux, windows or at"},
		{"open again", opened + "establish ctl\n", "ctl is open already"},
		{"closed again", opened + "refin ctl client\n", "client has not closed ctl"},
		{"closed twice", opened + "fin ctl client\nfin ctl client\n", "client has closed ctl already"},
		{"nothing to send again", opened + "resend ctl client\n", "client sent 0 segments on ctl"},
		{"ICMP code", opened + "icmp ctl by server 3\n", `want TYPE/CODE, got "3"`},
		{"ICMP of the other family", opened + "icmp ctl by six 1/1\n", "cannot talk"},
		{"TLS twice", opened + "secure ctl client\nsecure ctl client\n", "secured already"},
		{"no TLS to end", opened + "clear ctl client\n", "ctl is not secured"},
		{"filter in pcap", hosts + `filter "tcp"` + "\n", "only pcapng names its filter"},
		{"drops in pcap", hosts + "drops 3\n", "only pcapng counts them"},
		{"unknown link", hosts + "link token-ring\n", "want ethernet, sll, raw or loop"},
		{"short MAC", hosts + "host x 192.0.2.11 mac 02:00\n", "02:00"},
		{"long MAC", hosts + "host x 192.0.2.11 mac 02:00:00:00:00:00:00:01\n", "an Ethernet address of 6 bytes"},
		{"unknown TCP option", hosts + "host x 192.0.2.11 tcp \"mss,md5\"\n", `want mss, sack, ts, nop, scale or scale=N, got "md5"`},
		{"value of a TCP option", hosts + "host x 192.0.2.11 tcp \"mss=3\"\n", `got "mss=3"`},
		{"shift too far", hosts + "host x 192.0.2.11 tcp \"scale=15\"\n", "a number up to 14"},
		{"too many TCP options", hosts + "host x 192.0.2.11 tcp \"ts,ts,ts,ts,nop\"\n", `no room for "nop"`},
		{"TCP options without quotes", hosts + "host x 192.0.2.11 tcp mss\n", "TCP options in quotes"},
		{"window too large", hosts + "host x 192.0.2.11 window 65536\n", "a number up to 65535"},
		{"no box", hosts + "syn a client:1 > server:2\nsynack a by nobody\n", `no host "nobody"`},
		{"via nobody", hosts + "open a client:1 > server:2 via nobody\n", `no host "nobody"`},
		{"answered before", hosts + "syn a client:1 > server:2\nsynack a\nestablish a by six\n", "a has its SYN-ACK already"},
		{"nothing to challenge", opened + "challenge ctl\n", "ctl does not wait for an answer"},
		{"same name again", hosts + "syn a client:1 > server:2\nsyn a client:3 via server > server:2\n", "a is already there"},
		{"no MTU", opened + "icmp ctl by server 3/13 mtu 1400\n", "only 3/4 tells an MTU"},
		{"no MTU of IPv6", hosts + "host b 2001:db8::2\nsyn a six:1 > b:2\nicmp a by b 1/4 mtu 1400\n", "only 2/0 tells an MTU"},
		{"clock without sign", opened + "clock 3s\n", `want a step like +90s or -2s, got "3s"`},
		{"clock without unit", opened + "clock +3\n", "want a step like"},
		{"clock far off", opened + "clock +400000h\nclock +400000h\n", "more than 438000h0m0s off"},
		{"ping of the other family", hosts + "ping client > six\n", "cannot talk"},
		{"ping to itself", hosts + "ping client > client\n", "cannot talk"},
		{"datagram too long", hosts + "udp client:1 > server:2 1401\n", "a number up to 1400"},
		{"hello after secure", opened + "secure ctl client\nhello ctl client\n", "secured already"},
		{"unknown offer", opened + "hello ctl client ech\n", `want psk, ticket or session, got "ech"`},
		{"psk of old", opened + "hello ctl client tls12 psk\n", "TLS 1.2 knows no psk"},
		{"session id too long", opened + "hello ctl client session " + strings.Repeat("00", 33) + "\n", "up to 32 bytes in hex digits"},
		{"session id no hex", opened + "hello ctl client session xyz\n", "in hex digits"},
		{"hello answers itself", opened + "hello ctl client\nserverhello ctl client tls13\n", "client is the client of TLS on ctl"},
		{"version of the server", opened + "serverhello ctl server\n", "want tls12 or tls13"},
		{"finished before hello", opened + "finished ctl client\n", "no handshake of TLS on ctl"},
		{"nothing left", opened + "hello ctl client\nserverhello ctl server tls13 resumed\nfinished ctl server\n", "server has said all"},
		{"alert without level", opened + "alert ctl server\n", "want warning, fatal or a level"},
		{"empty record", opened + "record ctl server 0\n", "nothing to send"},
		{"neither on nor off", opened + "record of\n", `no connection "of"`},
		{"one gateway", "# A.\nhost a 192.0.2.1 ttl 60\nhost b 192.0.2.2 ttl 60\nopen c a:1 > b:2\n", "behind the same gateway"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Build("t.ftp", []byte(tt.text))
			if err == nil {
				t.Fatalf("no error, want %q", tt.want)
			}
			if !strings.HasPrefix(err.Error(), "t.ftp:") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q", err, tt.want)
			}
		})
	}
}

func FuzzBuild(f *testing.F) {
	f.Add(opened + "C> USER x\nS< 331 \\xff\\| y\nsecure ctl client\nsend ctl server 3000 skip 1\nfin ctl client\n")
	f.Add(hosts + "syn d client:1 > server:2 linux 3\nicmp d by server 3/13 quoted-ttl 4\nrst d server\n")
	f.Add("# A.\nformat pcapng\nhost a 192.0.2.1\nhost b 192.0.2.2\ntwin inside a as a=192.0.2.9 interface w\nrewrite \"x\" \"yy\"\nopen ctl a:1 > b:2\nC> x\nresend ctl a\n")
	f.Add("# A.\nformat pcapng\nfilter \"tcp\"\ndrops 3\nlink sll\nhost a 192.0.2.1 local mac 02:00:00:00:00:07 gro\n" +
		"host b 192.0.2.2 tcp \"ts,scale=3\" window 9\nsyn c a:1 > b:2\nsynack c by a\nestablish c\nack c a plus 3\nclock -3s\nping a > b\nudp a:1 > b:2 3\n")
	f.Add(opened + "hello ctl client ticket session 0a\nserverhello ctl server tls12 resumed\nfinished ctl client\nalert ctl server fatal 40\nrecord ctl client 9\n" +
		"open d client:1 > server:2 via client\nsecure d client tls12\nclear d server\nsyn e client:1 > server:2\nchallenge e\nicmp e by server 3/4 mtu 9\n")
	f.Fuzz(func(t *testing.T, text string) {
		one, err := Build("t.ftp", []byte(text))
		if err != nil {
			return
		}
		two, _ := Build("t.ftp", []byte(text))
		if string(one.Data) != string(two.Data) {
			t.Error("the same text makes two captures")
		}
	})
}
