package decode

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// twin is what tells two copies of one frame from a repetition by TCP.
type twin struct {
	time             ftp.Time
	options          uint64 // hash: timestamps differ between repetitions
	length           int
	seq, ack         uint32
	window, ipID     uint16
	ttl, flags, side uint8
}

// twins remembers the latest packets of a connection.
type twins struct {
	mixed [maxTwins]uint32 // of sequence and acknowledgment number: nearly all packets differ in it
	ring  [maxTwins]twin   // the rest
	count uint8            // of those that are remembered
	next  uint8            // where the next goes
}

const maxTwins = 16

// Two copies of a frame are at most this far apart: with the same nonzero IPv4
// identification, or without one.
const (
	twinWithID    = time.Second
	twinWithoutID = 20 * time.Millisecond
)

// seen reports whether the capture held this frame before: a mirror port, the
// "any" device, or before and after routing. repeats says that this connection
// had such twins already, which bare acknowledgments without identification
// need to be believed. routed says that the TTLs of the two differ by one.
func (t *twins) seen(p *packet, side uint8, repeats bool) (twice, routed bool) {
	mixed := mix(p)
	for i := range &t.mixed {
		if t.mixed[i] != mixed || i >= int(t.count) {
			continue
		}
		if twice, routed = t.ring[i].again(p, side, repeats); twice {
			return twice, routed
		}
	}
	t.note(p, side)
	return false, false
}

// note remembers a packet that was not here before.
func (t *twins) note(p *packet, side uint8) {
	i := t.next % maxTwins
	t.mixed[i] = mix(p)
	t.ring[i].take(p, side)
	t.next = (i + 1) % maxTwins
	t.count = max(t.count, i+1)
}

func mix(p *packet) uint32 { return p.seq ^ bits.RotateLeft32(p.ack, 16) }

// take takes from a packet what is remembered.
func (t *twin) take(p *packet, side uint8) {
	*t = twin{p.seen.Time, stamp(p.options), p.length, p.seq, p.ack, p.window, p.ipID, p.ttl, p.flags, side}
}

// again reports whether a packet is a copy of this one.
func (t *twin) again(p *packet, side uint8, repeats bool) (twice, routed bool) {
	var now twin
	now.take(p, side)
	same := *t
	gap := now.time.Sub(same.time).Abs()
	hops := int(now.ttl) - int(same.ttl)
	same.time, same.ttl = now.time, now.ttl
	if same != now || gap > twinWithID {
		return false, false
	}
	if now.ipID == 0 && (gap > twinWithoutID || !repeats && now.length == 0 && now.flags&(flagSYN|flagFIN|flagRST) == 0) {
		return false, false
	}
	return true, hops == 1 || hops == -1
}

// stamp is a hash of options: eight bytes at a time, as timestamps and what pads
// them are twelve.
func stamp(b []byte) uint64 {
	const prime = 0x9e3779b97f4a7c15 // 2^64 and the golden ratio
	h := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64((h^binary.LittleEndian.Uint64(b))*prime, 29)
	}
	for ; len(b) >= 4; b = b[4:] {
		h = bits.RotateLeft64((h^uint64(binary.LittleEndian.Uint32(b)))*prime, 29)
	}
	for _, c := range b { // cut off
		h = (h ^ uint64(c)) * prime
	}
	return h
}

// hash is FNV-1a.
func hash(b []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
