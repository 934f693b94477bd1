package capture

import (
	"cmp"
	"io"
	"os"
	"sync"
)

const (
	// headroom is the space before the bytes of a piece.
	headroom = maxRecord
	// filePieces is how many pieces of a file there are, the one that is decoded
	// included: with six somebody waits more often. They take 9 MiB, a third of
	// which is read into.
	filePieces = 12
	// unpackedPieces is the same for what is compressed.
	unpackedPieces = 3
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
	read   bool
}

// ahead reads a stream ahead of who decodes it, piece by piece, on a goroutine of
// its own. Who decodes and comes to a piece that is not read yet doesn't wait but
// reads the next one himself: so both have work all the time, whoever is slower.
type ahead struct {
	set     *Set
	read    func(p *piece, number int64) // reads the piece of a number, from 0 on
	inOrder bool                         // each is read when the one before is read
	resume  func(last *piece) error      // goes on after the last piece, or tells why not
	running sync.WaitGroup

	mu      sync.Mutex
	changed sync.Cond // a piece was read, or can be read into again
	pieces  []piece   // by number, over and over
	next    int64     // number of the piece that is decoded next; the one before it is decoded now
	claimed int64     // number of the first piece that nobody reads or has read
	reading int       // pieces that are being read
	over    bool      // no more is read: the last piece was, or nobody wants it
}

// start begins to read ahead, while block is decoded.
func (a *ahead) start(block []byte) *ahead {
	a.changed.L = &a.mu
	for i := range a.pieces[1:] {
		a.pieces[i].block = a.set.block()
	}
	a.of(-1).block = block
	a.set.ahead++
	a.running.Go(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		for !a.over {
			if !a.readOne() {
				a.changed.Wait()
			}
		}
	})
	return a
}

// of returns the piece of a number, from -1 on.
func (a *ahead) of(number int64) *piece {
	n := int64(len(a.pieces))
	return &a.pieces[(number+n)%n]
}

// ready returns how many pieces are read, or being read, and not decoded yet.
func (a *ahead) ready() int { return int(a.claimed - a.next) }

// readOne reads the first piece that nobody has read. It returns false if none may
// be read.
func (a *ahead) readOne() bool {
	if a.over || a.inOrder && a.reading > 0 || a.ready() == len(a.pieces)-1 {
		return false
	}
	number := a.claimed
	p := a.of(number)
	a.claimed++
	a.reading++
	a.unlocked(func() { a.read(p, number) })
	a.reading--
	p.read = true
	a.over = a.over || p.err != nil
	a.changed.Broadcast()
	return true
}

// unlocked does something while others may go on.
func (a *ahead) unlocked(do func()) {
	a.mu.Unlock()
	defer a.mu.Lock()
	do()
}

// take returns the next piece, with rest before its bytes. The one before can be
// read into again.
func (a *ahead) take(rest []byte) *piece {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.of(a.next)
	for !p.read {
		if !a.readOne() {
			a.changed.Wait()
		}
	}
	copy(p.block[headroom-len(rest):], rest)
	p.read = false
	a.next++
	if a.ready() <= len(a.pieces)/2 { // not for each: it costs more than to take one
		a.changed.Signal()
	}
	return p
}

// stop ends the reading, and waits for the piece that is being read. The block that is
// decoded isn't given back.
func (a *ahead) stop() {
	a.mu.Lock()
	a.over = true
	a.changed.Broadcast()
	a.mu.Unlock()
	a.running.Wait()
	for i := range a.pieces[1:] {
		a.set.free = append(a.set.free, a.of(a.next+int64(i)).block)
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
		a := &ahead{set: s, pieces: make([]piece, unpackedPieces), inOrder: true, read: unpack(f.unpack, f.src, size)}
		a.resume = func(last *piece) error { return last.err }
		c.ahead = a.start(c.buf)
		return
	}
	at, err := f.in.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	begin := at - f.src.n // of the capture: standard input may have been read from
	c.end = c.pos         // what isn't taken yet is read once more
	a := &ahead{set: s, pieces: make([]piece, filePieces), read: readFile(f.in.file, begin, c.offset(), size)}
	// A piece that isn't whole is where the file ended when it was read, or what
	// could be read of it. What is there really is found out without haste.
	a.resume = func(last *piece) error {
		f.src.n = last.stored
		_, f.src.err = f.in.file.Seek(begin+last.stored, io.SeekStart)
		return f.src.err
	}
	c.ahead = a.start(c.buf)
}

// readFile reads pieces of a capture that begins at begin in a file, the first at
// offset in the capture.
func readFile(file *os.File, begin, offset int64, size int) func(*piece, int64) {
	return func(p *piece, number int64) {
		at := offset + number*int64(size)
		p.n, p.err = file.ReadAt(p.block[headroom:headroom+size], begin+at)
		p.stored = at + int64(p.n)
	}
}

// unpack decompresses what is read from src.
func unpack(z io.Reader, src *stored, size int) func(*piece, int64) {
	return func(p *piece, _ int64) {
		p.n, p.err = 0, nil
		for p.n < size && p.err == nil {
			var n int
			n, p.err = readSome(z, p.block[headroom+p.n:headroom+size])
			p.n += n
		}
		p.stored = src.n
	}
}
