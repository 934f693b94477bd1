package compare

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Point is one capture: what the decoder, asked for all SYNs, and the tracker
// found in it. Its index among the points is the Ref.Capture of all its frames.
type Point struct {
	diagnose.Capture                    // Name is what texts call the point
	Sessions         []*session.Session // all of the capture
	Book             *Book
}

// The most that a Book holds.
const (
	maxConns = 1 << 17 // connections that are followed
	maxSYNs  = 1 << 18 // SYNs of any connection
)

// Book keeps the connections of a capture, whoever they belong to. The zero Book
// is ready; Handle takes the events of the decoder, which must have been asked
// for SYNs.
type Book struct {
	conns []*ftp.Conn
	syns  []knock
	rsts  map[uint32]bool // initial sequence numbers that a RST answers of which no connection is known
	full  bool            // there were more: what is not here may have been in the capture all the same
}

// knock is a SYN and where it went.
type knock struct {
	ends [2]netip.AddrPort
	syn  ftp.SYN
}

// Full reports whether the capture has more connections than are kept.
func (b *Book) Full() bool { return b.full }

// Handle takes one event of the decoder.
func (b *Book) Handle(ev *ftp.Event) {
	switch {
	case ev.Kind == ftp.EventOpen && len(b.conns) < maxConns:
		b.conns = append(b.conns, ev.Conn)
	case ev.Kind == ftp.EventSYN && len(b.syns) < maxSYNs:
		b.syns = append(b.syns, knock{ev.Ends, ev.SYN})
	case ev.Kind == ftp.EventRST && len(b.rsts) < maxSYNs:
		if b.rsts == nil {
			b.rsts = make(map[uint32]bool)
		}
		b.rsts[uint32(ev.Acked)-1] = true
	case ev.Kind == ftp.EventOpen, ev.Kind == ftp.EventSYN, ev.Kind == ftp.EventRST:
		b.full = true
	}
}

// connections are those of a point: those of its sessions, those that the decoder
// followed beside them, and what else somebody tried to open there, as connections
// of which only the SYNs are known.
func (p *Point) connections() []*ftp.Conn {
	b := p.Book
	type attempt struct {
		ends [2]netip.AddrPort
		isn  uint32
	}
	known := make(map[attempt]*ftp.Conn)
	out := slices.Clone(b.conns)
	if b.full {
		out = p.withSessions(out)
	}
	for _, c := range out {
		for _, s := range c.SYNs {
			known[attempt{c.Ends, s.ISN}] = nil
		}
	}
	for _, k := range b.syns {
		key := attempt{k.ends, k.syn.ISN}
		c, ok := known[key]
		if ok && c == nil {
			continue
		}
		if !ok {
			c = &ftp.Conn{Ends: k.ends, First: k.syn.Seen}
			c.Half[ftp.Initiator].Lead = ftp.Lead{Base: k.syn.ISN + 1, Known: true}
			c.Half[ftp.Initiator].TTLMin, c.Half[ftp.Initiator].TTLMax = k.syn.TTL, k.syn.TTL
			known[key] = c
			out = append(out, c)
		}
		c.SYNCount++
		c.Last = k.syn.Seen
		c.Half[ftp.Initiator].LastPacket = k.syn.Seen
		if len(c.SYNs) < ftp.MaxAttempts {
			c.SYNs = append(c.SYNs, k.syn)
		}
	}
	return out
}

// withSessions adds the connections of the sessions that the book had no room for.
func (p *Point) withSessions(out []*ftp.Conn) []*ftp.Conn {
	have := make(map[*ftp.Conn]bool, len(out))
	for _, c := range out {
		have[c] = true
	}
	add := func(c *ftp.Conn) {
		if c != nil && !have[c] {
			have[c] = true
			out = append(out, c)
		}
	}
	for _, s := range p.Sessions {
		add(s.Control)
		for _, t := range s.Transfers {
			if t.Data == nil {
				continue
			}
			add(t.Data.Conn)
			for _, c := range t.Data.Attempts {
				add(c)
			}
		}
	}
	return out
}
