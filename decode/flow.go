package decode

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// flow is a TCP connection that the decoder knows.
type flow struct {
	core
	twins twins
}

// core is all of a flow that must be blank when its memory is used again.
type core struct {
	ends    [2]netip.AddrPort // those of conn, which it is found by
	conn    *ftp.Conn         // of roomy; Role is RoleNone while the connection is only remembered
	touched int64             // Stats.Frames at its last packet
	span    [2]span
	control *control   // of a control connection that has said something
	greeted *greeted   // of a connection that may yet turn out to be a control connection
	tls     *tlsReader // of a connection on which TLS began
	wire    [2]wire
	traffic *traffic // from the first packet behind the handshake on

	roomy    *roomy
	unused   *traffic // memory for traffic
	links    [kinds]links
	presumed bool   // Conn.Established is the SYN-ACK of a thinned connection: the ACK behind it was left out
	state    *queue // that it is in: the decoder's dormant, lonely or over; nil for none
	gone     bool   // it is not among the flows any more
}

// traffic is what is kept of a connection whose handshake was answered, by the
// side that sent.
type traffic struct {
	out    [2]outstanding
	shut   [2]shut
	beyond [2]int64 // the highest position of its Half.Unsent
	marked [2]int64 // of a thinned connection: the position of its Half.Progress
}

// forget leaves nothing but the memory.
func (t *traffic) forget() {
	*t = traffic{out: [2]outstanding{{ring: t.out[0].ring}, {ring: t.out[1].ring}}}
}

// coldAfter is after how many frames of others a connection is no longer in the
// processor's cache.
const coldAfter = 1000

// warm touches what a packet is going to be noted in. Where many connections go on
// at once all of it must come from memory, and so it comes at once instead of one
// piece after the other. The sum is of no use but to have the pieces loaded.
func (f *flow) warm() int {
	c := f.conn
	sum := c.SYNCount + int(f.span[0].next+f.span[1].next) + int(f.span[0].ahead.at) + int(f.twins.mixed[0]) + int(f.twins.next)
	for i := range c.Half {
		h := &c.Half[i]
		sum += h.Packets + int(h.LastData.Frame+h.Confirmed.Frame+h.FIN.Frame) + h.Wire.Largest + h.Stuck.Length + int(h.Lead.N)
	}
	if t := f.traffic; t != nil {
		sum += int(t.out[0].count+t.out[1].count) + int(t.beyond[0])
	}
	if f.control != nil {
		sum += f.control.event.Pieces + int(f.control.acked)
	}
	return sum + int(f.twins.ring[f.twins.next%maxTwins].seq)
}

// between reports whether these are the ends of the connection.
func (f *flow) between(a, b netip.AddrPort) bool {
	ends := &f.ends
	return a == ends[0] && b == ends[1] || a == ends[1] && b == ends[0]
}

// unanswered reports whether only one side was heard so far.
func (f *flow) unanswered() bool {
	return (f.conn.Half[0].Packets == 0 || f.conn.Half[1].Packets == 0) && len(f.conn.Answers) == 0
}

// side tells which end sent the packet.
func (f *flow) side(p *packet) ftp.Side {
	if p.src == f.ends[ftp.Initiator] {
		return ftp.Initiator
	}
	return ftp.Listener
}

// over reports whether nothing more but echoes is to be expected.
func (f *flow) over() bool {
	c := f.conn
	if c.Half[0].RST.Yes() || c.Half[1].RST.Yes() {
		return true
	}
	return c.Half[0].FIN.Yes() && c.Half[1].FIN.Yes()
}

// failed reports whether the handshake was tried and did not succeed so far.
func (f *flow) failed() bool {
	return !f.conn.Established.Yes()
}

// reused reports whether the SYN p begins another connection between the same
// two endpoints. A repetition has the sequence number of the first, also after a
// RST; a new number is a new connection, whatever became of the one before: a
// server that calls from port 20 is announced the same port again.
func (f *flow) reused(p *packet) bool {
	if p.flags&(flagSYN|flagACK|flagRST) != flagSYN {
		return false
	}
	s := &f.span[f.side(p)]
	if !s.known || p.seq+1 == s.base {
		return false
	}
	// The connection's own SYN can be captured after segments that followed it.
	before := s.base - p.seq
	return !(f.conn.Midstream && 0 < int32(before) && before < slack && s.next < slack)
}

// facts counts one packet of the connection. It reports what is new: an answer,
// an established connection, a first payload.
func (f *flow) facts(p *packet, side ftp.Side) (changed bool) {
	c, h := f.conn, &f.conn.Half[side]
	c.Last, h.LastPacket = p.seen, p.seen
	h.Packets++
	if h.TTLMin == 0 || p.ttl < h.TTLMin {
		h.TTLMin = p.ttl
	}
	h.TTLMax = max(h.TTLMax, p.ttl)
	f.wired(p, side)
	switch {
	case p.has(flagRST):
		return f.reset(p, side)
	case p.has(flagSYN):
		return f.handshake(p, side)
	case f.challenge(p, side), f.stale(p, side):
		return false
	}
	if f.traffic == nil {
		f.begin()
	}
	f.presume(true)
	hops(&h.Wire, p)
	if side == ftp.Initiator && p.has(flagACK) || p.length > 0 || c.Midstream {
		changed = f.establish(p.seen)
	}
	if p.has(flagACK) {
		f.confirm(p, side)
	}
	if p.window == 0 && !h.ZeroWindow.Yes() {
		h.ZeroWindow = p.seen
	}
	f.window(p, side)
	probe := f.probed(p, side)
	if p.length > 0 && f.payload(p, side, probe) {
		changed = true
	}
	if p.has(flagFIN) {
		f.fin(p, side)
	}
	if h.Lead.N < uint8(len(h.Lead.Bytes)) && p.length > 0 {
		f.lead(p, side)
	}
	if c.Thinned && !p.has(flagFIN) {
		f.mark(p)
	}
	return changed
}

// mark notes how far a header of a thinned connection shows its streams: its own by
// its sequence number, the other by its acknowledgment.
func (f *flow) mark(p *packet) {
	for i := range f.span {
		if next := f.span[i].next; next > f.traffic.marked[i] {
			f.traffic.marked[i] = next
			f.conn.Half[i].Progress = p.seen
		}
		f.counted(ftp.Side(i))
	}
}

// counted notes how many bytes a direction has had so far.
func (f *flow) counted(side ftp.Side) {
	h, s := &f.conn.Half[side], &f.span[side]
	h.Bytes, h.Missing = s.next, s.missing
	if f.conn.Thinned {
		h.Missing = s.next
		if f.traffic != nil {
			h.Missing -= f.traffic.marked[side]
		}
	}
}

// begin makes room for the traffic behind the handshake.
func (f *flow) begin() {
	if f.traffic, f.unused = f.unused, nil; f.traffic == nil {
		f.traffic = new(traffic)
	}
}

// based notes where a direction begins, and forgets how it began if an earlier
// packet came later.
func (f *flow) based(side ftp.Side) {
	l, s := &f.conn.Half[side].Lead, &f.span[side]
	if s.known && (!l.Known || l.Base != s.base) {
		*l = ftp.Lead{Base: s.base, Known: true}
	}
}

// lead keeps the first payload bytes of a direction.
func (f *flow) lead(p *packet, side ftp.Side) {
	f.based(side)
	l, s := &f.conn.Half[side].Lead, &f.span[side]
	if !s.known {
		return
	}
	if at := s.at(p.seq); at >= 0 && at <= int64(l.N) && at+int64(len(p.payload)) > int64(l.N) {
		l.N += uint8(copy(l.Bytes[l.N:], p.payload[int64(l.N)-at:]))
	}
}

// confirm notes that a packet acknowledges more payload of the other side than
// any before.
func (f *flow) confirm(p *packet, side ftp.Side) {
	other := side.Other()
	s := &f.span[other]
	if !s.known {
		return
	}
	at := s.at(p.ack)
	if at > s.next {
		if c := f.conn; c.Thinned && !c.Half[other].FIN.Yes() && at <= s.next+reach {
			s.add(p.ack, 0)
			f.counted(other)
			f.acknowledged(other, s.next)
		} else if at > f.sentUpTo(other) {
			f.unsent(p, side, at)
		} else {
			f.acknowledged(other, s.next)
		}
	} else if at >= 0 {
		f.acknowledged(other, at)
	}
	if at > s.next+reach {
		return
	}
	if at > s.ahead.at {
		s.ahead = acknowledged{at, p.seen}
		if b := f.conn.Half[other].Farewell; b != nil && at == s.next+1 {
			b.Taken = p.seen
		}
	}
	if at = min(at, s.next); at > s.confirmed {
		s.confirmed = at
		f.conn.Half[other].Confirmed = p.seen
		f.conn.Half[other].Acked = at
	}
}

// reconfirm is for payload that stands behind its acknowledgment in the file.
func (f *flow) reconfirm(p *packet, side ftp.Side) {
	h, s := &f.conn.Half[side], &f.span[side]
	if at := min(s.ahead.at, s.next); at > s.confirmed {
		s.confirmed = at
		h.Confirmed, h.Acked = s.ahead.seen, at
	}
}

// shutdown notes whether the payload of a side, as far as it is captured, ends
// with the alert that closes a TLS session.
func (f *flow) shutdown(p *packet, side ftp.Side) {
	h, s := &f.conn.Half[side], &f.span[side]
	if s.at(p.seq)+int64(p.length) < s.next {
		return // not the end
	}
	h.Shutdown, h.ShutdownAck = ftp.Seen{}, 0
	h.Cut = f.conn.TLS && len(p.payload) < p.length
	if f.conn.TLS && endsWithAlert(p.payload) {
		h.Shutdown, h.ShutdownAck = p.seen, f.acks(p, side)
	}
}

// payload counts the bytes of a segment and reports whether they were the
// first of their direction. A probe that repeats a byte does not count.
func (f *flow) payload(p *packet, side ftp.Side, probe bool) (first bool) {
	h, s := &f.conn.Half[side], &f.span[side]
	if probe && s.at(p.seq) < s.next {
		return false
	}
	fresh, repeats, ok := s.add(p.seq, p.length)
	if !ok {
		return false
	}
	if repeats {
		h.Retransmissions++
	}
	h.LastData = p.seen
	if fresh > 0 {
		if !f.conn.Thinned {
			h.Progress = p.seen
		}
		f.shutdown(p, side)
		f.reconfirm(p, side)
		f.sentAfterAll(side)
	}
	if !probe {
		f.outgoing(p, side, fresh > 0)
	}
	if f.conn.Role == ftp.RoleData {
		f.tlsPayload(p, side)
	}
	f.counted(side)
	if s.at(p.seq) == 0 && beginsTLS(p.payload) {
		f.conn.TLS = true
	} else if s.at(p.seq) == 0 && len(p.payload) >= recordStart {
		h.Plain = true
	}
	if first = !h.FirstData.Yes(); first {
		h.FirstData = p.seen
	}
	return first
}

// fin takes the end of a direction. Its sequence number tells how many bytes
// there were, even where the last of them are not in the capture.
func (f *flow) fin(p *packet, side ftp.Side) {
	h, s := &f.conn.Half[side], &f.span[side]
	if h.FIN.Yes() {
		f.finAgain(p, side)
		return
	}
	if p.length == 0 {
		if _, _, ok := s.add(p.seq, 0); !ok {
			return
		}
		f.counted(side)
	}
	if end := s.at(p.seq) + int64(p.length); f.conn.Thinned && end == s.next-1 {
		s.next-- // an acknowledgment of this FIN was captured before it
		s.missing = max(s.missing-1, 0)
		f.traffic.marked[side] = min(f.traffic.marked[side], s.next)
		f.counted(side)
	}
	h.FIN, h.FINAck = p.seen, f.acks(p, side)
	h.Wire.FINTTL = p.ttl
	f.sentAfterAll(side)
}

// acks is the position in the other direction that a packet acknowledges.
func (f *flow) acks(p *packet, side ftp.Side) int64 {
	s := &f.span[side.Other()]
	if !s.known || !p.has(flagACK) {
		return 0
	}
	return s.at(p.ack)
}
