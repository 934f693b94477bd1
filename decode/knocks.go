package decode

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/ftpscope/ftpscope/capture"
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
	places []place
	frames []kept // of the places
	begun  uint32 // knocks so far
	here   int    // knocks that wait
	lost   int64  // of those that would have been followed, of which no second packet came
}

// place is what is looked at to find a knock.
type place struct {
	key   flowKey
	order uint32 // greater than that of older ones; 0 for an empty place
	known bool   // it would have been followed
}

// kept is the frame of a knock.
type kept struct {
	frame capture.Frame // without its data
	size  int           // of data
	data  [maxKnock]byte
}

const (
	// ways is how many places a set has.
	ways = 8
	// maxKnock is the longest frame that is kept. Of a longer one only it is known
	// that it was there.
	maxKnock = 192
)

// keep takes the first packet between two ends. followed says that it would have
// been followed.
func (n *knocks) keep(p *packet, followed bool) {
	if n.places == nil {
		n.places, n.frames = make([]place, max(n.limit, ways)), make([]kept, max(n.limit, ways))
	}
	key := keyOf(p.src, p.dst)
	set := n.set(&key)
	at := set
	for i := set; i < set+ways; i++ {
		if n.places[i].order < n.places[at].order {
			at = i
		}
	}
	n.forget(at)
	n.begun++
	n.here++
	n.places[at] = place{key, n.begun, followed}
	k := &n.frames[at]
	k.frame, k.size = *p.frame, 0
	k.frame.Data = nil
	if b := p.frame.Data; len(b) <= maxKnock {
		k.size = copy(k.data[:], b)
	}
}

// forget empties a place that something may be in.
func (n *knocks) forget(at int) {
	if one := &n.places[at]; one.order > 0 {
		n.here--
		if one.known {
			n.lost++
		}
		one.order = 0
	}
}

// take takes out the knock between two ends; the frame is without data if it was
// too long. It is valid until the next call of keep.
func (n *knocks) take(a, b netip.AddrPort) (*capture.Frame, bool) {
	if n.here == 0 {
		return nil, false
	}
	key := keyOf(a, b)
	set := n.set(&key)
	for i := set; i < set+ways; i++ {
		if n.places[i].order > 0 && n.places[i].key == key {
			n.places[i].order = 0
			n.here--
			k := &n.frames[i]
			k.frame.Data = k.data[:k.size]
			return &k.frame, true
		}
	}
	return nil, false
}

// set is the first place of the set of a key.
func (n *knocks) set(k *flowKey) int {
	const prime = 0x9e3779b97f4a7c15 // 2^64 and the golden ratio
	h := uint64(k.port[0])<<32 | uint64(k.port[1])<<16 | uint64(k.family)
	for _, a := range &k.addr {
		h = bits.RotateLeft64((h^binary.LittleEndian.Uint64(a[:]))*prime, 29)
		h = bits.RotateLeft64((h^binary.LittleEndian.Uint64(a[8:]))*prime, 29)
	}
	sets := uint64(len(n.places) / ways)
	at, _ := bits.Mul64(h*prime, sets) // the high bits choose
	return int(at) * ways
}

// left is how many knocks nothing came of that would have been followed.
func (n *knocks) left() int64 {
	left := n.lost
	for i := range n.places {
		if n.places[i].order > 0 && n.places[i].known {
			left++
		}
	}
	return left
}
