package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// synProxy: another box than the listener answered the SYN in its name, and the
// connection leads nowhere. A listener that answers with SYN cookies leaves
// options out too, but it is as far away as before.
func synProxy(s *subject) *Finding {
	c := s.conn()
	if c == nil || s.completed() || !s.overdue() || c.Midstream || len(c.SYNs) == 0 || s.Control == nil {
		return nil
	}
	if c.Half[ftp.Listener].Bytes > 0 || c.Half[ftp.Initiator].Acked > 0 {
		return nil // it carried something
	}
	a, ok := c.Answered()
	if !ok || a.Kind != ftp.AnswerSYNACK {
		return nil
	}
	listener := s.listens()
	if c.Ends[ftp.Listener].Addr() != s.host(listener).Addr() {
		return nil // nothing to compare with
	}
	far := s.standsElsewhere(c, a, listener)
	other := s.speaksOtherwise(c, a)
	if len(far) == 0 || len(far)+len(other) < 2 {
		return nil
	}
	f := s.finding(SYNProxy, Error)
	f.Headline = fmt.Sprintf("Another box answered the data connection in the name of %s", name(listener))
	f.Observation = Statement{fmt.Sprintf("the SYN-ACK for port %d %s; nothing that was sent after it was answered", c.Ends[ftp.Listener].Port(), list(append(far, other...))), Certain}
	f.Location = s.beyond(listener)
	f.Location.Text = "a box between this capture point and " + name(listener)
	f.Location.Where = Middle
	f.Location.Confidence = Likely
	f.Cause = Statement{fmt.Sprintf("a SYN proxy (protection against SYN floods) or transparent proxy took the connection and did not get through to %s; a load balancer may do so too", name(listener)), Likely}
	f.Evidence = append(s.handshakeEvidence(), s.wordEvidence()...)
	for _, own := range s.Control.Answers {
		if own.Kind == ftp.AnswerSYNACK && listener == server {
			f.Evidence = append(f.Evidence, Evidence{own.Seen, "SYN-ACK of the server on the control connection, to compare with"})
			break
		}
	}
	f.Unknown = []string{"whose box it is", fmt.Sprintf("whether %s ever saw the SYN", name(listener))}
	f.Next = s.captureAtOther(listener)
	f.Remedies = s.remedies(fixSynProxy)
	f.Filter = s.dataFilter()
	return f
}

// standsElsewhere lists what shows that a SYN-ACK comes from nearer or farther
// than what the same host sends on the control connection.
func (s *subject) standsElsewhere(c *ftp.Conn, a ftp.Answer, listener ftp.Side) []string {
	var out []string
	w := &s.Control.Half[listener].Wire
	own, ok := s.Control.Answered()
	usual := listener == server && ok && own.Kind == ftp.AnswerSYNACK && own.TTL == a.TTL
	if !usual && w.TTLMin != 0 && w.TTLMin == w.TTLMax && hops(a.TTL) != hops(w.TTLMin) {
		out = append(out, fmt.Sprintf("has a TTL of %d where other packets of %s have %d", a.TTL, name(listener), w.TTLMin))
	}
	took, least := a.Time.Sub(lastBefore(c, a.Time)), s.leastAnswer(listener)
	if least-took > time.Millisecond && took*2 < least {
		out = append(out, fmt.Sprintf("comes after %s where %s takes at least %s to answer", Duration(took), name(listener), Duration(least)))
	}
	return out
}

// lastBefore is when the last SYN before a moment was sent.
func lastBefore(c *ftp.Conn, at ftp.Time) ftp.Time {
	last := c.SYNs[0].Time
	for _, syn := range c.SYNs {
		if !syn.Time.After(at) {
			last = syn.Time
		}
	}
	return last
}

// leastAnswer is the shortest time from this point to a host and back that the
// handshake of the control connection shows; 0 if it shows none.
func (s *subject) leastAnswer(of ftp.Side) time.Duration {
	c := s.Control
	a, ok := c.Answered()
	if !ok || a.Kind != ftp.AnswerSYNACK || len(c.SYNs) == 0 || len(c.Answers) != 1 || len(c.SYNs) != 1 {
		return 0
	}
	if of == server {
		return a.Time.Sub(c.SYNs[0].Time)
	}
	if !c.Established.Yes() {
		return 0
	}
	return c.Established.Time.Sub(a.Time)
}

// speaksOtherwise lists how the TCP options of a SYN-ACK differ from those of
// the same host's SYN-ACK on the control connection, to a SYN that offered the
// same.
func (s *subject) speaksOtherwise(c *ftp.Conn, a ftp.Answer) []string {
	own, ok := s.Control.Answered()
	if s.listens() != server || !ok || own.Kind != ftp.AnswerSYNACK || len(s.Control.SYNs) == 0 {
		return nil
	}
	offered, before := c.SYNs[0], s.Control.SYNs[0]
	if offered.Order != before.Order || offered.SACK != before.SACK || offered.Timestamps != before.Timestamps || (offered.Scale < 0) != (before.Scale < 0) {
		return nil
	}
	var what []string
	differ := func(yes bool, option string) {
		if yes {
			what = append(what, option)
		}
	}
	differ(a.SACK != own.SACK, "SACK")
	differ(a.Timestamps != own.Timestamps, "timestamps")
	differ(a.Scale != own.Scale, "window scale")
	switch {
	case len(what) > 0:
		return []string{"differs in its TCP options from that of the control connection (" + list(what) + ")"}
	case a.Order != own.Order:
		return []string{"has its TCP options in another order than that of the control connection"}
	}
	return nil
}
