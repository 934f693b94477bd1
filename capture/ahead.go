package capture

import (
	"cmp"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

const (
	// headroom is the space before the bytes of a piece.
	headroom = maxRecord
	// lanePieces is how many pieces each lane has. Two lanes of three take 4.5
	// MiB, a third of which is read into.
	lanePieces = 3
	// maxAhead is how many captures of a Set are read ahead at the same time.
	// More are read at the same time only where they overlap.
	maxAhead = 2
)

// piece is a part of a stream that was read ahead. It lies in a block behind
// room for what is left of the piece before it: a record, but for its last byte.
type piece struct {
	block  []byte
	n      int   // bytes, from block[headroom] on
	stored int64 // bytes of the file up to its end
	err    error // why it is the last
}

// lane is a goroutine that reads pieces.
type lane struct{ free, full chan *piece }

// ahead reads a stream ahead of who decodes it. Its lanes take turns: of two,
// one reads the pieces 0, 2, 4 of the stream and so on, the other those between
// them. A file is read by two: by one it takes as long as without, on the
// machines that this was measured on. What is compressed has one lane, as it can
// only be decompressed in order.
type ahead struct {
	set     *Set
	lanes   []lane
	turn    int                     // lane of the next piece
	held    *piece                  // what is decoded; it belongs to the lane before
	resume  func(last *piece) error // goes on after the last piece, or tells why not
	stopped atomic.Bool             // what is still free isn't read into any more
	running sync.WaitGroup
}

// newAhead begins to read ahead, while block is decoded: each of reads is a lane
// and reads its next piece when it is called.
func newAhead(s *Set, block []byte, resume func(last *piece) error, reads ...func(*ahead, *piece)) *ahead {
	a := &ahead{set: s, held: &piece{block: block}, resume: resume}
	for i, read := range reads {
		l := lane{free: make(chan *piece, lanePieces), full: make(chan *piece, lanePieces)}
		pieces := lanePieces
		if i == len(reads)-1 {
			pieces-- // for the one that is held
		}
		for range pieces {
			l.free <- &piece{block: s.block()}
		}
		a.lanes = append(a.lanes, l)
		a.running.Go(func() {
			for p := range l.free {
				if !a.stopped.Load() {
					read(a, p)
				}
				l.full <- p
				if p.err != nil {
					return
				}
			}
		})
	}
	s.ahead++
	return a
}

// next returns the next piece, with rest before its bytes. The one that was held
// is read into again.
func (a *ahead) next(rest []byte) *piece {
	p := <-a.lanes[a.turn].full
	copy(p.block[headroom-len(rest):], rest)
	before := (a.turn + len(a.lanes) - 1) % len(a.lanes)
	a.lanes[before].free <- a.held
	a.held = p
	a.turn = (a.turn + 1) % len(a.lanes)
	return p
}

// stop ends the lanes and waits for them. The block that is held isn't given
// back.
func (a *ahead) stop() {
	a.stopped.Store(true)
	for _, l := range a.lanes {
		close(l.free)
	}
	a.running.Wait()
	for _, l := range a.lanes {
		close(l.full)
		for _, pieces := range []chan *piece{l.full, l.free} {
			for p := range pieces {
				a.set.free = append(a.set.free, p.block)
			}
		}
	}
	a.set.ahead--
}

// readAhead lets the rest of a file be read ahead, if it is worth it.
func (f *feed) readAhead() {
	s, c := f.set, f.chunk
	size := cmp.Or(s.opts.piece, chunkSize)
	if !s.opts.ReadAhead || f.in.file == nil || f.size <= 2*int64(size) || s.ahead >= maxAhead {
		return
	}
	if f.unpack != nil {
		c.ahead = newAhead(s, c.buf, func(last *piece) error { return last.err }, unpackPieces(f.unpack, f.src, size))
		return
	}
	at, err := f.in.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	begin := at - f.src.n // of the capture: standard input may have been read from
	c.end = c.pos         // what isn't taken yet is read once more
	at = begin + c.offset()
	// A piece that isn't whole is where the file ended when it was read, or what
	// could be read of it. What is there really is found out without haste.
	resume := func(last *piece) error {
		f.src.n = last.stored
		_, f.src.err = f.in.file.Seek(begin+last.stored, io.SeekStart)
		return f.src.err
	}
	c.ahead = newAhead(s, c.buf, resume,
		filePieces(f.in.file, begin, at, size),
		filePieces(f.in.file, begin, at+int64(size), size))
}

// filePieces reads every other piece of a file that begins at begin, from at on.
func filePieces(file *os.File, begin, at int64, size int) func(*ahead, *piece) {
	return func(_ *ahead, p *piece) {
		p.n, p.err = file.ReadAt(p.block[headroom:headroom+size], at)
		p.stored = at + int64(p.n) - begin
		at += 2 * int64(size)
	}
}

// unpackPieces decompresses what is read from src.
func unpackPieces(z io.Reader, src *stored, size int) func(*ahead, *piece) {
	return func(a *ahead, p *piece) {
		p.n, p.err = 0, nil
		for p.n < size && p.err == nil && !a.stopped.Load() {
			var n int
			n, p.err = readSome(z, p.block[headroom+p.n:headroom+size])
			p.n += n
		}
		p.stored = src.n
	}
}
