package decode

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// twin is what tells two copies of one frame from a repetition by TCP.
type twin struct {
	time             ftp.Time
	seq, ack         uint32
	options          uint32 // hash: timestamps differ between repetitions
	length           int
	window, ipID     uint16
	ttl, flags, side uint8
}

// twins remembers the latest packets of a connection, at most maxTwins.
type twins struct {
	ring []twin
	next int // where the next goes in a full ring
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
	now := twin{p.seen.Time, p.seq, p.ack, hash(p.options), p.length, p.window, p.ipID, p.ttl, p.flags, side}
	for i := range t.ring {
		if t.ring[i].seq != now.seq {
			continue
		}
		same := t.ring[i]
		gap := now.time.Sub(same.time).Abs()
		hops := int(now.ttl) - int(same.ttl)
		same.time, same.ttl = now.time, now.ttl
		if same != now || gap > twinWithID {
			continue
		}
		if now.ipID != 0 || gap <= twinWithoutID && (repeats || now.length > 0 || now.flags&(flagSYN|flagFIN|flagRST) != 0) {
			return true, hops == 1 || hops == -1
		}
	}
	if len(t.ring) < maxTwins {
		t.ring = append(t.ring, now)
		return false, false
	}
	t.ring[t.next] = now
	t.next = (t.next + 1) % maxTwins
	return false, false
}

// hash is FNV-1a.
func hash(b []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
