package compare

import (
	"bytes"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// relation is how what two points saw of one direction of a connection fits
// together.
type relation int8

const (
	differs  relation = -1 // other sequence numbers
	nothing  relation = 0  // one of them tells nothing
	overlaps relation = 1  // the numbers of one lie within those of the other
	equals   relation = 2  // the same initial sequence number
)

// likelyTwin is the likeness from which on two connections are the same even within
// one capture.
const likelyTwin = 30

// likeness says how surely two connections, seen at different points, are the
// same: 0 if they are not, or nothing tells. A device on the way may rewrite
// addresses, ports, sequence numbers or TCP timestamps, but hardly all of them.
func likeness(a, b *ftp.Conn) int {
	first, second := related(a, b, ftp.Initiator), related(a, b, ftp.Listener)
	clock := sameClock(a, b)
	ports, free := 0, false // free: one that nobody has by custom
	for side := range a.Ends {
		if port := a.Ends[side].Port(); port == b.Ends[side].Port() {
			ports++
			free = free || port >= ephemeral
		}
	}
	someone := free || a.Ends[ftp.Initiator].Addr() == b.Ends[ftp.Initiator].Addr()
	switch {
	case first == equals && second == equals:
		return likelyTwin + 10 + ports
	case first == equals && clock, second == equals && clock:
		return likelyTwin + ports
	case first == equals && second == differs, first == differs && second == equals:
		if free {
			return 20 + ports
		}
		return 0
	case (first == equals || second == equals) && someone:
		return 20 + ports
	case clock && free && words(a, b) >= 0:
		return 15 + ports
	case first == differs || second == differs:
		return 0
	case first == overlaps && second == overlaps && ports > 0:
		return 10 + ports
	case (first == overlaps || second == overlaps) && ports == 2:
		return 8
	}
	return 0
}

// related compares the sequence numbers of one direction.
func related(a, b *ftp.Conn, side ftp.Side) relation {
	l, m := &a.Half[side].Lead, &b.Half[side].Lead
	switch {
	case !l.Known || !m.Known:
		return nothing
	case l.Base == m.Base:
		return equals
	case !a.Midstream && !b.Midstream:
		return differs
	case within(l.Base, a.Half[side].Bytes, m.Base) || within(m.Base, b.Half[side].Bytes, l.Base):
		return overlaps
	}
	return differs
}

// within reports whether a sequence number is one of n bytes from base on, or
// the one behind.
func within(base uint32, n int64, seq uint32) bool { return int64(seq-base) <= n }

// sameClock reports whether a SYN of each has the same TCP timestamp.
func sameClock(a, b *ftp.Conn) bool {
	for _, s := range a.SYNs {
		for _, t := range b.SYNs {
			if s.Clock != 0 && s.Clock == t.Clock {
				return true
			}
		}
	}
	return false
}

// words compares how both directions begin: how many bytes are the same, or -1
// if one differs.
func words(a, b *ftp.Conn) int {
	n := 0
	for side := range a.Half {
		l, m := &a.Half[side].Lead, &b.Half[side].Lead
		if a.Midstream || b.Midstream {
			continue
		}
		k := min(l.N, m.N)
		if !bytes.Equal(l.Text()[:k], m.Text()[:k]) {
			return -1
		}
		n += int(k)
	}
	return n
}
