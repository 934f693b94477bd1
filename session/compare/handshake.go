package compare

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// verdict is what the points show together of a connection.
type verdict struct {
	stretches []*Stretch
	point     int             // whose capture tells most: the finding is made of it
	proof     *diagnose.Proof // what the others add
}

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

// first is the sight nearest to the initiator that holds the connection.
func (l *line) first() int {
	return slices.IndexFunc(l.sights, func(v *Sight) bool { return v.Conn != nil })
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

// dropped is the verdict of a packet that was lost between two points, as its
// absence at the second tells: the finding is made of the sight that tells most,
// and says where. What is only possible does not take the place of what the
// finding says itself.
func (l *line) dropped(s *Stretch, a absence, most int, what string) *verdict {
	s.Confidence = l.sure(a)
	p := &diagnose.Proof{Shows: s.Text, Evidence: s.Evidence}
	v := &verdict{stretches: []*Stretch{s}, point: l.sights[most].Point, proof: p}
	doubt := ""
	if a.doubt != "" {
		doubt = fmt.Sprintf("whether %s holds all that passed there: %s", l.name(a.sight), a.doubt)
	}
	if s.Confidence == diagnose.Possible {
		p.Shows = ""
		p.Doubt = fmt.Sprintf("whether it happened %s: %s; but it is open %s", l.p.where(s), s.Text, doubt)
		return v
	}
	p.Place = diagnose.Place{Statement: diagnose.Statement{Text: l.p.where(s), Confidence: s.Confidence}, Where: diagnose.Middle}
	p.Cause = diagnose.Statement{
		Text:       fmt.Sprintf("a firewall, a NAT or a router %s discards or misdirects %s", l.p.where(s), what),
		Confidence: diagnose.Likely,
	}
	p.Unknown = []string{"which box between these points it is, and which of its rules"}
	if doubt != "" {
		p.Unknown = append(p.Unknown, doubt)
	}
	p.Next, p.Command = l.p.lookBetween(s)
	return v
}

// lookBetween is what to do when it is known between which points it is.
func (p *path) lookBetween(s *Stretch) (text, command string) {
	return fmt.Sprintf("on each box %s, look at the counters of its packet filter before and after the next attempt: the rule whose counter grew did it; with several boxes, capture between them and compare again", p.where(s)),
		"nft list ruleset\niptables -L FORWARD -v -n"
}

// beyond is the verdict where nothing happened between the points: what lies
// behind the last one did it.
func (l *line) beyond(last int, shows string) *verdict {
	p := &diagnose.Proof{Evidence: l.passed(last)}
	v := &verdict{point: l.sights[last].Point, proof: p}
	if l.holders() < 2 {
		for n := last + 1; n < len(l.sights) && p.Shows == ""; n++ {
			if one := l.sights[n]; one.Conn == nil && one.Blind != "" {
				p.Shows = fmt.Sprintf("%s cannot tell whether the SYN came so far: %s", l.name(n), one.Blind)
			}
		}
		return v
	}
	p.Shows = fmt.Sprintf("the SYN passed %s; %s", l.namesUpTo(last), shows)
	p.Next, p.Command = l.lookAtHost()
	return v
}

// silence is where nobody answers behind the last point: nothing between the
// points did it.
func (l *line) silence(last int) *verdict {
	const least = 2
	v := l.beyond(last, "no answer to it is in any of the captures")
	if l.holders() < 2 {
		return v
	}
	host, where := l.far()
	sure := diagnose.Certain
	if len(l.sights[last].Conn.SYNs) < least {
		sure = diagnose.Likely
	}
	v.proof.Place = diagnose.Place{
		Statement: diagnose.Statement{Text: fmt.Sprintf("not between the captures: behind %s, at %s or right before it", l.name(last), host), Confidence: sure},
		Where:     where,
	}
	v.proof.Unknown = []string{
		fmt.Sprintf("whether the packet filter of %s's own host drops the SYN, or a box between it and %s; a capture on a host holds what comes in before its packet filter sees it", host, l.name(last)),
		fmt.Sprintf("whether anything on %s listens on that port", host),
	}
	return v
}

// far is the host that the packets of the line go to.
func (l *line) far() (host string, where diagnose.Where) {
	if l.toServer {
		return "the server", diagnose.BeyondServer
	}
	return "the client", diagnose.BeyondClient
}

// lookAtHost is what to do when it is known that a packet came as far as the last
// point before a host.
func (l *line) lookAtHost() (text, command string) {
	host, _ := l.far()
	return fmt.Sprintf("on %s, look at the counters of its packet filter before and after the next attempt, and whether anything listens on the port meanwhile", host),
		"nft list ruleset\niptables -L INPUT -v -n\nss -ltn"
}

// holders counts the sights that hold the connection.
func (l *line) holders() int {
	n := 0
	for _, v := range l.sights {
		if v.Conn != nil {
			n++
		}
	}
	return n
}

// namesUpTo names the sights up to one that hold the connection: "a, b and c".
func (l *line) namesUpTo(last int) string {
	var names []string
	for k := 0; k <= last; k++ {
		if l.sights[k].Conn != nil {
			names = append(names, l.name(k))
		}
	}
	return listed(names)
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

// place is where a sight of the other direction stands.
func (l *line) place(k int) int { return len(l.sights) - 1 - k }

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
