package compare

import (
	"cmp"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// candidates bounds how many connections with the same number are held against
// each other.
const candidates = 64

// match finds which connections of the points are the same, by their numbers.
func match(points []Point) *traces {
	var all []sighting
	for i := range points {
		for _, c := range points[i].connections() {
			all = append(all, sighting{i, c})
		}
	}
	buckets := make(map[mark][]int)
	for n, s := range all {
		for _, m := range marks(s.conn) {
			if b := buckets[m]; len(b) < candidates {
				buckets[m] = append(b, n)
			}
		}
	}
	var pairs []pair
	seen := make(map[[2]int]bool)
	for _, bucket := range buckets {
		for x, a := range bucket {
			for _, b := range bucket[x+1:] {
				key := [2]int{min(a, b), max(a, b)}
				if seen[key] {
					continue
				}
				seen[key] = true
				if score := likeness(all[a].conn, all[b].conn); score > 0 {
					pairs = append(pairs, pair{key[0], key[1], score})
				}
			}
		}
	}
	slices.SortFunc(pairs, func(p, q pair) int {
		return cmp.Or(cmp.Compare(q.score, p.score), cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b))
	})
	return join(points, all, pairs)
}

// pair are two sightings that are the same connection, and how surely.
type pair struct{ a, b, score int }

// mark is something that two sightings of a connection may have in common.
type mark struct {
	kind   byte
	number uint64
}

// marks are those of a connection.
func marks(c *ftp.Conn) []mark {
	var out []mark
	for side := range c.Half {
		if l := &c.Half[side].Lead; l.Known && !c.Midstream {
			out = append(out, mark{byte(side), uint64(l.Base)})
		}
	}
	for i, s := range c.SYNs {
		if s.Clock != 0 && i < 4 {
			out = append(out, mark{'c', uint64(s.Clock)})
		}
	}
	// A connection whose beginning one point has not: only its ports are left.
	low, high := c.Ends[0].Port(), c.Ends[1].Port()
	if low > high {
		low, high = high, low
	}
	if c.Role != ftp.RoleNone && c.Established.Yes() {
		out = append(out, mark{'p', uint64(low)<<16 | uint64(high)})
	}
	return out
}
