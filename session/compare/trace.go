package compare

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// trace is one TCP connection at all points.
type trace struct {
	at      []*ftp.Conn // by point; nil where no packet of it was found
	members []*ftp.Conn // those of at, and at a point on both sides of a NAT the other one
	loose   bool        // some of them share no number: ports, words and time joined them
}

// points counts where the connection was seen.
func (t *trace) points() int {
	n := 0
	for _, c := range t.at {
		if c != nil {
			n++
		}
	}
	return n
}

// traces are the connections of all points, and which trace each belongs to.
type traces struct {
	all []*trace
	of  map[*ftp.Conn]*trace
}

// sighting is a connection at a point, before it is known which others are the
// same.
type sighting struct {
	point int
	conn  *ftp.Conn
}

// connections are those of a point: those that the decoder followed, and what
// else somebody tried to open there, as connections of which only the SYNs are
// known.
func (b *Book) connections() []*ftp.Conn {
	type attempt struct {
		ends [2]netip.AddrPort
		isn  uint32
	}
	known := make(map[attempt]*ftp.Conn)
	out := slices.Clone(b.conns)
	for _, c := range b.conns {
		for _, s := range c.SYNs {
			known[attempt{c.Ends, s.ISN}] = nil
		}
	}
	for _, k := range b.syns {
		key := attempt{k.ends, k.syn.ISN}
		c, ok := known[key]
		if ok && c == nil {
			continue
		}
		if !ok {
			c = &ftp.Conn{Ends: k.ends, First: k.syn.Seen}
			c.Half[ftp.Initiator].Lead = ftp.Lead{Base: k.syn.ISN + 1, Known: true}
			c.Half[ftp.Initiator].TTLMin, c.Half[ftp.Initiator].TTLMax = k.syn.TTL, k.syn.TTL
			known[key] = c
			out = append(out, c)
		}
		c.SYNCount++
		c.Last = k.syn.Seen
		c.Half[ftp.Initiator].LastPacket = k.syn.Seen
		if len(c.SYNs) < ftp.MaxAttempts {
			c.SYNs = append(c.SYNs, k.syn)
		}
	}
	return out
}

// candidates bounds how many connections with the same number are held against
// each other.
const candidates = 64

// match finds which connections of the points are the same, by their numbers.
func match(points []Point) *traces {
	var all []sighting
	for i := range points {
		for _, c := range points[i].Book.connections() {
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

// join makes traces of the pairs, the surest first. A point has a connection
// once, except where it was captured on both sides of a NAT.
func join(points []Point, all []sighting, pairs []pair) *traces {
	out := &traces{of: make(map[*ftp.Conn]*trace, len(all))}
	for _, s := range all {
		t := &trace{at: make([]*ftp.Conn, len(points)), members: []*ftp.Conn{s.conn}}
		t.at[s.point] = s.conn
		out.of[s.conn] = t
	}
	for _, p := range pairs {
		out.unite(all[p.a], all[p.b])
	}
	out.list(all)
	return out
}

// list notes each trace once, in the order of its first sighting.
func (t *traces) list(all []sighting) {
	t.all = nil
	listed := make(map[*trace]bool)
	for _, s := range all {
		if one := t.of[s.conn]; !listed[one] {
			listed[one] = true
			t.all = append(t.all, one)
		}
	}
}

// unite makes two sightings one trace, if no point would have two connections
// in it then.
func (t *traces) unite(a, b sighting) bool {
	into, from := t.of[a.conn], t.of[b.conn]
	if into == from {
		return true
	}
	if a.point == b.point { // both sides of a NAT: the first one stands for both
		if !from.alone() || a.conn.Ends == b.conn.Ends {
			return false
		}
		t.move(from, into)
		return true
	}
	for i := range into.at {
		if into.at[i] != nil && from.at[i] != nil {
			return false
		}
	}
	for i, c := range from.at {
		if c != nil {
			into.at[i] = c
		}
	}
	t.move(from, into)
	return true
}

// move gives the members of one trace to another.
func (t *traces) move(from, into *trace) {
	for _, c := range from.members {
		t.of[c] = into
	}
	into.members = append(into.members, from.members...)
	into.loose = into.loose || from.loose
	from.members, from.at = nil, make([]*ftp.Conn, len(from.at))
}

// numbered reports whether two points share a connection by its numbers.
func (t *traces) numbered(i, j int) bool {
	return slices.ContainsFunc(t.all, func(one *trace) bool { return one.at[i] != nil && one.at[j] != nil && !one.loose })
}

// alone reports whether the connection was seen at one point only.
func (t *trace) alone() bool { return t.points() == 1 }
