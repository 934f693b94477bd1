package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// sniffed is how much of a file is looked at to tell what it is.
const sniffed = 512

// feed is one capture of a Set: a file that isn't open yet, is being read, or
// has ended.
type feed struct {
	set     *Set
	name    string
	index   int // in Set.feeds, and Frame.Capture
	regular bool
	size    int64 // stored, -1 where unknown
	tally   *tally

	in     input
	src    *stored
	unpack io.ReadCloser // nil where not compressed
	chunk  *chunk
	rd     recordReader // nil while closed

	key     time.Time // of the next frame, as far as known: place in the merge
	head    Frame     // next frame, if loaded
	loaded  bool
	started bool // the first frame was asked for
	ended   bool
}

// open opens the file, finds out what it is and reads its header.
func (f *feed) open(m *meter) error {
	in, err := openInput(f.name, f.set.opts.Stdin)
	if err != nil {
		return err
	}
	f.in, f.regular, f.size = in, in.regular, in.size
	f.src = &stored{r: in.r}
	if in.size >= 0 {
		f.tally.info.Bytes = in.size
	}
	if err := f.header(m); err != nil {
		f.release()
		return err
	}
	return nil
}

// header tells the format and makes the reader.
func (f *feed) header(m *meter) error {
	c := &chunk{r: f.src, raw: f.src, meter: m, buf: f.set.block()}
	f.chunk = c
	b := c.peek(pcapHeader)
	if c.end > len(b) {
		b = c.buf[:min(c.end, sniffed)]
	}
	if c.err != nil && c.err != io.EOF {
		return nameError(f.name, c.err)
	}
	if kind := compression(b); kind != "" {
		c.kind = kind
		f.tally.info.Compression = kind
		// What was read so far goes to the decompressor, and the block is
		// free for what comes out of it.
		all := bytes.Clone(c.buf[:c.end])
		z, err := decompress(kind, io.MultiReader(bytes.NewReader(all), f.src), f.size)
		if err != nil {
			return f.broken(kind, err)
		}
		f.unpack = z
		c.r, c.end, c.err = z, 0, nil
		b = c.peek(pcapHeader)
		if c.end > len(b) {
			b = c.buf[:min(c.end, sniffed)]
		}
	}
	var err error
	if _, _, ok := isPCAP(b); ok {
		f.tally.info.Format = "pcap"
		f.rd, err = newPCAP(c, f.tally)
	} else if len(b) >= 4 && littleEndian.u32(b) == blockSection {
		f.tally.info.Format = "pcapng"
		f.rd, err = newPCAPNG(c, f.tally)
	} else {
		return f.unknown(b)
	}
	if err == nil {
		return nil
	}
	f.rd = nil
	if cut, ok := errors.AsType[*cutHeader](err); ok {
		return f.notCapture(f.within(cut.Error()), "")
	}
	if broken, ok := errors.AsType[*fault](err); ok {
		return f.notCapture(f.within("a "+f.tally.info.Format+" file with a damaged header: "+broken.text), "")
	}
	return nameError(f.name, err)
}

// unknown is the error for a file that begins with b.
func (f *feed) unknown(b []byte) error {
	kind := f.chunk.kind
	if kind == "" {
		return f.notCapture(describe(b))
	}
	if err := f.chunk.err; err != nil && err != io.EOF {
		return f.broken(kind, err)
	}
	if len(b) == 0 {
		return f.notCapture("nothing inside "+kind+" data", "")
	}
	if compression(b) != "" {
		return f.notCapture(compression(b)+" data inside "+kind+" data", "decompress it once before")
	}
	found, hint := describe(b)
	return f.notCapture(f.within(found), hint)
}

// broken is the error for compressed data of which not even a header comes out.
func (f *feed) broken(kind string, err error) error {
	if f.src.err != nil {
		return nameError(f.name, f.src.err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return f.notCapture(kind+" data that is cut off before anything of a capture", "")
	}
	return f.notCapture(fmt.Sprintf("%s data that can't be decompressed: %v", kind, err), "")
}

// within names the compression around what was found.
func (f *feed) within(found string) string {
	if f.chunk.kind == "" {
		return found
	}
	return found + ", inside " + f.chunk.kind + " data"
}

func (f *feed) notCapture(found, hint string) error {
	return &NotCaptureError{Name: f.name, Found: found, Hint: hint}
}

// look reads the time of the first frame and closes the file.
func (f *feed) look() {
	var first Frame
	if f.rd.next(&first) == nil {
		f.key = first.Time
	}
	f.release()
	was := f.tally.info
	f.tally = newTally(f.name)
	f.tally.info.Format, f.tally.info.Compression, f.tally.info.Bytes = was.Format, was.Compression, was.Bytes
}

// load makes the next frame the head, or ends the feed. It returns only an
// error of ctx.
func (f *feed) load(ctx context.Context) error {
	if f.rd == nil {
		if err := f.open(f.set.meter); err != nil {
			f.tally.problem(CodeUnreadable, 0, 0, "it can't be opened any more: %v", err)
			f.end(false)
			return nil
		}
		f.chunk.ctx = ctx
	}
	if !f.started {
		f.started = true
		f.readAhead()
	}
	err := f.rd.next(&f.head)
	if err == nil {
		f.head.Capture = f.index
		f.tally.frame(&f.head)
		f.loaded = true
		return nil
	}
	return f.over(ctx, err)
}

// over ends the feed, of which no further frame can be read because of err.
func (f *feed) over(ctx context.Context, err error) error {
	if f.chunk.err != nil && ctx.Err() != nil && errors.Is(f.chunk.err, ctx.Err()) {
		return ctx.Err()
	}
	if broken, ok := errors.AsType[*fault](err); ok {
		f.tally.problem(broken.code, broken.frame, broken.offset, "%s", broken.text)
	}
	f.end(err == io.EOF)
	return nil
}

// place notes the time of the head, which is the place of the feed in the merge.
func (f *feed) place() {
	if !f.head.Time.IsZero() {
		f.key = f.head.Time
	}
}

// end ends the feed.
func (f *feed) end(whole bool) {
	f.tally.info.Complete = whole && len(f.tally.info.Problems) == 0
	f.ended = true
	if f.chunk != nil {
		// What isn't read any more is done as well.
		f.chunk.tell(f.size)
	}
	f.release()
}

// release closes what is open.
func (f *feed) release() error {
	if f.src != nil && f.size < 0 {
		f.tally.info.Bytes = f.src.n
	}
	if f.chunk != nil {
		f.chunk.stopAhead()
		f.set.free = append(f.set.free, f.chunk.buf)
	}
	var errs []error
	if f.unpack != nil {
		errs = append(errs, f.unpack.Close())
	}
	if f.in.close != nil {
		errs = append(errs, f.in.close())
	}
	f.in, f.src, f.unpack, f.chunk, f.rd = input{}, nil, nil, nil, nil
	f.head, f.loaded = Frame{}, false
	return errors.Join(errs...)
}
