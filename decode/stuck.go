package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// sent is a packet whose payload was not acknowledged so far.
type sent struct {
	from    int64 // position of its first byte
	length  int
	ordinal int // of the packets with payload of its direction
	fixed   bool
	seen    ftp.Seen
}

// maxSent bounds outstanding.ring. Where more are on their way, one of every few
// is remembered.
const maxSent = 16

// outstanding is what one direction sent and the other side did not acknowledge.
// What was acknowledged counts here only if it was sent: a host drops
// acknowledgments of what it never sent.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.4-2.6.2.2.2.2.1
type outstanding struct {
	ring       *[maxSent]sent // made for the first payload, ascending
	head       uint8          // of ring
	count      uint8          // in ring
	stride     int            // one in so many is remembered; 0 is 1
	base       uint32         // the base of the span that positions refer to
	known      bool           // acked is true: from the handshake, or because an acknowledgment was seen
	acked      int64          // position that the other side acknowledged last
	packets    int            // with payload
	insistence *insistence    // made where bytes are missing
}

func (o *outstanding) at(i uint8) *sent { return &o.ring[(o.head+i)%maxSent] }

// due reports whether the latest packet, with new bytes from a position on, is to
// be remembered.
func (o *outstanding) due(from int64) bool {
	if o.count == 0 {
		return true
	}
	last := o.at(o.count - 1)
	return from > last.from && o.packets-last.ordinal >= o.stride
}

// push remembers a packet that sent new bytes.
func (o *outstanding) push(s sent) {
	if o.ring == nil {
		o.ring = new([maxSent]sent)
	}
	if o.count == maxSent {
		for i := range uint8(maxSent / 2) {
			*o.at(i) = *o.at(2 * i)
		}
		o.count = maxSent / 2
		o.stride = 2 * max(o.stride, 1)
	}
	*o.at(o.count) = s
	o.count++
}

// drop forgets what lies before the last packet that began at acked or before.
func (o *outstanding) drop() {
	for o.count > 1 && o.at(1).from <= o.acked {
		o.head = (o.head + 1) % maxSent
		o.count--
	}
	if o.count < maxSent/4 {
		o.stride /= 2
	}
	if o.count == 1 && o.head != 0 { // most of the time: its first place is at hand
		o.ring[0], o.head = *o.at(0), 0
	}
}

// rebase moves all positions after the span did.
func (o *outstanding) rebase(s *span, st *ftp.Stuck) {
	if o.base == s.base {
		return
	}
	if shift := int64(int32(o.base - s.base)); o.count > 0 {
		for i := range o.count {
			o.at(i).from += shift
		}
		o.acked += shift
		if o.insistence != nil {
			o.insistence.from += shift
		}
		if st.First.Yes() || st.Beyond > 0 {
			st.Offset += shift
		}
	}
	o.base = s.base
}

// outgoing takes a packet with payload, once the span has counted it: fresh says
// that it brought bytes for the first time.
func (f *flow) outgoing(p *packet, side ftp.Side, fresh bool) {
	if f.conn.Role == ftp.RoleNone {
		return
	}
	s, st, o := &f.span[side], &f.conn.Half[side].Stuck, &f.traffic.out[side]
	o.rebase(s, st)
	o.known = o.known || s.sure
	from := s.at(p.seq)
	o.packets++
	if fresh && o.due(from) {
		o.push(sent{from, p.length, o.packets, p.fixed, p.seen})
	}
	if s.ahead.at > o.acked && s.ahead.at <= s.next {
		f.acknowledged(side, s.ahead.at)
		return
	}
	switch {
	case !o.known || from+int64(p.length) <= o.acked:
	case from > o.acked && f.conn.Thinned: // what acknowledges all before it was perhaps left out
	case from > o.acked:
		st.Offset = o.acked
		st.Beyond++
		if f.conn.Role == ftp.RoleData && s.lacks(o.acked) {
			f.insists(side, sent{from, p.length, o.packets, p.fixed, p.seen})
		}
	case !st.First.Yes():
		st.Offset = o.acked
		began(st, &sent{from, p.length, o.packets, p.fixed, p.seen})
	default:
		repeated(st, &sent{from, p.length, o.packets, p.fixed, p.seen})
	}
}

// acknowledged takes it that the other side acknowledges up to a position which
// was sent. What stands at the new frontier is looked up.
func (f *flow) acknowledged(side ftp.Side, at int64) {
	s, st, o := &f.span[side], &f.conn.Half[side].Stuck, &f.traffic.out[side]
	o.rebase(s, st)
	if o.known && at <= o.acked {
		return
	}
	o.known, o.acked = true, at
	*st = ftp.Stuck{}
	if o.count == 0 {
		return
	}
	o.drop()
	if s.next <= at || f.conn.Thinned {
		return
	}
	first, behind := o.at(0), o.at(0)
	if first.from <= at && o.count > 1 {
		behind = o.at(1)
	}
	switch lost := s.lacks(at); {
	case !lost && first.from <= at:
		st.Offset = at
		began(st, first)
		st.Beyond = o.packets - first.ordinal
	case behind.from > at:
		st.Offset = at
		if !lost { // the packet that filled a hole there is not in the ring
			began(st, behind)
		}
		st.Beyond = o.packets - behind.ordinal + 1
	}
}

// began notes the first packet with the byte at the frontier.
func began(st *ftp.Stuck, s *sent) {
	st.First, st.DF = s.seen, s.fixed
	stood(st, s)
}

// repeated notes that it came again.
func repeated(st *ftp.Stuck, s *sent) {
	st.Repeats++
	stood(st, s)
	if len(st.Repeated) < ftp.MaxStuck {
		st.Repeated = append(st.Repeated, s.seen)
		return
	}
	st.Repeated[ftp.MaxStuck-1] = s.seen
}

// stood takes the length of a packet from the frontier on.
func stood(st *ftp.Stuck, s *sent) {
	st.Length = max(st.Length, int(s.from+int64(s.length)-st.Offset))
}
