package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// TestLadder: which packets a ladder has, in which order, in which lane.
func TestLadder(t *testing.T) {
	from, to := addr("192.0.2.10:40113"), addr("198.51.100.20:40039")
	opened := func(c *ftp.Conn) *ftp.Conn {
		c.Ends = [2]netip.AddrPort{from, to}
		c.SYNs, c.SYNCount = []ftp.SYN{{Seen: at(20, time.Second)}}, 1
		c.Answers = []ftp.Answer{{Seen: at(21, time.Second+time.Millisecond), Kind: ftp.AnswerSYNACK}}
		return c
	}
	passive := func(c *ftp.Conn, o session.Outcome) *session.Transfer {
		one := goodPassive("s1.t1", 70, "a.bin", 0)
		one.Announcement, one.Command, one.Reply, one.Outcome = nil, nil, nil, o
		one.Data.Conn, one.Data.Attempts, one.Data.State = c, []*ftp.Conn{c}, session.StateOpen
		return one
	}
	frozen := opened(&ftp.Conn{Established: at(22, time.Second+2*time.Millisecond), Half: [2]ftp.Half{
		{Packets: 3},
		{
			FirstData: at(30, 2*time.Second), LastData: at(50, 9*time.Second), Progress: at(40, 3*time.Second), Bytes: 12345,
			Stuck: ftp.Stuck{Length: 1448, Repeated: []ftp.Seen{at(41, 4*time.Second), at(45, 5*time.Second), at(50, 9*time.Second)}, Repeats: 3},
		},
	}})
	quiet := opened(&ftp.Conn{Established: at(22, time.Second+2*time.Millisecond), Half: [2]ftp.Half{
		{Packets: 3, RST: at(60, 9*time.Second)}, {FirstData: at(30, 2*time.Second), LastData: at(33, 2*time.Second), Bytes: 12345, Confirmed: at(34, 3*time.Second)},
	}})
	half := opened(&ftp.Conn{})
	third := opened(&ftp.Conn{})
	third.Ends[0], third.Answers = addr("203.0.113.5:20"), []ftp.Answer{{Seen: at(21, time.Second+time.Millisecond), Kind: ftp.AnswerRST}}
	stuck := &ftp.Conn{Half: [2]ftp.Half{{Stuck: ftp.Stuck{Repeated: []ftp.Seen{at(15, 2*time.Second), at(16, 4*time.Second)}, Repeats: 2}}, {}}}
	unseen := blockedActive("s1.t1", 14)
	unseen.Data, unseen.Reply, unseen.Outcome = nil, nil, session.OutcomeUnseen
	late := blockedActive("s1.t1", 14)
	late.Data, late.Outcome = nil, session.OutcomeUnseen
	says := func(n int64, texts ...string) []diagnose.Evidence {
		var out []diagnose.Evidence
		for i, text := range texts {
			out = append(out, diagnose.Evidence{Seen: at(n+int64(i), time.Duration(i+1)*time.Second), Text: text})
		}
		return out
	}
	for _, tt := range []struct {
		name     string
		control  *ftp.Conn
		transfer *session.Transfer
		evidence []diagnose.Evidence
		commands func(*session.Session)
		want     string
	}{
		{name: "data that nobody acknowledges", transfer: passive(frozen, session.OutcomeStalled), want: `
			   20    0.000                      → SYN from :40113 to :40039
			   21    0.001                      ← SYN-ACK
			30–40    1.000                      ← 12.3 kB
			41–50    3.000                      ← 1.4 kB again, 3 times
			                                    ⚡ no ACK`},
		{name: "silence", transfer: passive(quiet, session.OutcomeStalled), evidence: []diagnose.Evidence{{Seen: at(34, 3*time.Second)}}, want: `
			   20    0.000                      → SYN from :40113 to :40039
			   21    0.001                      ← SYN-ACK
			30–33    1.000                      ← 12.3 kB
			   34    2.000                      → the last ACK
			                                    ⚡ no more data for 6.0 s
			   60    8.000                      → RST`},
		{name: "no ACK", transfer: passive(half, session.OutcomeBlocked), want: `
			   20    0.000                      → SYN from :40113 to :40039
			   21    0.001                      ← SYN-ACK
			                                    ⚡ no ACK: the handshake is not completed`},
		{name: "a third host", transfer: passive(third, session.OutcomeRefused), want: `
			   20    0.000                      → SYN from 203.0.113.5:20 to :40039
			   21    0.001                      ← RST: refused`},
		{name: "the control connection stands still", control: stuck, transfer: unseen, evidence: says(15, "the same", "the same"), commands: func(s *session.Session) {
			s.Commands = append(s.Commands, session.Command{Seen: at(14, 900*time.Millisecond), Verb: "PORT", Argument: "192,0,2,10,152,211"})
		}, want: `
			   14    0.000  → PORT 192.0.2.10:39123
			15–16    1.100  → the same again, 2 times
			                ⚡ no ACK`},
		{name: "nobody connects", transfer: late, commands: func(s *session.Session) { say(s, late) }, want: `
			   14    0.000  → PORT 192.0.2.10:39123
			   15    0.010  ← 200 PORT command successful. Conside…
			   17    0.050  → RETR a.bin
			                                                        ⚡ no SYN passes here
			   34    9.100  ← 425 Failed to establish connection.`},
		{name: "packets that only the finding knows", evidence: says(50, "first", "again", "again", "again", "last"), want: `
			   50    0.000  first
			51–53    1.000  again, 3 times
			   54    4.000  last`},
		{name: "words without a transfer", evidence: []diagnose.Evidence{{Seen: at(9, 3*time.Millisecond)}, {Seen: at(90, time.Minute)}}, commands: func(s *session.Session) {
			s.Unsolicited = []session.Reply{{Seen: at(90, time.Minute), Code: 421, Text: "Bye."}}
		}, want: `
			    9    0.000  → PASS ********
			   90   59.997  ← 421 Bye.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := plain("s1")
			if tt.control != nil {
				s.Control = tt.control
			}
			if tt.transfer != nil {
				s.Transfers = []*session.Transfer{tt.transfer}
			}
			if tt.commands != nil {
				tt.commands(s)
			}
			res := newScene(s).result
			one := &trouble{finding: &diagnose.Finding{Evidence: tt.evidence}, session: s, transfer: tt.transfer}
			drawer := Text{}.renderer(res)
			lines := drawer.ladder(drawer.climb(one))
			if got, want := shape(strings.Join(lines[1:], "\n")), shape(tt.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), want)
			}
		})
	}
}

// shape is a ladder with one blank for many, line by line.
func shape(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// TestLadderLong: of a long dialogue the beginning and the end are shown.
func TestLadderLong(t *testing.T) {
	s := plain("s1")
	one := blockedActive("s1.t1", 14)
	say(s, one)
	for i := range 100 {
		s.Commands = append(s.Commands[:len(s.Commands)-1], session.Command{
			Seen: at(int64(200+i), 2*time.Second+time.Duration(i)*time.Millisecond), Verb: "NOOP", Replies: []session.Reply{{Seen: at(int64(400+i), 3*time.Second), Code: 500, Text: "No."}},
		}, s.Commands[len(s.Commands)-1])
	}
	s.Transfers = []*session.Transfer{one}
	drawer := Text{}.renderer(newScene(s).result)
	lines := drawer.ladder(drawer.climb(&trouble{finding: &diagnose.Finding{}, session: s, transfer: one}))
	text := strings.Join(lines, "\n")
	if len(lines) > maxRungs+4 || !strings.Contains(text, " more …") || !strings.Contains(text, "PORT 192.0.2.10:39123") || !strings.Contains(text, "← 425") {
		t.Errorf("%d lines:\n%s", len(lines), text)
	}
}

// TestLadderWidth: a ladder fits the terminal, whatever goes over it.
func TestLadderWidth(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		sc := six()
		s := sc.sessions[0]
		blocked := s.Transfers[1]
		s.Commands = append(s.Commands, session.Command{
			Seen: blocked.Announcement.Seen, Verb: "EPRT", Argument: "|2|" + strings.Repeat("x", 300) + "|1|",
			Replies: []session.Reply{{Seen: at(201, 910*time.Millisecond), Code: 522, Text: strings.Repeat("long ", 100)}},
		})
		one := &trouble{finding: &diagnose.Finding{Evidence: []diagnose.Evidence{{Seen: at(999, time.Minute), Text: strings.Repeat("evidence ", 50)}}}, session: s, transfer: blocked}
		drawer := Text{Width: width}.renderer(sc.result)
		for _, line := range drawer.ladder(drawer.climb(one)) {
			if n := len([]rune(line)); n > width {
				t.Errorf("%d of %d columns: %s", n, width, line)
			}
		}
	}
	if got := fmt.Sprint(laneWidths([]rung{{text: strings.Repeat("x", 90)}, {lane: laneData, text: strings.Repeat("y", 90)}}, 60)); got != "[32 28 62]" {
		t.Errorf("lanes of %s", got)
	}
}

// TestLadderTwice: what two findings rest on is shown once.
func TestLadderTwice(t *testing.T) {
	sc := mixed()
	say(sc.sessions[0], sc.sessions[0].Transfers[0])
	other := blockedFinding("f2", "s1", "s1.t1")
	other.Code = "something-else"
	sc.tellOf(sc.sessions[0], blockedFinding("f1", "s1", "s1.t1"), other)
	text := explained(t, Text{}, sc.result)
	if strings.Count(text, "→ RETR a.bin") != 1 || !strings.Contains(text, "  the packets are those under active-syn-unanswered\n") {
		t.Error(text)
	}
}
