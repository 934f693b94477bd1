package decode

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// knocks are the first frames of connections that would be looked at if there were
// not too many already that nobody answers: a flood. A second packet, of either
// side, shows that there is somebody: then the connection begins by the frame that
// was kept. Until then it costs no memory of its own.
//
// They stand in a table of fixed size, in sets of a few places, of which a hash
// names one. The newcomer takes the place of the oldest in its set: there is
// nothing to look after, and an honest one has until the others of its set are
// taken, which is about when the whole table is.
type knocks struct {
	limit  int // Limits.Knocks
	sets   []knockSet
	frames []kept // of the places, those of a set together
	begun  uint32 // knocks so far
	here   int    // knocks that wait
	lost   int64  // of those that would have been followed, of which no second packet came
	taken  capture.Frame
}

// knockSet is what is looked at to find a knock: a line of the processor's cache.
type knockSet struct {
	marks [ways]uint32 // of the hashes, and wanted
	order [ways]uint32 // greater than that of older ones; 0 for an empty place
}

// kept is the frame of a knock, without pointers: there is nothing in the table that
// garbage collection must look at.
type kept struct {
	ends      [2]knockEnd // who sent, to whom
	seen      ftp.Seen
	length    int // on the wire
	link      capture.LinkType
	direction capture.Direction
	size      uint8 // of data
	data      [maxKnock]byte
}

// knockEnd is a netip.AddrPort without pointers.
type knockEnd struct {
	addr [16]byte
	port uint16
	is4  bool
}

func endOf(a netip.AddrPort) knockEnd {
	return knockEnd{a.Addr().As16(), a.Port(), a.Addr().Is4()}
}

const (
	// ways is how many places a set has.
	ways = 8
	// maxKnock is the longest frame that is kept. Of a longer one only it is known
	// that it was there.
	maxKnock = 192
	// wanted is the bit of a mark that says that the connection would have been
	// followed.
	wanted = 1
)

// keep takes the first packet between two ends. followed says that it would have
// been followed.
func (n *knocks) keep(p *packet, followed bool) {
	if n.sets == nil {
		count := max(n.limit/ways, 1)
		n.sets, n.frames = make([]knockSet, count), make([]kept, count*ways)
	}
	ends := [2]knockEnd{endOf(p.src), endOf(p.dst)}
	i, mark := n.place(&ends)
	if followed {
		mark |= wanted
	}
	set, at := &n.sets[i], 0
	for j := range set.order {
		if set.order[j] < set.order[at] {
			at = j
		}
	}
	if set.order[at] > 0 {
		n.here--
		n.lost += int64(set.marks[at] & wanted)
	}
	n.begun++
	n.here++
	set.marks[at], set.order[at] = mark, n.begun
	k := &n.frames[i*ways+at]
	k.ends, k.seen = ends, p.seen
	k.length, k.link, k.direction, k.size = p.frame.Length, p.frame.Link, p.frame.Direction, 0
	if b := p.frame.Data; len(b) <= maxKnock {
		k.size = uint8(copy(k.data[:], b))
	}
}

// take takes out the knock between two ends, nil if there is none; the frame is
// without data if it was too long. It is valid until the next call.
func (n *knocks) take(a, b netip.AddrPort) (*capture.Frame, ftp.Seen) {
	if n.here == 0 {
		return nil, ftp.Seen{}
	}
	ends := [2]knockEnd{endOf(a), endOf(b)}
	i, mark := n.place(&ends)
	set := &n.sets[i]
	for j := range set.marks {
		if set.marks[j]&^wanted != mark || set.order[j] == 0 {
			continue
		}
		if k := &n.frames[i*ways+j]; k.ends == ends || k.ends == [2]knockEnd{ends[1], ends[0]} {
			set.order[j] = 0
			n.here--
			n.taken = capture.Frame{
				Data: k.data[:k.size], Length: k.length, Number: k.seen.Frame, Capture: k.seen.Capture, Link: k.link, Direction: k.direction,
			}
			return &n.taken, k.seen
		}
	}
	return nil, ftp.Seen{}
}

// place is the set of two ends, and their mark in it, the same whichever end sent.
func (n *knocks) place(ends *[2]knockEnd) (set int, mark uint32) {
	h := (ends[0].hash() + ends[1].hash()) * goldenPrime
	high, _ := bits.Mul64(h, uint64(len(n.sets))) // the high bits choose
	return int(high), uint32(h>>8) &^ wanted
}

// goldenPrime is 2^64 divided by the golden ratio.
const goldenPrime = 0x9e3779b97f4a7c15

func (e *knockEnd) hash() uint64 {
	h := (binary.LittleEndian.Uint64(e.addr[:]) ^ uint64(e.port)) * goldenPrime
	h = (bits.RotateLeft64(h, 29) ^ binary.LittleEndian.Uint64(e.addr[8:])) * goldenPrime
	return h ^ h>>32
}

// left is how many knocks nothing came of that would have been followed.
func (n *knocks) left() int64 {
	left := n.lost
	for i := range n.sets {
		for j, order := range n.sets[i].order {
			if order > 0 {
				left += int64(n.sets[i].marks[j] & wanted)
			}
		}
	}
	return left
}
