package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// smooth takes a segment of a data connection on which all goes smoothly, as nearly
// all segments of a large file are: it lies right behind what its sender sent before,
// or carries nothing, and acknowledges no more than was sent. Of any other it reports
// false, and has done nothing: twins.seen and flow.facts take it, which make the same
// of a smooth one as well (TestSmooth), in three times as many steps.
func (f *flow) smooth(p *packet, side ftp.Side) bool {
	other := side.Other()
	c, s, o := f.conn, &f.span[side], &f.span[other]
	h, back := &c.Half[side], &c.Half[other]
	switch {
	case c.Role != ftp.RoleData || c.Thinned || !c.Established.Yes() || c.TLS || f.state != nil || f.greeted != nil || f.tls != nil || f.traffic == nil:
		return false
	case p.flags&(flagSYN|flagFIN|flagRST|flagACK) != flagACK || p.window == 0 || f.traffic.shut[0].now || f.traffic.shut[1].now:
		return false
	case !s.known || p.seq != s.base+uint32(s.next) || h.Packets == 0:
		return false
	case !o.known || !f.traffic.out[other].known || f.traffic.out[other].base != o.base:
		return false
	case h.FIN.Yes() || back.FIN.Yes() || h.Unsent.Count > 0 || back.Unsent.Count > 0 || h.Lead.N < uint8(len(h.Lead.Bytes)) && p.length > 0:
		return false
	}
	acks := o.at(p.ack)
	switch {
	case acks < o.confirmed || acks > o.next:
		return false
	case p.length == 0 && acks == o.confirmed: // it may be here twice
		return false
	}
	f.twins.note(p, uint8(side))
	c.Last, h.LastPacket = p.seen, p.seen
	h.Packets++
	h.TTLMin, h.TTLMax = min(h.TTLMin, p.ttl), max(h.TTLMax, p.ttl)
	f.wired(p, side)
	hops(&h.Wire, p)
	if acks > o.confirmed {
		f.acknowledged(other, acks)
		o.confirmed, o.ahead = acks, acknowledged{acks, p.seen}
		back.Confirmed, back.Acked = p.seen, acks
	}
	if p.length > 0 {
		s.next += int64(p.length)
		s.strayed = 0
		h.LastData, h.Progress = p.seen, p.seen
		h.Shutdown, h.ShutdownAck = ftp.Seen{}, 0
		f.outgoing(p, side, true)
		h.Bytes = s.next
	}
	return true
}
