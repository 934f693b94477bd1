package capture

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// pieces begins to read ahead of a stream of which it is said how each piece is read.
func pieces(count int, inOrder bool, read func(p *piece, number int64)) *ahead {
	a := &ahead{set: &Set{}, pieces: make([]piece, count), inOrder: inOrder, read: read}
	return a.start(newBlock())
}

// Who decodes reads the next piece while the one before is being read.
func TestTakeReads(t *testing.T) {
	second := make(chan struct{})
	a := pieces(6, false, func(p *piece, number int64) {
		switch p.n = int(number); number {
		case 0:
			select {
			case <-second:
			case <-time.After(10 * time.Second):
				t.Error("who decodes waits")
			}
		case 1:
			close(second)
		case 2:
			p.err = io.EOF
		}
	})
	for want := range 3 {
		if p := a.take(nil); p.n != want {
			t.Errorf("piece %d comes as the one of number %d", p.n, want)
		}
	}
	a.stop()
}

// Pieces come in order, each once, with the rest before them, whoever is slow; and
// what can only be read in order is read by one at a time.
func TestTakeInOrder(t *testing.T) {
	const last = 200
	for _, inOrder := range []bool{false, true} {
		for _, count := range []int{2, 3, 6, 12} {
			var reading, most atomic.Int32
			a := pieces(count, inOrder, func(p *piece, number int64) {
				most.Store(max(most.Load(), reading.Add(1)))
				defer reading.Add(-1)
				rest(number)
				p.n = copy(p.block[headroom:], []byte{byte(number)})
				if number >= last {
					p.err = io.EOF
				}
			})
			var before []byte
			for number := range int64(last + 1) {
				want := append(bytes.Clone(before), byte(number))
				p := a.take(before)
				got := p.block[headroom-len(before) : headroom+p.n]
				if !bytes.Equal(got, want) {
					t.Fatalf("in order %v, %d pieces: piece %d is %v, want %v", inOrder, count, number, got, want)
				}
				if (p.err != nil) != (number == last) {
					t.Fatalf("piece %d: %v", number, p.err)
				}
				before = got[len(got)-min(len(got), int(number%3)):]
				rest(number)
			}
			a.stop()
			if inOrder && most.Load() > 1 {
				t.Errorf("%d are read at the same time", most.Load())
			}
		}
	}
}

// rest makes some pieces take longer.
func rest(number int64) {
	if rand.IntN(8) == 0 {
		time.Sleep(time.Duration(rand.IntN(50)) * time.Microsecond)
	}
}

// It can be stopped at any time: what is being read is waited for, and all blocks come
// back but the one that is decoded.
func TestStopAhead(t *testing.T) {
	for taken := range int64(8) {
		var reading atomic.Int32
		a := pieces(4, false, func(p *piece, number int64) {
			reading.Add(1)
			defer reading.Add(-1)
			time.Sleep(50 * time.Microsecond)
			if number == 6 {
				p.err = errors.New("no more")
			}
		})
		var held *piece
		for range min(taken, 7) {
			held = a.take(nil)
		}
		a.stop()
		if n := reading.Load(); n != 0 {
			t.Errorf("%d are still reading", n)
		}
		seen := make(map[*byte]bool)
		for _, b := range a.set.free {
			seen[&b[0]] = true
		}
		if len(seen) != 3 || held != nil && seen[&held.block[0]] {
			t.Errorf("%d blocks come back after %d pieces, the one that is decoded too: %v", len(seen), taken, held != nil && seen[&held.block[0]])
		}
	}
}
