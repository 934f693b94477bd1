package diagnose

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// flow is a connection that carried, or should have carried, the bytes of one
// host to another.
type flow struct {
	c    *ftp.Conn
	end  ftp.Side  // of the connection that sends
	from ftp.Side  // the host that has it
	sent *ftp.Half // what it sent
	got  *ftp.Half // what the other sent: acknowledgments, most of it
}

// turned is the end of the data connection that a host has, and the host that
// has an end: the server opens it in active mode.
func (s *subject) turned(side ftp.Side) ftp.Side {
	if s.active() || s.t != nil && s.t.Mode == ftp.ModeUnknown && s.t.Data != nil && s.t.Data.Initiator == session.InitiatorServer {
		return side.Other()
	}
	return side
}

// to is the host that receives, and its address as the sender has it.
func (f flow) to() (ftp.Side, netip.Addr) { return f.from.Other(), f.c.Ends[f.end.Other()].Addr() }

// flows are both directions of the data connection, that of the file first;
// nothing where it did not open.
//
// It is small enough to be inlined, so that its room is the caller's and costs
// no allocation; so are endings and ownFlows.
func (s *subject) flows() []flow {
	var room [2]flow
	return room[:s.fillFlows(&room)]
}

func (s *subject) fillFlows(out *[2]flow) int {
	if !s.opened() {
		return 0
	}
	c := s.conn()
	for i, from := range [2]ftp.Side{server, client} {
		side := s.turned(from)
		out[i] = flow{c, side, from, &c.Half[side], &c.Half[side.Other()]}
	}
	swap := out[1].sent.Bytes > out[0].sent.Bytes
	if s.t.Direction != ftp.DirectionNone {
		swap = s.t.Direction.Sender() == client
	}
	if swap {
		out[0], out[1] = out[1], out[0]
	}
	return len(out)
}

// opened reports whether the data connection opened.
func (s *subject) opened() bool {
	c := s.conn()
	return c != nil && (c.Established.Yes() || c.Midstream)
}

// ownFlows are both directions of the data connection of a transfer, or, for a
// session as a whole, those of the control connection, the server's first.
func (s *subject) ownFlows() []flow {
	var room [2]flow
	return room[:s.fillOwnFlows(&room)]
}

func (s *subject) fillOwnFlows(out *[2]flow) int {
	if s.t != nil {
		return s.fillFlows(out)
	}
	c := s.Control
	if c == nil || !c.Established.Yes() && !c.Midstream {
		return 0
	}
	for i, from := range [2]ftp.Side{server, client} {
		out[i] = flow{c, from, from, &c.Half[from], &c.Half[from.Other()]}
	}
	return len(out)
}

// called is what a host is called that has an end of the data connection: by its
// address if it belongs to neither host of the session.
func (s *subject) called(host ftp.Side) string {
	if c := s.conn(); c != nil && s.t.Data.Initiator == session.InitiatorOther && s.turned(host) == ftp.Initiator {
		return c.Ends[ftp.Initiator].Addr().String()
	}
	return name(host)
}

// through is when bytes last got through: when some were acknowledged, or else when
// the connection was open and the server had said that it begins.
func (s *subject) through(c *ftp.Conn) ftp.Time {
	at := c.Established.Time
	if s.t != nil && s.t.Prelim != nil && s.t.Prelim.Seen.Time.After(at) {
		at = s.t.Prelim.Seen.Time
	}
	return c.Moved(at)
}

// fullSize is the most payload that a packet of a flow may carry, by what the
// receiver allows and the sender did; 0 where neither is known.
func (f flow) fullSize() int {
	if mss := int(f.got.MSS); mss > 0 {
		return mss
	}
	const least = 1000 // what was never more may be what the program writes
	if f.sent.Wire.Largest >= least {
		return f.sent.Wire.Largest
	}
	return 0
}

// stuckEvidence lists the packet that is not acknowledged and its repetitions.
func (s *subject) stuckEvidence(f flow) []Evidence {
	st := &f.sent.Stuck
	var out []Evidence
	if st.First.Yes() {
		out = append(out, Evidence{st.First, fmt.Sprintf("%s sends %s that are never acknowledged", s.called(f.from), count(st.Length, "byte"))})
	}
	for _, r := range st.Repeated {
		out = append(out, Evidence{r, "the same bytes once more"})
	}
	return shortened(out)
}

// opening is the evidence of the connection that opened: its handshake and the
// server's word that it begins.
func (s *subject) opening() []Evidence {
	c, what := s.Control, "control connection "
	if s.t != nil {
		c, what = s.conn(), "data connection "
	}
	var out []Evidence
	if c.Established.Yes() {
		out = append(out, Evidence{c.Established, what + arrow(c.Ends[ftp.Initiator], c.Ends[ftp.Listener]) + " is open"})
	}
	if s.t != nil && s.t.Prelim != nil {
		out = append(out, replied(s.t.Prelim))
	}
	return out
}

// quiet is how long nothing got through on the data connection before the
// transfer was over: before somebody ended it, the last reply came or the capture
// stopped.
func (s *subject) quiet() time.Duration {
	from, to := s.through(s.conn()), s.Now
	if r := s.t.Reply; r != nil && r.Seen.Time.Before(to) {
		to = r.Seen.Time
	}
	for _, e := range s.endings() {
		if e.Time.After(from) && e.Time.Before(to) {
			to = e.Time
		}
	}
	return max(to.Sub(from), 0)
}
