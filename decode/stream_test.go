package decode

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// The faults that gopacket/reassembly and tcpassembly were measured to have, and
// what they do well, as stories of a control connection.
func TestOrder(t *testing.T) {
	greeted := func() *script { return opened().server("220 hi\r\n") }
	swap := func(s *script, i, j int) *script {
		s.segs[i], s.segs[j] = s.segs[j], s.segs[i]
		return s
	}
	again := func(s *script, i int, payload string) *script {
		g := s.segs[i]
		g.ipID, g.after, g.payload = 999, 300*time.Millisecond, payload
		return s.add(g)
	}
	tests := []struct {
		name, why string
		s         *script
		want      []string
	}{
		{
			"out of order", "the second half of a line comes first",
			swap(greeted().client("USER an").client("na\r\n"), 4, 5),
			[]string{"S 220 hi", "C USER anna"},
		},
		{
			"reply before its command", "the acknowledgment tells the order",
			swap(greeted().client("USER anna\r\n").server("331 password\r\n"), 4, 5),
			[]string{"S 220 hi", "C USER anna", "S 331 password"},
		},
		{
			"duplicate", "each byte counts once",
			again(greeted().client("USER anna\r\n"), 4, "USER anna\r\n"),
			[]string{"S 220 hi", "C USER anna"},
		},
		{
			"keep-alive", "one byte before the next is no text",
			func() *script {
				s := greeted()
				alive := s.segment(client, flagACK, "\x00")
				alive.seq--
				return s.add(alive).client("NOOP\r\n")
			}(),
			[]string{"S 220 hi", "C NOOP"},
		},
		{
			"wrap", "sequence numbers go on at 0",
			func() *script {
				s := newScript()
				s.next = [2]uint32{0xffff_fffa, 0xffff_fff0}
				return s.handshake().server("220 a greeting\r\n").client("USER anna\r\n").client("PASS x\r\n")
			}(),
			[]string{"S 220 a greeting", "C USER anna", "C PASS x"},
		},
		{
			"retransmission across the wrap", "reassembly doubles G and loses J: ABCDEFG GHI KL",
			func() *script {
				s := newScript()
				s.next[client] = 0xffff_fff8
				s.handshake().server("220 hi\r\n").client("ABCDEFG").client(" HI")
				joined := s.segs[4]
				joined.payload, joined.ipID = "ABCDEFG HI", 77
				return s.add(joined).client(" JKL\r\n")
			}(),
			[]string{"S 220 hi", "C ABCDEFG HI JKL"},
		},
		{
			"lost and acknowledged", "later commands must not wait behind the replies they cause",
			greeted().lost(client, "SYST\r\n").server("215 UNIX\r\n").client("PASV\r\n").server("227 ok\r\n"),
			[]string{"S 220 hi", "C gap 6", "S 215 UNIX", "C PASV", "S 227 ok"},
		},
		{
			"lost in the middle of a line", "what is left of it is marked, its end is no line",
			greeted().client("RETR fi").lost(client, "le-one").client(".txt\r\n").client("NOOP\r\n"),
			[]string{"S 220 hi", "C RETR fi (cut)", "C gap 6", "C NOOP"},
		},
		{
			"mid-stream", "the capture began late: in order, and no phantom",
			func() *script {
				s := greeted().client("USER anna\r\n").server("331 password\r\n").client("PASS x\r\n")
				s.segs = s.segs[4:]
				return s
			}(),
			[]string{"C USER anna", "S 331 password", "C PASS x"},
		},
		{
			"mid-stream and mid-line", "the end of a line is no line",
			func() *script {
				s := greeted().client("RETR a-lo").client("ng-name\r\n").server("150 here\r\n")
				s.segs = s.segs[5:]
				return s
			}(),
			[]string{"S 150 here"},
		},
		{
			"only the SYN-ACK was seen", "direction and beginning are known",
			func() *script {
				s := greeted().client("USER anna\r\n")
				s.segs = s.segs[1:]
				return s
			}(),
			[]string{"S 220 hi", "C USER anna"},
		},
		{
			"one direction", "replies alone are still told in order",
			func() *script {
				s := greeted().client("USER anna\r\n").server("331 password\r\n").client("PASS x\r\n").server("230 in\r\n")
				s.segs = slices.DeleteFunc(s.segs, func(g seg) bool { return g.src == clientEnd })
				return s
			}(),
			[]string{"S 220 hi", "C gap 11", "S 331 password", "C gap 8", "S 230 in"},
		},
		{
			"port reuse without FIN", "reassembly merges the sessions",
			func() *script {
				s := greeted().client("USER anna\r\n")
				s.next = [2]uint32{900_000, 800_000}
				return s.handshake().server("220 again\r\n").client("USER bert\r\n")
			}(),
			[]string{"S 220 hi", "C USER anna", "S 220 again", "C USER bert"},
		},
		{
			"late retransmission after FIN", "no phantom session",
			again(greeted().client("QUIT\r\n").send(client, flagFIN|flagACK, "").send(server, flagFIN|flagACK, ""), 4, "QUIT\r\n"),
			[]string{"S 220 hi", "C QUIT"},
		},
		{
			"retransmission with other data", "the first wins: it is what the host most likely took",
			again(greeted().client("DELE a\r\n"), 4, "DELE b\r\n").client("NOOP\r\n"),
			[]string{"S 220 hi", "C DELE a", "C NOOP"},
		},
		{
			"overlap with other data while it waits", "the first wins, also in the queue",
			func() *script {
				s := greeted()
				dele := s.segment(client, flagACK, "DELE ")
				name := s.segment(client, flagACK, "aaaa\r\n")
				name.seq += 5
				other := s.segment(client, flagACK, "E bbbb\r\n")
				other.seq += 3
				return s.add(name, other, dele)
			}(),
			[]string{"S 220 hi", "C DELE aaaa"},
		},
		{
			"overlap of the segment that is waited for", "the first wins there as well",
			func() *script {
				s := greeted()
				name := s.segment(client, flagACK, "aaaa\r\n")
				name.seq += 5
				whole := s.segment(client, flagACK, "DELE bbbb\r\n")
				return s.add(name, whole)
			}(),
			[]string{"S 220 hi", "C DELE aaaa"},
		},
		{
			"RST with an absurd sequence", "it ends nothing",
			func() *script {
				s := greeted()
				rst := s.segment(server, flagRST, "")
				rst.seq += 99_999_493
				return s.add(rst).client("NOOP\r\n").server("200 ok\r\n")
			}(),
			[]string{"S 220 hi", "C NOOP", "S 200 ok"},
		},
		{
			"absurd segment and acknowledgment", "neither is waited for",
			func() *script {
				s := greeted()
				wild := s.segment(client, flagACK, "DELE *\r\n")
				wild.seq += 1 << 30
				mad := s.segment(client, flagACK, "NOOP\r\n")
				mad.ack += 1 << 30
				s.add(wild, mad)
				s.next[client] += 6
				return s.server("200 ok\r\n")
			}(),
			[]string{"S 220 hi", "C NOOP", "S 200 ok"},
		},
		{
			"acknowledgment of a FIN", "it takes one number and is nothing lost",
			greeted().client("QUIT\r\n").send(client, flagFIN|flagACK, "").server("221 bye\r\n"),
			[]string{"S 220 hi", "C QUIT", "S 221 bye"},
		},
		{
			"acknowledgment of a FIN that was lost", "one number more is not worth a gap",
			greeted().client("QUIT\r\n").lost(client, "x").server("221 bye\r\n"),
			[]string{"S 220 hi", "C QUIT", "S 221 bye"},
		},
		{
			"last command lost", "the FIN tells that there was one",
			greeted().lost(client, "QUIT\r\n").send(client, flagFIN|flagACK, ""),
			[]string{"S 220 hi", "C gap 6"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			play(t, Limits{}, nil, tt.s.segs...).wantSaid(tt.want...)
		})
	}
}

// Reply and command are in the file exchanged, and each side also lost something:
// everything that is there comes, nothing waits for ever.
func TestOrderWhereBothSidesWait(t *testing.T) {
	s := opened().server("220 hi\r\n").lost(client, "USER a\r\n").lost(server, "331 more\r\n").client("PASS b\r\n").server("230 in\r\n")
	s.segs[4], s.segs[5] = s.segs[5], s.segs[4]
	play(t, Limits{}, nil, s.segs...).wantSaid("S 220 hi", "S gap 10", "C gap 8", "C PASS b", "S 230 in")
}

// Who forges an acknowledgment must not make a command wait.
func TestAbsurdAcknowledgmentIsNotWaitedFor(t *testing.T) {
	s := opened().server("220 hi\r\n")
	mad := s.segment(client, flagACK, "NOOP\r\n")
	mad.ack += 1 << 30
	play(t, Limits{}, nil, s.add(mad).segs...).wantSaidSoFar("S 220 hi", "C NOOP")
}

func TestOrderGivesUp(t *testing.T) {
	late := func(n int, pace time.Duration, text string) *script {
		s := opened().server("220 hi\r\n").lost(client, "SYST\r\n")
		s.pace = pace
		for range n {
			s.client(text)
		}
		return s
	}
	tests := []struct {
		name   string
		s      *script
		limits Limits
		last   bool // the loss is noticed before the end of the capture
	}{
		{"not yet", late(3, time.Millisecond, "NOOP\r\n"), Limits{}, false},
		{"after a time", late(3, 600*time.Millisecond, "NOOP\r\n"), Limits{}, true},
		{"after so many segments", late(70, time.Millisecond, "NOOP\r\n"), Limits{}, true},
		{"after so many bytes", late(3, time.Millisecond, strings.Repeat("NOOP\r\n", 100)), Limits{Queue: 1000}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, tt.limits, nil, tt.s.segs...)
			equal(t, "noticed", slices.Contains(p.said(), "C gap 6"), tt.last)
			p.Finish(p.emit)
			equal(t, "noticed at the end", slices.Contains(p.said(), "C gap 6"), true)
			equal(t, "commands", p.count("C NOOP "), strings.Count(fmt.Sprint(tt.s.segs), "NOOP"))
		})
	}
}

// line is one line of a dialogue.
type line struct {
	side ftp.Side
	text string
}

// dialogue is a session with long and multi-line replies; each line waits for the
// ones before it.
var dialogue = []line{
	{server, "220-Welcome\r\n to the test\r\n220 ready\r\n"},
	{client, "USER anonymous\r\n"},
	{server, "331 password, please\r\n"},
	{client, "PASS me@example.org\r\n"},
	{server, "230 in\r\n"},
	{client, "FEAT\r\n"},
	{server, "211-Features:\r\n EPSV\r\n SIZE\r\n 226 not a reply\r\n211 end\r\n"},
	{client, "TYPE I\r\n"},
	{server, "200 binary\r\n"},
	{client, "PASV\r\n"},
	{server, "227 Entering Passive Mode (198,51,100,20,195,81).\r\n"},
	{client, "RETR a file with blanks.bin\r\n"},
	{server, "150 here it comes\r\n"},
	{server, "226 done\r\n"},
	{client, "\xff\xf4\xff\xf2ABOR\r\n"},
	{server, "225 nothing to abort\r\n"},
	{client, "QUIT\r\n"},
	{server, "221 bye\r\n"},
}

var dialogueSaid = []string{
	"S 220 Welcome| to the test|ready", "C USER anonymous", "S 331 password, please", "C PASS me@example.org", "S 230 in",
	"C FEAT", "S 211 Features:| EPSV| SIZE| 226 not a reply|end", "C TYPE I", "S 200 binary",
	"C PASV", "S 227 Entering Passive Mode (198,51,100,20,195,81).", "C RETR a file with blanks.bin", "S 150 here it comes", "S 226 done",
	"C !ABOR", "S 225 nothing to abort", "C QUIT", "S 221 bye",
}

// cut is the dialogue with each line in pieces of lengths that next tells.
func cut(next func() int) *script {
	s := opened()
	s.pace = 100 * time.Microsecond
	for i, l := range dialogue {
		for rest := l.text; rest != ""; {
			n := min(max(next(), 1), len(rest))
			s.send(l.side, flagACK|flagPSH, rest[:n])
			rest = rest[n:]
		}
		if i+1 < len(dialogue) && dialogue[i+1].side != l.side {
			s.send(l.side.Other(), flagACK, "")
		}
	}
	s.send(server, flagFIN|flagACK, "").send(client, flagFIN|flagACK, "").send(server, flagACK, "")
	for i := range s.segs {
		s.segs[i].ipID = uint16(i + 1)
	}
	return s
}

// displaced moves segments from their place, by at most far, and repeats some.
func displaced(segs []seg, far int, rng *rand.Rand) []seg {
	type placed struct {
		seg
		at int
	}
	var all []placed
	for i, g := range segs {
		all = append(all, placed{g, i*10 + rng.IntN(far*10)})
		if rng.IntN(10) == 0 {
			g.ipID += 1000
			all = append(all, placed{g, i*10 + rng.IntN(far*10)})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.at - b.at })
	moved := make([]seg, len(all))
	for i := range all {
		moved[i] = all[i].seg
	}
	return moved
}

func TestDialogueInAnySplit(t *testing.T) {
	for n := range 40 {
		s := cut(func() int { return n + 1 })
		play(t, Limits{}, nil, s.segs...).wantSaid(dialogueSaid...)
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		s := cut(func() int { return rng.IntN(12) })
		play(t, Limits{}, nil, s.segs...).wantSaid(dialogueSaid...)
	}
}

// The order of frames within a window does not matter: the acknowledgments tell
// what was said first. The SYN and its answer stay in front, because nothing
// tells a capture that begins late from one that has them later.
func TestDialogueInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 21))
	for round := range 300 {
		s := cut(func() int { return rng.IntN(30) })
		segs := slices.Concat(s.segs[:2], displaced(s.segs[2:], 8, rng))
		p := play(t, Limits{}, nil, segs...)
		p.wantSaid(dialogueSaid...)
		c := p.conn()
		for side := range c.Half {
			equal(t, "missing bytes", c.Half[side].Missing, 0)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}

// With losses no line is told twice, none in the wrong order, and none that was
// not said.
func TestDialogueWithLosses(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for round := range 300 {
		s := cut(func() int { return 5 + rng.IntN(30) })
		segs := slices.DeleteFunc(slices.Clone(s.segs[2:]), func(seg) bool { return rng.IntN(12) == 0 })
		p := play(t, Limits{}, nil, slices.Concat(s.segs[:2], displaced(segs, 8, rng))...)
		p.Finish(p.emit)
		rest := dialogueSaid
		for _, l := range p.said() {
			if strings.Contains(l, " gap ") || strings.HasSuffix(l, " (cut)") {
				continue
			}
			i := slices.Index(rest, l)
			if i < 0 {
				// A reply that lost its beginning or middle is text that was said.
				if code, text, _ := strings.Cut(l[2:], " "); code != "" && contained(text) {
					continue
				}
				t.Fatalf("round %d: %q was not said, or in another order:\n%s", round, l, strings.Join(p.said(), "\n"))
			}
			rest = rest[i+1:]
		}
	}
}

// contained reports whether the lines of text are in the dialogue.
func contained(text string) bool {
	for part := range strings.SplitSeq(text, "|") {
		found := false
		for _, l := range dialogue {
			found = found || strings.Contains(l.text, part)
		}
		if !found {
			return false
		}
	}
	return true
}
