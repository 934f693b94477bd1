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
		{"closed twice", opened + "fin ctl client\nfin ctl client\n", "client has closed ctl already"},
		{"nothing to send again", opened + "resend ctl client\n", "client sent 0 segments on ctl"},
		{"ICMP code", opened + "icmp ctl by server 3\n", `want TYPE/CODE, got "3"`},
		{"ICMP of the other family", opened + "icmp ctl by six 1/1\n", "cannot talk"},
		{"TLS twice", opened + "secure ctl client\nsecure ctl client\n", "secured already"},
		{"no TLS to end", opened + "clear ctl client\n", "ctl is not secured"},
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
