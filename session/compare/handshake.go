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
	return l.dropped(s, last, a, l.first(), "the SYN")
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
		v := l.dropped(s, k, a, l.first(), "the answer")
		v.proof.Arrived = true
		return v
	}
	if v := l.proxied(k); v != nil {
		return v
	}
	return l.notCompleted()
}

// proxied: a SYN-ACK came as far as the sight k or farther, and did not come from
// beyond another one: somebody between accepted in the listener's name.
func (l *line) proxied(k int) *verdict {
	last := k
	for n := k + 1; n < len(l.sights); n++ {
		if b := l.sights[n].Answer; b != nil && l.followed(n) && b.Kind == ftp.AnswerSYNACK {
			last = n
		}
	}
	for n := last + 1; n < len(l.sights); n++ {
		c := l.sights[n].Conn
		if c != nil && (!l.followed(n) || l.completed(n)) || c == nil && l.carried(last) {
			continue
		}
		a, ok := l.tells(n, asked{back: true, seen: answersAt(l.sights[last])})
		if !ok {
			continue
		}
		if also, ok := l.tells(n, asked{seen: l.synsAt(last)}); ok && c == nil {
			a.copies += also.copies
		}
		s := l.stretch(last, n, PacketSYN, Answered)
		s.Text = fmt.Sprintf("the SYN-ACK that %s has (%s) did not come from beyond %s", l.name(last), frames(answersAt(l.sights[last])...), l.name(n))
		s.Evidence = append(l.passed(n), evidence(l.sights[last].Answer.Seen, "the SYN-ACK that answers it"))
		v := l.dropped(s, last, a, l.first(), "what follows the SYN")
		if s.Confidence == diagnose.Possible {
			return nil
		}
		v.proof.Place.Text = fmt.Sprintf("a box %s that accepted the connection in the listener's name", l.p.where(s))
		v.proof.Cause = diagnose.Statement{Text: "a SYN proxy, a load balancer or a proxy for FTP " + l.p.where(s), Confidence: diagnose.Likely}
		return v
	}
	return nil
}

// carried reports whether payload passed a sight.
func (l *line) carried(k int) bool {
	c := l.sights[k].Conn
	return c.Half[0].Bytes+c.Half[1].Bytes > 0
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
			a, ok := l.tells(n, asked{seen: []ftp.Seen{ack}})
			if !ok {
				continue
			}
			a.copies = len(synAcksOf(l.sights[n].Conn)) // each asks for it again
			s := l.stretch(k, n, PacketACK, Lost)
			s.Text = fmt.Sprintf("the ACK that completes the handshake left %s (%s) and never reached %s", l.name(k), frames(ack), l.name(n))
			s.Evidence = append(l.passed(n), evidence(ack, "the ACK that completes the handshake"))
			v := l.dropped(s, k, a, n, "what follows the SYN")
			v.proof.Arrived = true
			return v
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
// there, had they passed it. Where the initiator went on as if it had them, they did.
func (l *line) unansweredBefore(k int) absence {
	for before := k - 1; before >= 0; before-- {
		b := l.sights[before].Answer
		if !l.followed(before) || l.completed(before) || b != nil && b.Kind == l.sights[k].Answer.Kind {
			continue
		}
		if a, ok := l.tells(before, asked{back: true, seen: answersAt(l.sights[k])}); ok {
			return a
		}
	}
	return nowhere
}

// turnedDown: a RST or an ICMP error answers the SYN at the sight k, the nearest
// to the initiator that has it. Where it comes from, is behind the last sight that
// has it.
func (l *line) turnedDown(k int, a *ftp.Answer) *verdict {
	last, reach := k, k // the last sight that has it, and that is known to
	for n := k + 1; n < len(l.sights); n++ {
		if !l.hasAnswer(n, a) {
			continue
		}
		if reach = n; l.sights[n].Answer != nil {
			last = n
		}
	}
	word := answerWord(a)
	found := l.withoutAnswer(last, reach, a)
	next := found.sight
	if next < 0 {
		v := l.beyond(last, fmt.Sprintf("so did the %s that answers it, the other way", word))
		v.stretches = append(v.stretches, l.answerLost(k, word)...)
		return v
	}
	s := l.stretch(last, next, PacketSYN, Answered)
	reached := "the SYN never got there"
	if l.sights[next].Conn != nil {
		reached = fmt.Sprintf("the SYN got there (%s), and no such answer did", frames(l.synsAt(next)...))
	}
	s.Text = fmt.Sprintf("the %s that %s has (%s) did not come from beyond %s: %s", word, l.name(last), frames(l.sights[last].Answer.Seen), l.name(next), reached)
	s.Evidence = append(l.passed(next), evidence(l.sights[last].Answer.Seen, "the %s that answers it", word))
	v := l.dropped(s, last, found, k, "the SYN")
	v.stretches = append(v.stretches, l.answerLost(k, word)...)
	if s.Confidence == diagnose.Possible {
		return v
	}
	v.proof.Box = true
	v.proof.Cause = diagnose.Statement{}
	v.proof.Place.Text = fmt.Sprintf("a box %s that answered in the listener's name", l.p.where(s))
	if a.Kind == ftp.AnswerICMP && a.From != l.sights[k].Destination.Addr() {
		v.proof.Place.Text = fmt.Sprintf("%s, which sent the ICMP error, %s", a.From, l.p.where(s))
		v.proof.Unknown = []string{fmt.Sprintf("which rule of %s applies", a.From)}
		v.proof.Next, v.proof.Command = fmt.Sprintf("on %s, look at the counters of its packet filter before and after the next attempt", a.From), "nft list ruleset\niptables -L FORWARD -v -n"
	}
	return v
}

// hasAnswer reports whether a sight has such an answer, be it to a SYN that its
// capture missed.
func (l *line) hasAnswer(n int, a *ftp.Answer) bool {
	v := l.sights[n]
	if b := v.Answer; b != nil && l.followed(n) && b.Kind == a.Kind {
		return true
	}
	if a.Kind != ftp.AnswerRST {
		return false
	}
	for _, one := range l.sights {
		if one.Conn == nil {
			continue
		}
		for _, syn := range one.Conn.SYNs {
			if l.p.points[v.Point].Book.rsts[syn.ISN] {
				return true
			}
		}
	}
	return false
}

// withoutAnswer is the first sight behind reach that shows that the answer, which
// last has, did not come from beyond it: neither the SYN nor the answer passed there, or the SYN alone
// did, more than once. A SYN that got farther was not turned down by ICMP before.
func (l *line) withoutAnswer(last, reach int, a *ftp.Answer) absence {
	answers := answersAt(l.sights[last])
	for n := reach + 1; n < len(l.sights); n++ {
		if l.sights[n].Conn == nil {
			found, ok := l.tells(n, asked{seen: l.synsAt(last)})
			if !ok {
				continue
			}
			if also, ok := l.tells(n, asked{back: true, seen: answers}); ok && (a.Kind == ftp.AnswerRST || l.p.points[l.sights[n].Point].ICMP > 0) {
				found.copies += also.copies
			} else if a.Kind == ftp.AnswerICMP {
				found.copies++ // it names itself, and is no other host's answer
			}
			return found
		}
		if a.Kind == ftp.AnswerICMP || !l.followed(n) {
			return nowhere
		}
		if found, ok := l.tells(n, asked{back: true, seen: answers}); ok {
			if b := l.sights[n].Answer; b != nil {
				found.copies++ // it has an answer of its own
			}
			if found.copies < 2 {
				return nowhere // its capture may have missed it
			}
			return found
		}
	}
	return nowhere
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
	if s.Confidence = l.sure(k, a); s.Confidence == diagnose.Possible {
		return nil // its capture may have missed it
	}
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
