package decode

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// segment is a stretch of a control connection.
type segment struct {
	seen ftp.Seen
	side ftp.Side
	from int64  // position of its first byte in its direction
	ack  int64  // bytes of the other direction that its sender had received; -1 unknown
	data []byte // captured bytes, owned while it waits
	wire int64  // bytes on the wire
	free bool   // it waits no longer for what it acknowledges
}

// order puts the segments of both directions of a control connection into the
// order in which they were said: a byte after the bytes before it, and an answer
// after what it answers. What a segment acknowledges had arrived before it was
// sent, so a capture whose frames are out of order is put right by the
// acknowledgment numbers. What does not come within the limits is lost.
type order struct {
	half    [2]half
	queue   []segment // in order of capture
	queued  int       // bytes
	waiting *waiting  // of all connections
}

// half is one direction of an order.
type half struct {
	base  uint32 // sequence number of position 0, valid if known
	known bool
	ended bool  // a FIN was seen, or may have been
	end   int64 // position of the FIN, valid if ended
	next  int64 // delivered so far
}

// farAhead is how many bytes ahead of what was delivered a segment or an
// acknowledgment of a control connection may point and be believed.
const farAhead = 1 << 20

// start sets position 0 of a direction, once.
func (h *half) start(seq uint32) {
	if !h.known {
		h.base, h.known = seq, true
	}
}

// at is the position of a sequence number, that nearest to what was delivered.
func (h *half) at(seq uint32) int64 {
	return h.next + int64(int32(seq-(h.base+uint32(h.next))))
}

// finish takes the position of a FIN.
func (h *half) finish(at int64) {
	if !h.ended && at >= h.next && at <= h.next+farAhead {
		h.ended, h.end = true, at
	}
}

// place finds the positions of a packet with payload; false if it says nothing
// new or lies where nothing of this connection can be. The first copy of a byte
// counts, also if it still waits.
func (o *order) place(p *packet, side ftp.Side) (segment, bool) {
	own, other := &o.half[side], &o.half[side.Other()]
	own.start(p.seq)
	s := segment{seen: p.seen, side: side, from: own.at(p.seq), ack: -1, data: p.payload, wire: int64(p.length)}
	if p.has(flagACK) {
		other.start(p.ack)
		if ack := other.at(p.ack); ack >= 0 && ack <= other.next+farAhead {
			s.ack = ack
		}
	}
	if s.from+s.wire <= own.next || s.from > own.next+farAhead {
		return s, false
	}
	o.settle(&s)
	return s, true
}

// settle overwrites what a segment says otherwise than one that already waits.
func (o *order) settle(s *segment) {
	owned := false
	for _, q := range o.queue {
		from, to := max(q.from, s.from), min(q.from+int64(len(q.data)), s.from+int64(len(s.data)))
		if q.side != s.side || from >= to {
			continue
		}
		if !owned {
			s.data, owned = slices.Clone(s.data), true
		}
		copy(s.data[from-s.from:to-s.from], q.data[from-q.from:])
	}
}

// ready reports whether everything before the segment was delivered.
func (o *order) ready(s *segment) bool {
	if s.from > o.half[s.side].next {
		return false
	}
	other := &o.half[s.side.Other()]
	ack := s.ack
	if other.ended && ack == other.end+1 { // a FIN takes one number
		ack--
	}
	return s.free || ack <= other.next
}

// push lets a segment wait; its bytes are copied.
func (o *order) push(s segment) {
	s.data = slices.Clone(s.data)
	o.queue = append(o.queue, s)
	o.queued += len(s.data)
	o.waiting.take(len(s.data)) // without room, it is full
}

// pop is the first waiting segment that is ready. Those that others said
// meanwhile are dropped.
func (o *order) pop() (segment, bool) {
	for i := 0; i < len(o.queue); {
		s := o.queue[i]
		said := s.from+s.wire <= o.half[s.side].next
		if !said && !o.ready(&s) {
			i++
			continue
		}
		o.queued -= len(s.data)
		o.waiting.give(len(s.data))
		if o.queue = slices.Delete(o.queue, i, i+1); len(o.queue) == 0 {
			o.queue = nil
		}
		if !said {
			return s, true
		}
	}
	return segment{}, false
}

// full reports whether the oldest waiting segment must not wait any longer.
func (o *order) full(now ftp.Time, l Limits) bool {
	if len(o.queue) == 0 {
		return false
	}
	return len(o.queue) > l.QueueLength || o.queued > l.Queue || o.waiting.over() || now.Sub(o.queue[0].seen.Time).Abs() > l.QueueWait
}

// lose gives up the bytes that the first waiting segment waits for: whose they
// were, and how many up to the next that are there. None are lost if segments
// wait for each other, or if the one number that is missing may have been a FIN.
func (o *order) lose() (side ftp.Side, lost int64) {
	s := &o.queue[0]
	for range len(o.half) * 2 {
		until := s.from
		if side = s.side; s.from <= o.half[side].next {
			side, until = side.Other(), s.ack
		}
		h, there := &o.half[side], o.first(side)
		if there != nil && there.from <= h.next {
			s = there // what is waited for waits itself
			continue
		}
		if there != nil {
			until = min(until, there.from)
		} else if h.ended {
			until = min(until, h.end)
		} else if until == h.next+1 {
			h.finish(h.next)
			return side, 0
		}
		if until <= h.next {
			break
		}
		lost = until - h.next
		h.next = until
		return side, lost
	}
	s.free = true
	return side, 0
}

// first is the waiting segment of a direction that is next in it, nil if none
// waits.
func (o *order) first(side ftp.Side) (first *segment) {
	for i := range o.queue {
		if q := &o.queue[i]; q.side == side && (first == nil || q.from < first.from) {
			first = q
		}
	}
	return first
}
