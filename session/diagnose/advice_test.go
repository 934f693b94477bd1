package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// TestMeaningOfCapture: what a second capture would tell of a SYN.
func TestMeaningOfCapture(t *testing.T) {
	silent := passiveTransfer()
	silent.Data.Conn.Answers = nil
	for _, tt := range []struct {
		name string
		t    *session.Transfer
		of   ftp.Side
		want string // is in it; empty if there is nothing to say
	}{
		{"turned down", passiveTransfer(), server, "the server's own host gave that"},
		{"no answer", silent, server, "if only the SYN, the server's own filter dropped it"},
		{"no answer, at the host that sent the SYN", silent, client, ""},
		{"no SYN", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022").t, client, "if a SYN to port 40022 is in it"},
		{"no SYN, at the host that waited", passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022").t, server, ""},
	} {
		s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
		s.t = tt.t
		if got := s.meaningOfCapture(tt.of); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestTakeCommand(t *testing.T) {
	f := &Finding{Next: "or else " + experiment("look", "nft list ruleset", "iptables -L")}
	f.takeCommand()
	if f.Next != "or else look" || f.NextCommand != "nft list ruleset\niptables -L" {
		t.Errorf("%q, %q", f.Next, f.NextCommand)
	}
	f.takeCommand()
	if f.NextCommand == "" {
		t.Error("the command is lost")
	}
}

// TestKeepAlive: half of the idle time that was seen, within bounds.
func TestKeepAlive(t *testing.T) {
	for idle, want := range map[time.Duration]string{
		0: "--keepalive-time 60 ", time.Second: "--keepalive-time 1 ", 3990 * time.Millisecond: "--keepalive-time 2 ",
		100 * time.Second: "--keepalive-time 50 ", time.Hour: "--keepalive-time 60 ",
	} {
		s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
		s.Control = &ftp.Conn{}
		at := func(after time.Duration) ftp.Seen {
			return ftp.Seen{Ref: ftp.Ref{Frame: 9}, Time: testStart.Add(after)}
		}
		s.Commands = []session.Command{{Seen: at(idle), Verb: "PWD"}}
		if idle > 0 {
			s.Greeted = at(0)
		}
		r := s.remedies(fixKeepAlive)
		if len(r) != 2 || !strings.Contains(r[0].Example, want) || strings.Contains(r[1].Example, "120") {
			t.Errorf("%s: %q", idle, r)
		}
	}
}

// TestWhoSends: the size of packets is a matter of the host that sends the file.
func TestWhoSends(t *testing.T) {
	s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
	for d, want := range map[ftp.Direction]Who{ftp.DirectionDownload: ForServer, ftp.DirectionUpload: ForClient, ftp.DirectionNone: ForServer} {
		s.t.Direction = d
		if r := s.remedies(fixMTU)[0]; r.Who != want {
			t.Errorf("%v: %q is for the %s, want %s", d, r.Text, r.Who, want)
		}
	}
}

// TestIdleTime: nobody is told to lower what may be long enough.
func TestIdleTime(t *testing.T) {
	for _, r := range passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022").remedies(fixIdle) {
		if strings.Contains(r.Example, "=") || strings.Contains(r.Example, "-w") || !strings.Contains(r.Example, "432000") {
			t.Errorf("%q", r.Example)
		}
	}
}

// TestExternalAddress: behind a NAT the ports have to be forwarded as well, and
// 0.0.0.0 has a reason of its own.
func TestExternalAddress(t *testing.T) {
	for _, tt := range []struct{ server, announced, want, without string }{
		{"198.51.100.20:21", "10.0.0.5:40022", "let the NAT in front of it forward the whole range", "container"},
		{"10.0.0.5:21", "10.0.0.5:40022", "let the NAT in front of it forward the whole range", "container"},
		{"198.51.100.20:21", "198.51.100.21:40022", "for a server in a container", "NAT"},
		{"198.51.100.20:21", "0.0.0.0:40022", "listen=YES\nlisten_ipv6=NO", "NAT"},
	} {
		text := ""
		for _, r := range passiveSubject("192.0.2.10:40112", tt.server, "(vsFTPd 3.0.3)", tt.announced).remedies(fixExternalAddress) {
			text += r.Text + "\n" + r.Example + "\n"
		}
		if !strings.Contains(text, tt.want) || strings.Contains(text, tt.without) {
			t.Errorf("%s announces %s: %s", tt.server, tt.announced, text)
		}
	}
}

// TestPreferWhatWorks: the mode that worked is the first advice, says so, and is
// not given twice.
func TestPreferWhatWorks(t *testing.T) {
	s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
	s.t.Mode, s.t.Announcement.Verb = ftp.ModeActive, "PORT"
	for _, id := range []string{"s1.t2", "s1.t3"} {
		good := *s.t
		good.ID, good.Mode, good.Outcome = id, ftp.ModePassive, session.OutcomeCompleted
		s.Transfers = append(s.Transfers, &good)
	}
	f := s.finding(ActiveRefused, Error)
	f.Remedies = s.remedies(fixClientInbound, fixUsePassive)
	s.preferWhatWorks(f)
	if f.Remedies[0].Text != "Use passive mode: it worked here, s1.t2, s1.t3" {
		t.Errorf("first comes %q", f.Remedies[0].Text)
	}
	if n := len(slices.DeleteFunc(f.Remedies, func(r Remedy) bool { return !strings.HasPrefix(r.Text, "Use passive") })); n != 1 {
		t.Errorf("%d times", n)
	}
}

// TestNeedOfMisled: where the server named a wrong address, its port must be open
// at the right one.
func TestNeedOfMisled(t *testing.T) {
	for _, tt := range []struct {
		server, announced, want string
		outcome                 session.Outcome
		instead                 bool
	}{
		{"198.51.100.20:21", "10.0.0.5:40022", "198.51.100.20", session.OutcomeBlocked, true},
		{"198.51.100.20:21", "0.0.0.0:40022", "198.51.100.20", session.OutcomeUnseen, true},
		{"[2001:db8::2]:21", "0.0.0.0:40022", "2001:db8::2", session.OutcomeUnseen, true},
		{"198.51.100.20:21", "198.51.100.21:40022", "198.51.100.21", session.OutcomeCompleted, false},
		{"198.51.100.20:21", "198.51.100.20:40022", "198.51.100.20", session.OutcomeBlocked, false},
		{"10.0.0.5:21", "198.51.100.20:40022", "198.51.100.20", session.OutcomeUnseen, false},
	} {
		s := passiveSubject("192.0.2.10:40112", tt.server, "", tt.announced)
		s.t.Outcome = tt.outcome
		all := needs(s.Session)
		n := all[len(all)-1]
		if len(all) != 2 || n.To != netip.MustParseAddr(tt.want) || n.Low != 40022 || n.Instead.IsValid() != tt.instead {
			t.Errorf("%s, %s: %+v", tt.server, tt.announced, n)
		}
	}
}
