package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	// chunkSize is how much is read at once: more leaves the processor's cache.
	chunkSize = 256 << 10
	// maxRecord is the longest record or block that is held as a whole.
	maxRecord = 512 << 10
	// MaxFrame is the most bytes that a frame may have been captured with, the
	// same limit as libpcap's.
	MaxFrame = 256 << 10
)

// chunk gives the bytes of a stream in slices of reused blocks. It reads no more
// than it must to satisfy a request, so that a slow pipe isn't waited for, or
// has it read ahead where nobody is waited for.
type chunk struct {
	r     io.Reader
	raw   *stored         // what r reads from in the end
	kind  string          // compression, for messages; empty for none
	ctx   context.Context // asked before each read
	ahead *ahead          // reads the stream ahead; nil where it is read at need
	meter *meter          // nil while a file is only looked into
	told  int64           // stored bytes that meter knows of
	buf   []byte
	pos   int   // buf[pos:end] is read and not yet taken
	end   int   //
	base  int64 // offset in the stream of buf[0]; less than 0 where it lies before
	err   error // of the last read; sticky
}

// newBlock returns memory for a chunk.
func newBlock() []byte { return make([]byte, chunkSize+maxRecord) }

// offset returns where in the stream the next byte is.
func (c *chunk) offset() int64 { return c.base + int64(c.pos) }

// peek returns the next n bytes, n at most maxRecord, without taking them, or
// what is left of the stream if that is less. The bytes are valid until the next
// call of peek or skip. It is inlined, as all is there nearly always.
func (c *chunk) peek(n int) []byte {
	if c.end-c.pos < n {
		return c.fill(n)
	}
	return c.buf[c.pos : c.pos+n]
}

// held returns the bytes that peek can give without reading.
func (c *chunk) held() []byte { return c.buf[c.pos:c.end] }

// take takes n bytes that peek has returned. They stay valid until the next
// call of peek or skip.
func (c *chunk) take(n int) { c.pos += n }

// fill reads until n bytes are there, and returns them as peek does.
func (c *chunk) fill(n int) []byte {
	for c.end-c.pos < n && c.err == nil {
		c.more()
	}
	return c.buf[c.pos:min(c.pos+n, c.end)]
}

// more reads once, behind what isn't taken yet.
func (c *chunk) more() {
	if c.ctx != nil {
		if c.err = c.ctx.Err(); c.err != nil {
			c.stopAhead()
			return
		}
	}
	if c.ahead != nil {
		c.turn()
		return
	}
	if c.pos > 0 {
		c.base += int64(c.pos)
		c.end = copy(c.buf, c.buf[c.pos:c.end])
		c.pos = 0
	}
	var n int
	n, c.err = readSome(c.r, c.buf[c.end:min(c.end+chunkSize, len(c.buf))])
	c.end += n
	c.tell(c.raw.n)
}

// turn goes on with the next piece that was read ahead.
func (c *chunk) turn() {
	next := c.offset()
	rest := c.buf[c.pos:c.end]
	p := c.ahead.take(rest)
	c.buf, c.pos, c.end = p.block, headroom-len(rest), headroom+p.n
	c.base = next - int64(c.pos)
	c.tell(p.stored)
	if p.err != nil {
		resume := c.ahead.resume
		c.stopAhead()
		c.err = resume(p)
	}
}

// stopAhead ends what was begun by readAhead.
func (c *chunk) stopAhead() {
	if c.ahead != nil {
		c.ahead.stop()
		c.ahead = nil
	}
}

// tell tells the meter how many stored bytes were read.
func (c *chunk) tell(n int64) {
	if n > c.told {
		c.meter.add(n - c.told)
		c.told = n
	}
}

// skip passes over n bytes without holding them, and returns how many there
// were.
func (c *chunk) skip(n int64) int64 {
	here := min(n, int64(c.end-c.pos))
	c.pos += int(here)
	for here < n && c.err == nil {
		c.more() // all that was held is taken
		step := min(n-here, int64(c.end-c.pos))
		c.pos += int(step)
		here += step
	}
	return here
}

// readSome reads once, or several times where nothing comes and no error either.
func readSome(r io.Reader, p []byte) (n int, err error) {
	for range 100 {
		if n, err = r.Read(p); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// ended returns io.EOF where the stream ended as it should, and otherwise the
// fault of a stream that broke between two records.
func (c *chunk) ended(frame int64) error {
	if c.err == io.EOF {
		return io.EOF
	}
	return c.broken(frame, c.offset(), fmt.Sprintf("after frame %d at byte %d", frame, c.offset()), "")
}

// cut returns the fault of a stream that ended within something at byte
// offset of which have of want bytes are there.
func (c *chunk) cut(frame, offset int64, what string, have, want int64) error {
	return c.broken(frame, offset,
		fmt.Sprintf("%s at byte %d", what, offset),
		fmt.Sprintf(": %d of %d bytes are there", have, want))
}

// broken tells a cut stream from a damaged and from an unreadable one.
func (c *chunk) broken(frame, offset int64, where, have string) error {
	f := &fault{frame: frame, offset: offset}
	data := "the file"
	if c.kind != "" {
		data = "the " + c.kind + " data"
	}
	switch {
	case c.raw.err != nil:
		f.code = CodeUnreadable
		f.text = fmt.Sprintf("%s: reading failed: %v", where, c.raw.err)
	case c.err == io.EOF:
		f.code = CodeTruncated
		f.text = where + ": the file is cut off" + have
	case errors.Is(c.err, io.ErrUnexpectedEOF):
		f.code = CodeTruncated
		f.text = where + ": " + data + " is cut off" + have
	default:
		f.code = CodeDamaged
		f.text = fmt.Sprintf("%s: %s can't be read any further: %v", where, data, c.err)
	}
	return f
}
