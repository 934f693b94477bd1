package compare

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// handshake finds where a handshake went wrong. l is the line of the initiator.
// It returns nil where the handshake went well, or no point holds any of it.
func (l *line) handshake() *verdict {
	last := -1
	for k, v := range l.sights {
		if v.Conn != nil {
			last = k
		}
	}
	if last < 0 {
		return nil
	}
	switch k, a := l.decisive(); {
	case a == nil:
		return l.unanswered(last)
	case a.Kind == ftp.AnswerSYNACK:
		return l.accepted(k)
	default:
		return l.turnedDown(k, a)
	}
}

// decisive is the answer at the sight nearest to the initiator that has one. A RST
// of a listener that had accepted before is not it: the SYN-ACK was lost.
func (l *line) decisive() (int, *ftp.Answer) {
	for k, v := range l.sights {
		if v.Answer == nil || !l.followed(k) {
			continue
		}
		for n := k + 1; n < len(l.sights) && v.Answer.Kind == ftp.AnswerRST; n++ {
			if b := l.sights[n].Answer; b == nil || !l.followed(n) || b.Kind != ftp.AnswerSYNACK {
				continue
			}
			if h := &l.sights[n].Conn.Half[l.sender.Other()]; h.RST.Yes() || h.FalseRST.Yes() {
				return n, l.sights[n].Answer
			}
		}
		return k, v.Answer
	}
	return 0, nil
}

// unanswered: the SYN passed up to the sight last, and no answer is anywhere.
func (l *line) unanswered(last int) *verdict {
	syns := l.synsAt(last)
	a := l.next(last, nil, syns...)
	if a.sight < 0 {
		return l.silence(last)
	}
	s := l.stretch(last, a.sight, PacketSYN, Lost)
	s.Text = fmt.Sprintf("the SYN left %s (%s) and never reached %s", l.name(last), frames(syns...), l.name(a.sight))
	s.Evidence = l.passed(last)
	return l.dropped(s, a, l.first(), "the SYN")
}

// passed are the SYNs at the sights that hold some.
func (l *line) passed(last int) []diagnose.Evidence {
	var out []diagnose.Evidence
	for k := 0; k <= last; k++ {
		if c := l.sights[k].Conn; c != nil && len(c.SYNs) > 0 {
			out = append(out, evidence(c.SYNs[0].Seen, "SYN %s → %s", c.Ends[0], c.Ends[1]))
		}
	}
	return out
}

// accepted: a SYN-ACK came at least as far as the sight k.
func (l *line) accepted(k int) *verdict {
	if a := l.unansweredBefore(k); a.sight >= 0 {
		b := l.back()
		s := b.stretch(b.place(k), b.place(a.sight), PacketSYNACK, Lost)
		s.Text = fmt.Sprintf("the SYN-ACK reached %s (%s) and never came back to %s, which the SYN had passed", l.name(k), frames(answersAt(l.sights[k])...), l.name(a.sight))
		s.Evidence = append(l.passed(k), evidence(l.sights[k].Answer.Seen, "the SYN-ACK that answers it"))
		return l.dropped(s, a, l.first(), "the answer")
	}
	return l.notCompleted()
}

// notCompleted: the third packet of the handshake, which takes the way of the SYN,
// passed a sight and not one behind it.
func (l *line) notCompleted() *verdict {
	k := -1
	for n := range l.sights {
		switch {
		case !l.followed(n):
		case l.completed(n):
			k = n
		case k >= 0:
			ack := l.sights[k].Conn.Established
			a, ok := l.tells(n, ack)
			if !ok {
				continue
			}
			a.copies = len(synAcksOf(l.sights[n].Conn)) // each asks for it again
			s := l.stretch(k, n, PacketACK, Lost)
			s.Text = fmt.Sprintf("the ACK that completes the handshake left %s (%s) and never reached %s", l.name(k), frames(ack), l.name(n))
			s.Evidence = append(l.passed(n), evidence(ack, "the ACK that completes the handshake"))
			return l.dropped(s, a, n, "what follows the SYN")
		}
	}
	return nil
}

// completed reports whether the initiator completed the handshake past a sight.
func (l *line) completed(k int) bool {
	c := l.sights[k].Conn
	return c.Established.Yes() || c.Midstream
}

// answersAt are the packets at a sight that answer as the one that counts does.
func answersAt(v *Sight) []ftp.Seen {
	var out []ftp.Seen
	for _, a := range v.Conn.Answers {
		if a.Kind == v.Answer.Kind {
			out = append(out, a.Seen)
		}
	}
	return out
}

// unansweredBefore is the sight nearest before k that would have seen the answers
// there, had they passed it.
func (l *line) unansweredBefore(k int) absence {
	for before := k - 1; before >= 0; before-- {
		if b := l.sights[before].Answer; !l.followed(before) || b != nil && b.Kind == l.sights[k].Answer.Kind {
			continue
		}
		if a, ok := l.tells(before, answersAt(l.sights[k])...); ok {
			return a
		}
	}
	return absence{sight: -1}
}

// turnedDown: a RST or an ICMP error answers the SYN at the sight k, the nearest
// to the initiator that has it. Where it comes from, is behind the last sight that
// has it.
func (l *line) turnedDown(k int, a *ftp.Answer) *verdict {
	last := k
	for n := k + 1; n < len(l.sights); n++ {
		if b := l.sights[n].Answer; b != nil && l.followed(n) && b.Kind == a.Kind {
			last = n
		}
	}
	word := answerWord(a)
	found := l.next(last, nil, append(l.synsAt(last), answersAt(l.sights[last])...)...)
	next := found.sight
	if next < 0 {
		return l.beyond(last, fmt.Sprintf("so did the %s that answers it, the other way", word))
	}
	s := l.stretch(last, next, PacketSYN, Answered)
	reached := "the SYN never got there"
	if l.sights[next].Conn != nil {
		reached = fmt.Sprintf("the SYN got there (%s), and no such answer did", frames(l.synsAt(next)...))
	}
	s.Text = fmt.Sprintf("the %s that %s has (%s) did not come from beyond %s: %s", word, l.name(last), frames(l.sights[last].Answer.Seen), l.name(next), reached)
	s.Evidence = append(l.passed(next), evidence(l.sights[last].Answer.Seen, "the %s that answers it", word))
	v := l.dropped(s, found, k, "the SYN")
	v.stretches = append(v.stretches, l.answerLost(k, word)...)
	if s.Confidence == diagnose.Possible {
		return v
	}
	v.proof.Box = true
	v.proof.Cause = diagnose.Statement{}
	who := "a box"
	if a.Kind == ftp.AnswerICMP {
		who = a.From.String() + ", which sent the ICMP error,"
		v.proof.Unknown = []string{fmt.Sprintf("which rule of %s applies", a.From)}
	}
	v.proof.Place.Text = fmt.Sprintf("%s %s", who, l.p.where(s))
	if a.Kind == ftp.AnswerRST {
		v.proof.Place.Text += " answered in the listener's name"
	}
	return v
}

// answerLost is the stretch on which an answer was lost that came as far as the
// sight k and no farther, towards the initiator.
func (l *line) answerLost(k int, word string) []*Stretch {
	a := l.unansweredBefore(k)
	before := a.sight
	if before < 0 {
		return nil
	}
	b := l.back()
	packet := PacketRST
	if l.sights[k].Answer.Kind == ftp.AnswerICMP {
		packet = PacketICMP
		if c := l.p.points[l.sights[before].Point].Capture; c.LeavesOutICMP(l.sights[before].Source.Addr()) {
			return nil
		}
	}
	s := b.stretch(b.place(k), b.place(before), packet, Lost)
	s.Confidence = l.sure(a)
	s.Text = fmt.Sprintf("the %s reached %s (%s) and never came back to %s", word, l.name(k), frames(l.sights[k].Answer.Seen), l.name(before))
	return []*Stretch{s}
}

// answerWord names an answer.
func answerWord(a *ftp.Answer) string {
	switch {
	case a.Kind == ftp.AnswerSYNACK:
		return "SYN-ACK"
	case a.Kind == ftp.AnswerRST:
		return "RST"
	case a.ICMPName() != "":
		return "ICMP error (" + a.ICMPName() + ")"
	}
	return "ICMP error"
}
