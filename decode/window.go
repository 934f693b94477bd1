package decode

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// shut is the receive window of one side while it is closed.
type shut struct {
	now    bool
	asked  bool          // the other side probed it since its last packet
	since  ftp.Time      // when it was closed, if now
	at     int64         // how much of the other side had been acknowledged by then
	before time.Duration // for how long it was closed earlier
}

// window takes the receive window that a packet advertises.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.8.6
func (f *flow) window(p *packet, side ftp.Side) {
	c, s := &f.conn.Half[side].Closed, &f.traffic.shut[side]
	if p.window > 0 && !s.now {
		return
	}
	if f.conn.Thinned {
		// The packet that opened it was left out, if this is not it.
		if acked := f.span[side.Other()].confirmed; p.window > 0 || acked > s.at {
			s.now, s.at = false, acked
		}
		if p.window > 0 {
			return
		}
	}
	if p.window == 0 {
		if !s.now {
			s.now, s.since, s.before = true, p.seen.Time, c.Total
		} else if s.asked {
			c.Probes++
		}
		if !c.First.Yes() {
			c.First = p.seen
		}
		c.Last = p.seen
	} else {
		s.now = false
	}
	s.asked = false
	c.Total = max(c.Total, s.before+p.seen.Time.Sub(s.since))
}

// probed notes a keep-alive or a window probe, and reports whether the packet is
// one. Such a packet has no payload or one byte: that before the next, or, where
// the window is closed, the next itself. One byte that was never acknowledged and
// comes again into an open window is a retransmission.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.8.4 and
// https://www.rfc-editor.org/rfc/rfc9293#section-3.8.6.1
func (f *flow) probed(p *packet, side ftp.Side) bool {
	s, closed := &f.span[side], &f.traffic.shut[side.Other()]
	if p.length > 1 || p.has(flagFIN) || !s.known {
		return false
	}
	at := s.at(p.seq)
	switch {
	case p.length == 0 && at == s.next, !closed.now && at != s.next-1: // nearly all
		return false
	case closed.now && at == s.confirmed-int64(1-p.length), closed.now && at == s.next:
	case p.length == 1 && at == s.confirmed && at == s.next-1:
		return false
	case !s.probes(p.seq):
		return false
	}
	closed.asked = closed.now
	h := &f.conn.Half[side]
	h.Probes++
	h.LastProbe = p.seen
	return true
}
