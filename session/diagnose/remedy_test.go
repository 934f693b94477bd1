package diagnose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// passiveSubject is a passive transfer that announced the last of these
// endpoints, after earlier sessions that announced the others.
func passiveSubject(client, server, banner string, announced ...string) *subject {
	m := &memory{}
	var last *session.Session
	for _, to := range announced {
		t := &session.Transfer{ID: "s1.t1", Mode: ftp.ModePassive, Announcement: &session.Announcement{Verb: "PASV", Endpoint: netip.MustParseAddrPort(to)}}
		last = &session.Session{
			ID: "s1", Client: netip.MustParseAddrPort(client), Server: netip.MustParseAddrPort(server),
			Banner: banner, User: "joe", Transfers: []*session.Transfer{t},
		}
		m.add(last)
	}
	return &subject{Session: last, t: last.Transfers[0], memory: m}
}

// TestAdvice holds the words of all fixes to what holds for all texts.
func TestAdvice(t *testing.T) {
	for _, s := range []*subject{
		passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "(vsFTPd 3.0.3)", "198.51.100.20:40022"),
		passiveSubject("10.0.0.7:40112", "198.51.100.20:2121", "ready", "10.9.9.9:40022", "10.9.9.9:40077"),
		passiveSubject("[2001:db8::1]:40112", "[2001:db8::2]:21", "Microsoft FTP Service", "[2001:db8::2]:40022"),
		passiveSubject("192.0.2.10:40112", "10.0.0.5:21", "220-FileZilla Server 1.8.0", "203.0.113.1:1025", "203.0.113.1:65535"),
	} {
		for x := fixUsePassive; x <= fixCaptureOffload; x++ {
			if advice[x] == nil {
				t.Fatalf("fix %d has no words", x)
			}
			for _, r := range s.remedies(x) {
				switch {
				case r.Text == "" || strings.HasSuffix(r.Text, "."):
					t.Errorf("fix %d: %q", x, r.Text)
				case strings.Contains(r.Text+r.Example, "%!") || strings.Contains(r.Example, "invalid") || strings.Contains(r.Example, "\n\n"):
					t.Errorf("fix %d: %q", x, r)
				case strings.Count(r.Example, "\n") > 11:
					t.Errorf("fix %d is long:\n%s", x, r.Example)
				}
				for line := range strings.Lines(r.Example) {
					if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# Configure") && len(line) > 77 {
						t.Errorf("fix %d: long comment %q", x, line)
					}
				}
				for _, command := range []string{"curl ", "lftp "} {
					for line := range strings.Lines(r.Example) {
						if strings.HasPrefix(line, command) && !strings.Contains(line, "ftp://") && !strings.Contains(line, "ftps://") {
							t.Errorf("fix %d: no service in %q", x, line)
						}
					}
				}
			}
		}
	}
}

func TestRemedies(t *testing.T) {
	for _, tt := range []struct {
		name    string
		s       *subject
		fix     fix
		want    []string // lines of the examples, in their order
		without string   // is in none of them
	}{
		{
			"one port is no range", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "(vsFTPd 3.0.3)", "198.51.100.20:40022"), fixPassiveRange,
			[]string{"pasv_min_port=FIRST", "pasv_max_port=LAST", "ip daddr 198.51.100.20 tcp dport FIRST-LAST ct state new accept"},
			"ProFTPD",
		},
		{
			"a range of what was seen", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "ProFTPD Server", "198.51.100.20:40022", "198.51.100.20:40177"), fixPassiveRange,
			[]string{"PassivePorts 40000 40199", "iptables -I FORWARD -d 198.51.100.20 -p tcp --dport 40000:40199 -j ACCEPT"},
			"DNAT",
		},
		{
			"ports that are far apart", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "pyftpdlib 1.5.7 ready.", "198.51.100.20:33000", "198.51.100.20:60100"), fixPassiveRange,
			[]string{"handler.passive_ports = range(FIRST, LAST + 1)"},
			"33000",
		},
		{
			"behind a NAT", passiveSubject("192.0.2.10:40112", "198.51.100.20:2121", "Pure-FTPd", "10.0.0.5:40001", "10.0.0.5:40002"), fixPassiveRange,
			[]string{
				"pure-ftpd -p 40000:40099", "ip daddr 10.0.0.5 tcp dport 40000-40099 ct state new accept",
				"iptables -t nat -A PREROUTING -d 198.51.100.20 -p tcp --dport 40000:40099 -j DNAT --to-destination 10.0.0.5",
			},
			"FORWARD -d 198",
		},
		{
			"IPv6", passiveSubject("[2001:db8::1]:40112", "[2001:db8::2]:21", "", "[2001:db8::2]:40022", "[2001:db8::2]:40023"), fixStaticRange,
			[]string{"ip6 daddr 2001:db8::2 tcp dport 40000-40099 ct state new accept", "ip6tables -I FORWARD -d 2001:db8::2 -p tcp --dport 40000:40099 -j ACCEPT"},
			"iptables -I FORWARD -d 2001:db8::2 -p tcp --dport 21",
		},
		{
			"the address clients reach it at", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "10.0.0.5:40022"), fixExternalAddress,
			[]string{"pasv_address=198.51.100.20", "MasqueradeAddress 198.51.100.20"},
			"10.0.0.5",
		},
		{
			"captured behind the NAT", passiveSubject("203.0.113.9:40112", "10.0.0.5:21", "vsFTPd", "10.0.0.5:40022"), fixExternalAddress,
			[]string{"pasv_address=PUBLIC-ADDRESS"},
			"10.0.0.5",
		},
		{"no address in 229", passiveSubject("[2001:db8::1]:40112", "[2001:db8::2]:21", "", "[2001:db8::2]:40022"), fixExternalAddress, nil, ""},
		{
			"another control port", passiveSubject("192.0.2.10:40112", "198.51.100.20:2121", "", "198.51.100.20:40022"), fixHelperPort,
			[]string{`  tcp dport 2121 ct helper set "ftp-std";`, "iptables -t raw -A PREROUTING -p tcp --dport 2121 -j CT --helper ftp"},
			"",
		},
		{
			"a client that can be called", passiveSubject("192.0.2.10:40112", "198.51.100.20:2121", "", "198.51.100.20:40022"), fixUseActive,
			[]string{"curl -u USER -P - ftp://198.51.100.20:2121/"},
			"",
		},
		{"a client behind a NAT", passiveSubject("10.0.0.7:40112", "198.51.100.20:21", "", "198.51.100.20:40022"), fixUseActive, nil, ""},
		{"PASV is what fails", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022"), fixUsePASV, nil, ""},
		{
			"another address was announced", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "203.0.113.5:40022"), fixCaptureAll,
			[]string{"tcpdump -ni any -s0 -w ftp.pcap 'host 198.51.100.20 or host 203.0.113.5 or icmp or icmp6'"},
			"port",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := ""
			for _, r := range tt.s.remedies(tt.fix) {
				text += r.Example + "\n"
			}
			rest := text
			for _, line := range tt.want {
				_, after, ok := strings.Cut(rest, line+"\n")
				if !ok {
					t.Fatalf("no line %q in\n%s", line, text)
				}
				rest = after
			}
			if tt.want == nil && text != "" || tt.without != "" && strings.Contains(text, tt.without) {
				t.Errorf("got\n%s", text)
			}
		})
	}
}

// TestHopeless keeps modes that failed as well from being advised.
func TestHopeless(t *testing.T) {
	s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
	failed := attempt{mode: ftp.ModeActive, client: s.Client.Addr(), server: s.Server.Addr(), control: 21, fate: fateUnanswered}
	s.memory.keep(&failed)
	if r := s.remedies(fixUseActive); r != nil {
		t.Errorf("active mode failed, and is advised: %v", r)
	}
	failed.fate, failed.outcome = fateOpened, session.OutcomeCompleted
	s.memory.keep(&failed)
	if r := s.remedies(fixUseActive); len(r) != 1 {
		t.Errorf("active mode works at times, and is not advised: %v", r)
	}
}

// TestOrder wants what costs least first, and nothing twice.
func TestOrder(t *testing.T) {
	s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
	var got []string
	for _, r := range s.remedies(fixStaticRange, fixPassiveRange, fixUseActive, fixCaptureAll) {
		got = append(got, string(r.Who))
	}
	if want := "client server firewall capture"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestProductOf(t *testing.T) {
	for greeting, want := range map[string]product{
		"(vsFTPd 3.0.3)":                      productVsftpd,
		"ProFTPD 1.3.8 Server (Debian) [::1]": productProFTPD,
		"---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\nYou are user 1": productPureFTPd,
		"FileZilla Server 1.8.0":                           productFileZilla,
		"FileZilla Server version 0.9.41 beta\nwritten by": productFileZillaOld,
		"FileZilla Server 0.9.60 beta":                     productFileZillaOld,
		"Microsoft FTP Service":                            productIIS,
		"pyftpdlib 1.5.7 ready.":                           productPyftpdlib,
		"Welcome":                                          productUnknown,
	} {
		if got := productOf(greeting); got != want {
			t.Errorf("%q: %d, want %d", greeting, got, want)
		}
	}
}
