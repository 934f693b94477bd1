package compare

import (
	"slices"
	"time"

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
// in it then, but for a connection that it has on both sides of a NAT: that which
// came farther stands for both.
func (t *traces) unite(a, b sighting) bool {
	into, from := t.of[a.conn], t.of[b.conn]
	if into == from {
		return true
	}
	for i, c := range from.at {
		if d := into.at[i]; c != nil && d != nil && !twins(c, d) {
			return false
		}
	}
	for i, c := range from.at {
		if d := into.at[i]; c != nil && (d == nil || farther(c, d)) {
			into.at[i] = c
		}
	}
	t.move(from, into)
	return true
}

// twins reports whether two connections of one capture are the two sides of a NAT.
func twins(a, b *ftp.Conn) bool {
	const apart = time.Second
	return a.Ends != b.Ends && likeness(a, b) >= likelyTwin && a.First.Time.Sub(b.First.Time).Abs() < apart
}

// farther reports whether one side of a NAT saw more of a connection than the other:
// an answer, or else the SYN before it.
func farther(c, than *ftp.Conn) bool {
	x, y := len(synAcksOf(c)) > 0, len(synAcksOf(than)) > 0
	return x && !y || x == y && c.First.Frame < than.First.Frame
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

// loosely reports whether a connection was joined with others by guesswork.
func (t *traces) loosely(c *ftp.Conn) bool {
	one := t.of[c]
	return one != nil && one.loose
}

// numbered reports whether two points share a connection by its numbers.
func (t *traces) numbered(i, j int) bool {
	return slices.ContainsFunc(t.all, func(one *trace) bool { return one.at[i] != nil && one.at[j] != nil && !one.loose })
}

// alone reports whether the connection was seen at one point only.
func (t *trace) alone() bool { return t.points() == 1 }
