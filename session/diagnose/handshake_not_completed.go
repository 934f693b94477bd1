package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// A handshake whose third packet is missing: the listener says so by repeating
// its SYN-ACK at least so often, over so long.
const (
	leastRepeats = 2
	leastSpan    = 2500 * time.Millisecond
)

// handshakeNotCompleted: SYN and SYN-ACK pass here, and yet the connection does
// not come up: one of the two hosts does not get what the other sends.
func handshakeNotCompleted(s *subject) *Finding {
	c := s.conn()
	vain := s.completed() && s.frozen() != nil // the server replied before its data was through
	if c == nil || s.completed() && !vain || !s.overdue() || unheardIn(c) == heardAll {
		return nil
	}
	listener := s.listens()
	initiator := listener.Other()
	n, acks := max(c.SYNCount, len(c.SYNs)), synAcks(c)
	last := acks[len(acks)-1]
	f := s.finding(HandshakeNotCompleted, Error)
	f.Observation = Statement{fmt.Sprintf("%s and %s in %s between %s and %s", count(n, "SYN"), count(len(acks), "SYN-ACK"), Duration(last.Time.Sub(c.First.Time)), c.Ends[ftp.Initiator], c.Ends[ftp.Listener]), Certain}
	switch unheardIn(c) {
	case synAckUnheard:
		f.key += " syn-ack"
		f.Headline = fmt.Sprintf("%s did not get the answer of %s to its data connection", capital(name(initiator)), name(listener))
		f.Observation.Text += fmt.Sprintf(": %s repeats its SYN although the answer passed here, and no ACK follows", name(initiator))
		f.Location = s.beyond(initiator)
		f.Cause = Statement{fmt.Sprintf("the SYN-ACK is lost %s: stateful filters drop it where they did not see the SYN", s.onTheWay(initiator)), Likely}
		f.Next = s.captureAtOther(initiator)
	case ackUnseen:
		f.key += " ack"
		f.Headline = fmt.Sprintf("%s repeats its answer to the data connection, and no ACK comes", capital(name(listener)))
		f.Observation.Text += fmt.Sprintf(": %s repeats its SYN-ACK, and no ACK follows", name(listener))
		f.Location = s.beyond(initiator)
		f.Cause = Statement{fmt.Sprintf("the SYN-ACK, or the ACK that answers it, is lost %s", s.onTheWay(initiator)), Likely}
		f.Next = s.captureAtOther(initiator)
	case ackUnheard:
		f.key += " ack lost"
		f.Headline = fmt.Sprintf("%s does not get the ACK of %s that completes the data connection", capital(name(listener)), name(initiator))
		f.Observation.Text += fmt.Sprintf(": %s repeats its SYN-ACK although an ACK passed here, and acknowledges nothing", name(listener))
		f.Location = s.beyond(listener)
		f.Cause = Statement{fmt.Sprintf("the ACK is lost %s: stateful filters drop it where they did not see the SYN-ACK", s.onTheWay(listener)), Likely}
		if c.Half[ftp.Initiator].Bytes == 0 {
			f.Cause.Confidence = Possible
			f.Unknown = append(f.Unknown, fmt.Sprintf("whether %s only waits for payload before it takes the connection (TCP_DEFER_ACCEPT)", name(listener)))
		}
		f.Next = s.captureAtOther(listener)
	}
	if gates := s.otherGates(c); gates != "" {
		f.Cause = Statement{"the two directions take different paths through stateful filters: " + gates, Likely}
	} else {
		f.Unknown = append(f.Unknown, "whether the two directions take different paths, which stateful filters do not bear")
	}
	f.Evidence = append(s.handshakeEvidence(), s.wordEvidence()...)
	if c.Established.Yes() {
		f.Evidence = append(f.Evidence, Evidence{c.Established, "ACK of " + c.Ends[ftp.Initiator].String()})
	}
	f.Remedies = s.remedies(fixRouting)
	f.Filter = s.dataFilter()
	return f
}

// onTheWay is where a packet to a host is lost that passed here, in a sentence.
func (s *subject) onTheWay(to ftp.Side) string {
	if s.on(to) {
		return fmt.Sprintf("in the packet filter or the system of %s, where this was captured", name(to))
	}
	return "between here and " + name(to)
}

// unheard is what one of the hosts did not hear in a handshake.
type unheard uint8

const (
	heardAll      unheard = iota // the handshake went on, or too little is known
	synAckUnheard                // the initiator repeats its SYN after the SYN-ACK
	ackUnseen                    // the listener repeats its SYN-ACK, and no ACK passed here
	ackUnheard                   // the listener repeats its SYN-ACK though an ACK passed here
)

// unheardIn reads the repetitions of a handshake.
func unheardIn(c *ftp.Conn) unheard {
	acks := synAcks(c)
	if c.Midstream || len(c.SYNs) == 0 || len(acks) == 0 {
		return heardAll
	}
	repeats, span := len(acks)-1, acks[len(acks)-1].Time.Sub(acks[0].Time)
	again := 0 // SYNs behind the first answer
	for _, syn := range c.SYNs {
		if syn.Time.After(acks[0].Time) {
			again++
		}
	}
	lastSYN := c.SYNs[len(c.SYNs)-1]
	switch {
	case !c.Established.Yes() && again >= leastRepeats && lastSYN.Time.Sub(acks[0].Time) >= leastSpan:
		return synAckUnheard
	case repeats < leastRepeats || span < leastSpan:
		return heardAll
	case !c.Established.Yes():
		return ackUnseen
	case c.Half[ftp.Listener].Bytes == 0 && c.Half[ftp.Initiator].Acked == 0:
		return ackUnheard
	}
	return heardAll
}

// synAcks are the SYN-ACKs of a connection.
func synAcks(c *ftp.Conn) []ftp.Answer {
	var out []ftp.Answer
	for _, a := range c.Answers {
		if a.Kind == ftp.AnswerSYNACK {
			out = append(out, a)
		}
	}
	return out
}

// otherGates says that the two directions of a connection run over different
// Ethernet addresses on one side of the capture point, and those of the control
// connection do not; empty if that is not so, or cannot be told.
func (s *subject) otherGates(c *ftp.Conn) string {
	for _, side := range []ftp.Side{ftp.Initiator, ftp.Listener} {
		from, to, differ := gates(c, side)
		if !differ || s.Control == nil {
			continue
		}
		host := c.Ends[side].Addr()
		for _, same := range []ftp.Side{client, server} {
			if _, _, also := gates(s.Control, same); !also && s.host(same).Addr() == host {
				return fmt.Sprintf("what comes from %s has the Ethernet address %s, what goes there %s", host, ethernet(from), ethernet(to))
			}
		}
	}
	return ""
}

// gates are the Ethernet addresses that packets of a side come from and that
// packets to it go to, and whether they are known to differ.
func gates(c *ftp.Conn, side ftp.Side) (from, to ftp.MAC, differ bool) {
	var none ftp.MAC
	from, to = c.Half[side].Wire.Source, c.Half[side.Other()].Wire.Target
	return from, to, from != none && to != none && from != to
}

// ethernet is an Ethernet address as one writes it.
func ethernet(a ftp.MAC) string { return strings.ReplaceAll(fmt.Sprintf("% x", a[:]), " ", ":") }
