package capture

import (
	"fmt"
	"math"
)

// The types of pcapng blocks that are read.
//
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html#section-4
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
)

const (
	byteOrderMagic   = 0x1a2b3c4d
	blockHeader      = 8  // type and length
	blockOverhead    = 12 // with the length at the end
	sectionHeader    = 28 // shortest section header block
	maxInterfaces    = 65536
	maxStatistics    = 64 << 10 // longest statistics block that is looked at
	noDropCount      = math.MaxUint64
	filterString     = 0
	filterBPF        = 1
	bpfInstruction   = 8
	directionMask    = 3
	flagsInbound     = 1
	flagsOutbound    = 2
	supportedNGMajor = 1
)

// pcapngReader reads the blocks of a pcapng file.
type pcapngReader struct {
	c          *chunk
	t          *tally
	order      byteOrder // of the current section
	interfaces []ngInterface
	number     int64 // of the last packet block
}

// ngInterface is what an interface description block says.
type ngInterface struct {
	link       LinkType
	snap       uint32 // 0 for none
	resolution resolution
	drops      int64 // last count of its statistics
	noTime     bool  // a timestamp out of range was reported
}

// newPCAPNG reads the first section header. Its errors lack the name of the
// file.
func newPCAPNG(c *chunk, t *tally) (*pcapngReader, error) {
	r := &pcapngReader{c: c, t: t}
	b := c.peek(blockOverhead)
	if len(b) < blockOverhead {
		return nil, &cutHeader{format: "pcapng", have: len(b), want: sectionHeader}
	}
	total, err := r.blockLength(b, 0)
	if err != nil {
		return nil, err
	}
	if b = c.peek(min(total, maxRecord)); len(b) < min(total, maxRecord) {
		return nil, &cutHeader{format: "pcapng", have: len(b), want: total}
	}
	if err := r.section(total, 0); err != nil {
		return nil, err
	}
	return r, nil
}

// next reads blocks up to and with the next packet block. It returns io.EOF at
// the end of the file and a *fault where it can't go on.
func (r *pcapngReader) next(f *Frame) error {
	for {
		start := r.c.offset()
		h := r.c.peek(blockOverhead)
		if len(h) < blockOverhead {
			if len(h) == 0 {
				return r.c.ended(r.number)
			}
			return r.c.cut(r.number, start, fmt.Sprintf("block after frame %d", r.number), int64(len(h)), blockOverhead)
		}
		total, err := r.blockLength(h, start)
		if err != nil {
			return err
		}
		switch kind := r.order.u32(h); kind {
		case blockSection:
			err = r.section(total, start)
		case blockInterface:
			err = r.describe(total, start)
		case blockStatistics:
			err = r.statistics(total, start)
		case blockEnhanced, blockPacket, blockSimple:
			var done bool
			if done, err = r.packet(f, kind, total, start); done {
				return nil
			}
		default:
			err = r.pass(total, start)
		}
		if err != nil {
			return err
		}
	}
}

// blockLength returns the total length of the block that begins with h, and
// takes over the byte order of a section header.
func (r *pcapngReader) blockLength(h []byte, start int64) (int, error) {
	if littleEndian.u32(h) == blockSection {
		switch uint32(byteOrderMagic) {
		case littleEndian.u32(h[8:]):
			r.order = littleEndian
		case bigEndian.u32(h[8:]):
			r.order = bigEndian
		default:
			return 0, r.damaged(start, "section header without a byte-order magic: % x", h[8:12])
		}
	}
	total := r.order.u32(h[4:])
	if total < blockOverhead || total%4 != 0 || total > math.MaxInt32 {
		return 0, r.damaged(start, "block of type %#x claims a length of %d", r.order.u32(h), total)
	}
	return int(total), nil
}

// hold returns a whole block, which is taken.
func (r *pcapngReader) hold(total int, start int64) ([]byte, error) {
	b := r.c.peek(total)
	if len(b) < total {
		return nil, r.c.cut(r.number, start, fmt.Sprintf("block after frame %d", r.number), int64(len(b)), int64(total))
	}
	if end := r.order.u32(b[total-4:]); end != uint32(total) {
		return nil, r.mismatch(start, total, end)
	}
	r.c.take(total)
	return b, nil
}

// pass passes over a block of any length.
func (r *pcapngReader) pass(total int, start int64) error {
	body := int64(total - 4)
	have := r.c.skip(body)
	if have == body {
		b := r.c.peek(4)
		if len(b) == 4 {
			if end := r.order.u32(b); end != uint32(total) {
				return r.mismatch(start, total, end)
			}
			r.c.take(4)
			return nil
		}
		have += int64(len(b))
	}
	return r.c.cut(r.number, start, fmt.Sprintf("block after frame %d", r.number), have, int64(total))
}

func (r *pcapngReader) mismatch(start int64, total int, end uint32) error {
	return r.damaged(start, "block has a length of %d at its begin and %d at its end", total, end)
}

func (r *pcapngReader) damaged(start int64, format string, args ...any) error {
	return &fault{
		code: CodeDamaged, frame: r.number, offset: start,
		text: fmt.Sprintf("after frame %d at byte %d: ", r.number, start) + fmt.Sprintf(format, args...),
	}
}

// section begins a section: interfaces are counted from 0 again.
func (r *pcapngReader) section(total int, start int64) error {
	if total < sectionHeader || total > maxRecord {
		return r.damaged(start, "section header claims a length of %d", total)
	}
	b, err := r.hold(total, start)
	if err != nil {
		return err
	}
	if major := r.order.u16(b[12:]); major != supportedNGMajor {
		err := &versionError{format: "pcapng", major: major, minor: r.order.u16(b[14:]), want: supportedNGMajor}
		if start == 0 {
			return err
		}
		return r.damaged(start, "%v", err)
	}
	r.interfaces = r.interfaces[:0]
	for opts := b[24 : total-4]; ; {
		code, value, rest, ok := r.order.option(opts)
		if !ok {
			return nil
		}
		if code == optComment {
			r.t.comment(value)
		}
		opts = rest
	}
}
