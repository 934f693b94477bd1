package capture

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// pcapHeader is the length of the file header.
//
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-07.html#section-4
const pcapHeader = 24

// The magic numbers of pcap, as the writer's byte order shows them.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Alexey Kuznetsov's, with longer record headers
)

// pcapReader reads the records of a pcap file.
type pcapReader struct {
	c      *chunk
	order  byteOrder
	unit   uint32 // nanoseconds in a unit of the second time field
	header int    // bytes of a record header
	minor  uint16 // of the version 2.minor
	link   LinkType
	number int64 // of the last frame
}

// isPCAP tells the magic number of pcap in either byte order.
func isPCAP(b []byte) (order byteOrder, magic uint32, ok bool) {
	if len(b) < 4 {
		return false, 0, false
	}
	for _, order := range []byteOrder{littleEndian, bigEndian} {
		switch magic := order.u32(b); magic {
		case magicMicro, magicNano, magicModified:
			return order, magic, true
		}
	}
	return false, 0, false
}

// newPCAP reads the file header. Its errors lack the name of the file.
func newPCAP(c *chunk, t *tally) (*pcapReader, error) {
	b := c.peek(pcapHeader)
	order, magic, known := isPCAP(b)
	if !known {
		return nil, errors.New("no pcap magic number")
	}
	if len(b) < pcapHeader {
		return nil, &cutHeader{format: "pcap", have: len(b), want: pcapHeader}
	}
	r := &pcapReader{c: c, order: order, unit: 1000, header: 16}
	switch magic {
	case magicNano:
		r.unit = 1
	case magicModified:
		r.header = 24
	}
	if major := order.u16(b[4:]); major != 2 {
		return nil, &versionError{format: "pcap", major: major, minor: order.u16(b[6:]), want: 2}
	}
	r.minor = order.u16(b[6:])
	t.snapLength(clamp(order.u32(b[16:])))
	// The upper bits tell of a frame check sequence.
	r.link = LinkType(order.u32(b[20:]))
	c.take(pcapHeader)
	return r, nil
}

// next reads the next record. It returns io.EOF at the end of the file and a
// *fault where it can't go on.
func (r *pcapReader) next(f *Frame) error {
	c := r.c
	start := c.offset()
	rec := c.held()
	if len(rec) < r.header {
		if rec = c.fill(r.header); len(rec) == 0 {
			return c.ended(r.number)
		} else if len(rec) < r.header {
			return r.cut(start, "header of frame", len(rec), r.header)
		}
	}
	h := (*[16]byte)(rec)
	sec, frac := r.order.u32(h[0:]), r.order.u32(h[4:])
	captured, length := r.order.u32(h[8:]), r.order.u32(h[12:])
	// Before version 2.3 the two lengths stood the other way around; in 2.3
	// some writers changed and some didn't.
	if r.minor < 3 || r.minor == 3 && captured > length {
		captured, length = length, captured
	}
	if captured > MaxFrame {
		return r.damaged(start, "record claims %d bytes, the limit is %d", captured, MaxFrame)
	}
	// What a crashed or full system leaves at the end of a file.
	if sec|frac|captured|length == 0 {
		return r.damaged(start, "record header holds only zeros")
	}
	total := r.header + int(captured)
	if len(rec) < total {
		if rec = c.fill(total); len(rec) < total {
			return r.cut(start, "frame", len(rec), total)
		}
	}
	c.take(total)
	r.number++
	// Field by field, which saves a copy.
	f.Time = time.Unix(int64(sec), int64(frac)*int64(r.unit)).UTC()
	f.Data = rec[r.header:total:total]
	f.Length = max(clamp(length), int(captured))
	f.Number = r.number
	f.Offset = start
	f.Interface = 0
	f.Link = r.link
	f.Direction = DirectionUnknown
	return nil
}

func (r *pcapReader) cut(offset int64, what string, have, want int) error {
	return r.c.cut(r.number, offset, fmt.Sprintf("%s %d", what, r.number+1), int64(have), int64(want))
}

func (r *pcapReader) damaged(offset int64, format string, args ...any) error {
	return &fault{
		code: CodeDamaged, frame: r.number, offset: offset,
		text: fmt.Sprintf("frame %d at byte %d: ", r.number+1, offset) + fmt.Sprintf(format, args...),
	}
}

// clamp makes an int of n, on machines with 32 bits too.
func clamp(n uint32) int { return int(min(n, math.MaxInt32)) }
