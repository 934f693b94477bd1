package report

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// maxTried is how many connections of a transfer a ladder shows.
const maxTried = 3

// data adds the packets of the data connections that matter.
func (b *rungBuilder) data() {
	switch t := b.t; {
	case t == nil:
	case t.Data != nil:
		for i, c := range tried(t.Data) {
			if i < maxTried {
				b.conn(c)
			}
		}
		b.stall()
	case t.Outcome == session.OutcomeUnseen && !b.stuck:
		at := t.Start()
		if t.Command != nil && t.Command.Seen.Time.After(at) && t.Mode == ftp.ModeActive {
			at = t.Command.Seen.Time
		}
		b.missing(laneData, at, "no SYN passes here")
	}
}

// conn adds one connection.
func (b *rungBuilder) conn(c *ftp.Conn) {
	to := arrows // by Side that sends
	if b.t.Mode == ftp.ModeActive || b.t.Mode == ftp.ModeUnknown && b.t.Data.Initiator == session.InitiatorServer {
		to = [2]string{arrows[ftp.Listener], arrows[ftp.Initiator]}
	}
	b.handshake(laneData, c, to, b.synText(c, to[ftp.Initiator] == arrows[ftp.Listener]))
	if !c.Established.Yes() {
		return
	}
	b.on[c.Established.Ref] = true
	for side := range c.Half {
		b.half(c, ftp.Side(side), to)
	}
	b.errors(c)
}

// synText names the ends of a connection by their ports, and by their addresses
// where these are others than those of the control connection.
func (b *rungBuilder) synText(c *ftp.Conn, calls bool) string {
	from, to := b.s.Client.Addr(), b.s.Server.Addr()
	if calls {
		from, to = to, from
	}
	end := func(e netip.AddrPort, expected netip.Addr) string {
		if e.Addr() == expected {
			return fmt.Sprintf(":%d", e.Port())
		}
		return e.String()
	}
	return "SYN from " + end(c.Ends[ftp.Initiator], from) + " to " + end(c.Ends[ftp.Listener], to)
}

// handshake adds the SYNs, the first and the others together, and their answers.
func (b *rungBuilder) handshake(l lane, c *ftp.Conn, to [2]string, syn string) {
	for i, s := range c.SYNs {
		b.on[s.Seen.Ref] = true
		switch i {
		case 0:
			b.add(l, s.Seen, to[ftp.Initiator]+syn, b.plain)
		case 1:
			text := "SYN again"
			if n := max(c.SYNCount, len(c.SYNs)) - 1; n > 1 {
				text += fmt.Sprintf(", %d times", n)
			}
			b.add(l, s.Seen, to[ftp.Initiator]+text, b.plain).last = c.SYNs[len(c.SYNs)-1].Seen
		}
	}
	b.answers(l, c, to[ftp.Listener])
	if c.Challenge.Yes() {
		b.add(l, c.Challenge, to[ftp.Listener]+"ACK of an earlier connection", b.bad)
	}
	if c.Established.Yes() || c.SYNCount == 0 {
		return
	}
	switch answer, ok := c.Answered(); {
	case !ok:
		b.missing(l, c.SYNs[len(c.SYNs)-1].Seen.Time, "no answer")
	case answer.Kind == ftp.AnswerSYNACK:
		b.missing(l, c.Answers[len(c.Answers)-1].Seen.Time, "no ACK: the handshake is not completed")
	}
}

// answers adds what came back for SYNs, like answers together.
func (b *rungBuilder) answers(l lane, c *ftp.Conn, from string) {
	same := 0
	var last *rung
	for i, a := range c.Answers {
		b.on[a.Seen.Ref] = true
		if i > 0 && likeAnswer(c.Answers[i-1], a) {
			same++
			last.last = a.Seen
			continue
		}
		b.times(last, same)
		same = 1
		switch a.Kind {
		case ftp.AnswerSYNACK:
			last = b.add(l, a.Seen, from+"SYN-ACK", b.plain)
		case ftp.AnswerRST:
			last = b.add(l, a.Seen, from+"RST: refused", b.bad)
		default:
			last = b.add(l, a.Seen, "× "+icmpText(a)+" from "+a.From.String(), b.bad)
		}
	}
	b.times(last, same)
}

func likeAnswer(a, b ftp.Answer) bool {
	return a.Kind == b.Kind && (a.Kind != ftp.AnswerICMP || a.Type == b.Type && a.Code == b.Code && a.From == b.From)
}

// times says on a rung how many packets it stands for.
func (b *rungBuilder) times(one *rung, n int) {
	if one != nil && n > 1 {
		one.text += fmt.Sprintf(", %d times", n)
	}
}

// errors adds the ICMP errors that answer no SYN, like ones together.
func (b *rungBuilder) errors(c *ftp.Conn) {
	same := 0
	var last *rung
	for i, e := range c.Errors {
		b.on[e.Seen.Ref] = true
		if i > 0 && likeAnswer(c.Errors[i-1].Answer, e.Answer) {
			same++
			last.last = e.Seen
			continue
		}
		b.times(last, same)
		same = 1
		last = b.add(laneData, e.Seen, "× "+icmpText(e.Answer)+" from "+e.From.String(), b.bad)
	}
	b.times(last, same)
}

// half adds what one side sent on an open connection.
func (b *rungBuilder) half(c *ftp.Conn, side ftp.Side, to [2]string) {
	h, arrow := &c.Half[side], to[side]
	if h.FirstData.Yes() {
		text := bytesText(h.Bytes)
		if c.TLS {
			text += " of TLS"
		}
		last := h.LastData
		if h.Stuck.Yes() && h.Progress.Yes() {
			last = h.Progress
		}
		b.add(laneData, h.FirstData, arrow+text, b.plain).last = last
		b.on[last.Ref] = true
	}
	if n := len(h.Stuck.Repeated); n > 0 {
		text := arrow + bytesText(int64(h.Stuck.Length)) + " again"
		if h.Stuck.Repeats > 1 {
			text += fmt.Sprintf(", %d times", h.Stuck.Repeats)
		}
		b.add(laneData, h.Stuck.Repeated[0], text, b.bad).last = h.Stuck.Repeated[n-1]
		b.missing(laneData, h.Stuck.Repeated[n-1].Time, "no ACK")
		for _, seen := range h.Stuck.Repeated {
			b.on[seen.Ref] = true
		}
	}
	if b.rests(h.Confirmed) {
		b.add(laneData, h.Confirmed, to[side.Other()]+"the last ACK", b.plain)
	}
	if h.Closed.First.Yes() {
		b.add(laneData, h.Closed.First, arrow+"window closed", b.fair)
	}
	if h.FIN.Yes() {
		b.add(laneData, h.FIN, arrow+"FIN", b.plain)
	}
	if h.RST.Yes() {
		b.add(laneData, h.RST, arrow+"RST", b.bad)
	}
}

// stall adds that nothing more came where a transfer froze.
func (b *rungBuilder) stall() {
	c := b.t.Data.Conn
	if b.t.Outcome != session.OutcomeStalled || c == nil {
		return
	}
	sender := ftp.Initiator
	if c.Half[ftp.Listener].Bytes > c.Half[ftp.Initiator].Bytes {
		sender = ftp.Listener
	}
	since := b.stalledSince(b.s, b.t, sender)
	if !since.Yes() || len(c.Half[sender].Stuck.Repeated) > 0 {
		return
	}
	text := "no data for "
	if c.Half[sender].Bytes > 0 {
		text = "no more data for "
	}
	b.missing(laneData, since.Time, text+durationText(b.dataEnd(b.s, b.t).Sub(since.Time)))
}
