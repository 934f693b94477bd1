package compare

import (
	"cmp"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The limits of matching by ports, words and time, where a device rewrote all
// numbers.
const (
	looseTime = 2 * time.Second        // how far apart, by clocks that agree
	looseBin  = 500 * time.Millisecond // by which it is found what most agree on
	looseMost = 256                    // connections with the same port that are held against each other
	ephemeral = 1024                   // the least port that hardly two connections have by custom
)

// loose is a connection at one point that may be another one at another point.
type loose struct {
	a, b  sighting
	score int
	delta time.Duration
}

// matchLoosely joins connections that share no number: what the device on the way
// left of them are ports, the first words and the time. It reports whether there
// were any.
func matchLoosely(p *path, ts *traces) bool {
	any := false
	for i := range p.points {
		for j := i + 1; j < len(p.points); j++ {
			all := p.looseBetween(ts, i, j)
			slices.SortStableFunc(all, func(x, y loose) int {
				return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.delta.Abs(), y.delta.Abs()))
			})
			for _, l := range all {
				if ts.of[l.a.conn].at[j] == nil && ts.of[l.b.conn].at[i] == nil && ts.unite(l.a, l.b) {
					ts.of[l.a.conn].loose, any = true, true
				}
			}
		}
	}
	return any
}

// looseBetween are the candidates between two points, with their difference in
// time less that which all have.
func (p *path) looseBetween(ts *traces, i, j int) []loose {
	byPort := make(map[[2]uint16][]*ftp.Conn) // side, port
	for _, t := range ts.all {
		if c := t.at[j]; c != nil && t.at[i] == nil {
			for side := range c.Ends {
				key := [2]uint16{uint16(side), c.Ends[side].Port()}
				if len(byPort[key]) < looseMost {
					byPort[key] = append(byPort[key], c)
				}
			}
		}
	}
	var out []loose
	for _, t := range ts.all {
		c := t.at[i]
		if c == nil || t.at[j] != nil {
			continue
		}
		for side := range c.Ends {
			for _, d := range byPort[[2]uint16{uint16(side), c.Ends[side].Port()}] {
				if score := p.resemblance(c, d); score > 0 {
					out = append(out, loose{sighting{i, c}, sighting{j, d}, score, p.when(d.First).Sub(p.when(c.First))})
				}
			}
		}
	}
	if ts.numbered(i, j) { // not all numbers are rewritten on the way: no more than they may be
		out = slices.DeleteFunc(out, func(l loose) bool { return l.a.conn.Ends != l.b.conn.Ends })
	}
	middle := time.Duration(0)
	if !p.related(i, j) {
		middle = commonest(out)
	}
	for n := range out {
		out[n].delta -= middle
	}
	return slices.DeleteFunc(out, func(l loose) bool { return l.delta.Abs() > looseTime+p.clocks[i].spread+p.clocks[j].spread })
}

// related reports whether the clocks of two points are known against each other.
func (p *path) related(i, j int) bool {
	return p.clocks[i].known && p.clocks[j].known && p.clocks[i].pairs+p.clocks[j].pairs > 0
}

// commonest is the difference in time that most candidates agree on.
func commonest(all []loose) time.Duration {
	bins := make(map[int64]int)
	for _, l := range all {
		bins[int64(l.delta/looseBin)] += l.score
	}
	var best time.Duration
	most := 0
	for _, l := range all {
		// The neighbours count too: a bin's border may run through what agrees.
		bin := int64(l.delta / looseBin)
		if n := bins[bin-1] + bins[bin] + bins[bin+1]; n > most || n == most && l.delta.Abs() < best.Abs() {
			most, best = n, l.delta
		}
	}
	return best
}

// resemblance says how much two connections have in common whose numbers differ,
// or are not known: 0 for too little. A port that nobody chose by custom must be
// the same.
func (p *path) resemblance(a, b *ftp.Conn) int {
	if a.Role != ftp.RoleNone && b.Role != ftp.RoleNone && a.Role != b.Role {
		return 0
	}
	said := words(a, b)
	if said < 0 {
		return 0
	}
	score, ports := min(said, 16)/4, 0
	for side := range a.Ends {
		if port := a.Ends[side].Port(); port == b.Ends[side].Port() {
			score++
			if port >= ephemeral {
				ports++
			}
		}
		if a.Ends[side].Addr() == b.Ends[side].Addr() {
			score++
		}
	}
	same, told := sameAnnounced(p.session[a], p.session[b])
	if ports == 0 || told && same == 0 {
		return 0
	}
	return score + 4*(ports+min(same, 4))
}

// sameAnnounced counts the ports that two sessions both announce; told is false
// where one of them announces none.
func sameAnnounced(a, b *session.Session) (n int, told bool) {
	x, y := announcedPorts(a), announcedPorts(b)
	for port := range x {
		if y[port] {
			n++
		}
	}
	return n, len(x) > 0 && len(y) > 0
}

func announcedPorts(s *session.Session) map[uint16]bool {
	out := make(map[uint16]bool)
	if s == nil {
		return out
	}
	for _, t := range s.Transfers {
		if a := t.Announcement; a != nil && a.Endpoint.Port() != 0 && len(out) < wordsMost {
			out[a.Endpoint.Port()] = true
		}
	}
	return out
}
