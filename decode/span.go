package decode

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// span counts the payload of one direction of a TCP connection by its sequence
// numbers, 64 bits wide, and remembers what was not captured.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.4
type span struct {
	base      uint32 // sequence number of the first payload byte, valid if known
	known     bool
	sure      bool         // base comes from a SYN
	next      int64        // highest payload byte so far plus one, relative to base
	confirmed int64        // payload bytes that the other side acknowledged, of those below next
	ahead     acknowledged // the farthest that the other side acknowledged, seen here or not
	missing   int64        // payload bytes below next that no captured segment covered
	holes     []hole       // where they are, ascending; some are forgotten if there are too many
	strayed   int          // segments in a row that lie far ahead, and together
	stray     uint32       // sequence number behind the latest of them
}

// hole is a range of positions that no captured segment covered.
type hole struct{ from, to int64 }

// acknowledged is a position and where it was acknowledged.
type acknowledged struct {
	at   int64
	seen ftp.Seen
}

// maxHoles bounds span.holes. What lies in a hole that was forgotten stays
// missing.
const maxHoles = 256

// reach is how far ahead of what was seen a segment may lie and be believed.
// A capture that lost packets has such jumps; a forged segment has larger ones.
const reach = 1 << 28

// believed is how many segments that lie together beyond reach are no forgery:
// the capture lacks what was between.
const believed = 4

// slack is how far before the first byte seen an earlier byte may lie where the
// capture began in the middle of a connection.
const slack = 1 << 20

// start sets the base from a SYN's sequence number.
func (s *span) start(isn uint32) {
	if s.known && !s.sure {
		// The SYN came after later segments of the same connection.
		if shift := int64(int32(s.base - (isn + 1))); shift >= 0 && shift < slack {
			s.rebase(shift)
		}
		s.sure = true
		return
	}
	s.base, s.known, s.sure = isn+1, true, true
}

// rebase moves the base back by n bytes, which become a hole.
func (s *span) rebase(n int64) {
	if n == 0 {
		return
	}
	s.base -= uint32(n)
	for i := range s.holes {
		s.holes[i].from += n
		s.holes[i].to += n
	}
	if s.next > 0 {
		s.holes = slices.Insert(s.holes, 0, hole{0, n})
		s.missing += n
		s.next += n
		if s.confirmed > 0 {
			s.confirmed += n
		}
		if s.ahead.at > 0 {
			s.ahead.at += n
		}
	}
}

// at is the position of a sequence number relative to the base, that nearest to
// what was seen last, so that it goes on past 32 bits.
func (s *span) at(seq uint32) int64 {
	return s.next + int64(int32(seq-(s.base+uint32(s.next))))
}

// probes reports whether a byte at seq repeats the one before the next, as
// keep-alives do.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.8.4
func (s *span) probes(seq uint32) bool {
	n := len(s.holes)
	return s.known && s.at(seq) == s.next-1 && (n == 0 || s.holes[n-1].to < s.next)
}

// lacks reports whether the byte at a position is in no captured segment.
func (s *span) lacks(at int64) bool {
	i, _ := slices.BinarySearchFunc(s.holes, at, func(h hole, at int64) int {
		if h.to <= at {
			return -1
		}
		return 1
	})
	return at >= s.next || i < len(s.holes) && s.holes[i].from <= at
}

// add counts a segment of n payload bytes at seq: how many of them are new, and
// whether it repeats any. A segment where none of this connection can be is not
// counted and ok is false.
func (s *span) add(seq uint32, n int) (fresh int64, repeats, ok bool) {
	if !s.known {
		s.base, s.known = seq, true
	}
	from := s.at(seq)
	if from < 0 && !s.sure && -from <= slack {
		s.rebase(-from)
		from = 0
	}
	to := from + int64(n)
	if from < 0 || to > s.next+reach && !s.believe(seq, n) {
		return 0, false, false
	}
	s.strayed = 0
	fresh = s.fill(from, to)
	if to > s.next {
		if from > s.next {
			s.missing += from - s.next
			s.holes = append(s.holes, hole{s.next, from})
		}
		fresh += to - max(from, s.next)
		s.next = to
	}
	s.bound()
	return fresh, fresh < int64(n), true
}

// believe counts the segments beyond reach and reports whether there were enough
// of them in one place.
func (s *span) believe(seq uint32, n int) bool {
	if d := int32(seq - s.stray); d > slack || d < -slack {
		s.strayed = 0
	}
	s.strayed++
	s.stray = seq + uint32(n)
	return s.strayed >= believed
}

// fill takes [from, to) out of the holes and tells how many bytes that were.
func (s *span) fill(from, to int64) (filled int64) {
	if len(s.holes) == 0 {
		return 0
	}
	first, _ := slices.BinarySearchFunc(s.holes, from, func(h hole, at int64) int {
		if h.to <= at {
			return -1
		}
		return 1
	})
	last := first
	var left [2]hole // what remains of the first and the last hole
	n := 0
	for ; last < len(s.holes) && s.holes[last].from < to; last++ {
		h := s.holes[last]
		if h.from < from {
			left[n] = hole{h.from, from}
			n++
		}
		if to < h.to {
			left[n] = hole{to, h.to}
			n++
		}
		filled += min(h.to, to) - max(h.from, from)
	}
	if filled > 0 {
		s.holes = slices.Replace(s.holes, first, last, left[:n]...)
		s.missing -= filled
	}
	return filled
}

// bound forgets the first holes if there are too many.
func (s *span) bound() {
	if n := len(s.holes) - maxHoles; n > 0 {
		s.holes = slices.Delete(s.holes, 0, n)
	}
}
