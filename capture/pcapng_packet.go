package capture

import (
	"fmt"
	"time"
)

// Where the data begins in the blocks that carry packets.
//
//	enhanced                 packet (obsolete)               simple
//	 0 type, length (8)       0 type, length (8)              0 type, length (8)
//	 8 interface (4)          8 interface (2), drops (2)      8 wire length (4)
//	12 timestamp (8)         12 timestamp (8)                12 data
//	20 captured (4)          20 captured (4)
//	24 wire length (4)       24 wire length (4)
//	28 data, padding         28 data, padding
//	   options, length (4)      options, length (4)             padding, length (4)
const (
	packetData = 28
	simpleData = 12
)

// packet reads a packet block into f. A packet block that contradicts itself is
// passed over with a problem; it has a number nevertheless, as in other
// programs that number the packets of the file.
func (r *pcapngReader) packet(f *Frame, kind uint32, total int, start int64) (done bool, err error) {
	r.number++
	if total > maxRecord {
		if err := r.pass(total, start); err != nil {
			return false, r.numbered(err)
		}
		r.refuse(start, "block claims %d bytes, the limit is %d", total, maxRecord)
		return false, nil
	}
	b, err := r.hold(total, start)
	if err != nil {
		return false, r.numbered(err)
	}
	var p ngPacket
	if kind == blockSimple {
		p, err = r.simple(b)
	} else {
		p, err = r.enhanced(b, kind)
	}
	if err != nil {
		r.refuse(start, "%v", err)
		return false, nil
	}
	in := &r.interfaces[p.id]
	// Field by field, which saves a copy.
	f.Time = time.Time{}
	f.Data = p.data
	f.Length = max(clamp(p.length), len(p.data))
	f.Number = r.number
	f.Offset = start
	f.Interface = p.id
	f.Link = in.link
	f.Direction = DirectionUnknown
	if kind != blockSimple {
		f.Time = r.stamp(in, p.stamp, start)
	}
	if len(p.options) > 0 {
		f.Direction = r.packetOptions(p.options)
	}
	return true, nil
}

// numbered takes back the number of a packet that a fault ended.
func (r *pcapngReader) numbered(err error) error {
	if f, ok := err.(*fault); ok {
		r.number--
		f.frame = r.number
	}
	return err
}

// refuse notes a packet block that is passed over.
func (r *pcapngReader) refuse(start int64, format string, args ...any) {
	r.t.problem(CodeDamaged, r.number-1, start, "frame %d at byte %d is left out: %s", r.number, start, fmt.Sprintf(format, args...))
}

// ngPacket is what a packet block says.
type ngPacket struct {
	id      int // interface, which exists
	stamp   uint64
	length  uint32
	data    []byte
	options []byte
}

func (r *pcapngReader) enhanced(b []byte, kind uint32) (p ngPacket, err error) {
	if len(b) < packetData+4 {
		return p, fmt.Errorf("a packet block of %d bytes is too short", len(b))
	}
	id := r.order.u32(b[8:])
	if kind == blockPacket {
		id = uint32(r.order.u16(b[8:]))
	}
	if int64(id) >= int64(len(r.interfaces)) {
		return p, fmt.Errorf("interface %d is not described", id)
	}
	captured := r.order.u32(b[20:])
	if room := len(b) - packetData - 4; int64(captured) > int64(room) {
		return p, fmt.Errorf("packet claims %d bytes, the block has room for %d", captured, room)
	}
	if captured > MaxFrame {
		return p, fmt.Errorf("packet claims %d bytes, the limit is %d", captured, MaxFrame)
	}
	end := packetData + int(captured)
	p = ngPacket{
		id:      int(id),
		stamp:   uint64(r.order.u32(b[12:]))<<32 | uint64(r.order.u32(b[16:])),
		length:  r.order.u32(b[24:]),
		data:    b[packetData:end:end],
		options: b[min((end+3)&^3, len(b)-4) : len(b)-4],
	}
	return p, nil
}

// simple reads a simple packet block: "it can be assumed that all the Simple
// Packet Blocks have been captured on the interface previously specified in the
// first Interface Description Block", and the captured length is the least of
// the wire length and the snap length.
//
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html#section-4.4
func (r *pcapngReader) simple(b []byte) (p ngPacket, err error) {
	if len(b) < simpleData+4 {
		return p, fmt.Errorf("a simple packet block of %d bytes is too short", len(b))
	}
	if len(r.interfaces) == 0 {
		return p, fmt.Errorf("interface 0 is not described")
	}
	p.length = r.order.u32(b[8:])
	captured := p.length
	if snap := r.interfaces[0].snap; snap > 0 {
		captured = min(captured, snap)
	}
	if room := len(b) - simpleData - 4; int64(captured) > int64(room) {
		return p, fmt.Errorf("packet must be %d bytes long, the block has room for %d", captured, room)
	}
	if captured > MaxFrame {
		return p, fmt.Errorf("packet is %d bytes long, the limit is %d", captured, MaxFrame)
	}
	end := simpleData + int(captured)
	p.data = b[simpleData:end:end]
	return p, nil
}

// stamp returns the time of a timestamp, zero for one that can't be.
func (r *pcapngReader) stamp(in *ngInterface, stamp uint64, start int64) time.Time {
	t, ok := in.resolution.time(stamp)
	if !ok && !in.noTime {
		in.noTime = true
		r.t.problem(CodeDamaged, r.number-1, start,
			"frame %d at byte %d: timestamp %d is no time before the year 10000; such frames of its interface are read without a time",
			r.number, start, stamp)
	}
	return t
}

// packetOptions notes comments and returns the direction.
func (r *pcapngReader) packetOptions(opts []byte) (d Direction) {
	for {
		code, value, rest, ok := r.order.option(opts)
		if !ok {
			return d
		}
		switch {
		case code == optComment:
			r.t.comment(value)
		case code == optPacketFlags && len(value) >= 4:
			switch r.order.u32(value) & directionMask {
			case flagsInbound:
				d = DirectionIn
			case flagsOutbound:
				d = DirectionOut
			}
		}
		opts = rest
	}
}
