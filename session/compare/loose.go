package compare

import (
	"cmp"
	"iter"
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
	looseAll  = 1 << 18                // candidates between two points
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
	found := false
	for i := range p.points {
		for j := i + 1; j < len(p.points); j++ {
			all := p.looseBetween(ts, i, j)
			slices.SortStableFunc(all, func(x, y loose) int {
				return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.delta.Abs(), y.delta.Abs()))
			})
			for _, l := range all {
				if ts.of[l.a.conn].at[j] == nil && ts.of[l.b.conn].at[i] == nil && ts.unite(l.a, l.b) {
					ts.of[l.a.conn].loose, found = true, true
				}
			}
		}
	}
	return found
}

// looseBetween are the candidates between two points, with their difference in
// time less that which all have.
func (p *path) looseBetween(ts *traces, i, j int) []loose {
	byPort := make(map[loosePort][]*ftp.Conn)
	for c := range ts.missing(j, i) {
		for _, key := range loosePorts(c) {
			if len(byPort[key]) < looseMost {
				byPort[key] = append(byPort[key], c)
			}
		}
	}
	related, numbered := p.synchronous(i, j), ts.numbered(i, j)
	window := looseTime + p.clocks[i].spread + p.clocks[j].spread
	var out []loose
	for c := range ts.missing(i, j) {
		tried := make(map[*ftp.Conn]bool)
		for _, key := range loosePorts(c) {
			for _, d := range byPort[key] {
				delta := p.when(d.First).Sub(p.when(c.First))
				switch {
				case tried[d], len(out) >= looseAll, related && delta.Abs() > window:
					continue
				case numbered && c.Ends != d.Ends: // not all numbers are rewritten on the way: no more than they may be
					continue
				}
				tried[d] = true
				if score := p.resemblance(c, d); score > 0 {
					out = append(out, loose{sighting{i, c}, sighting{j, d}, score, delta})
				}
			}
		}
	}
	if related {
		return out
	}
	return agreeing(out)
}

// loosePort is a port that nobody has by custom, of a side.
type loosePort struct {
	side ftp.Side
	port uint16
}

func loosePorts(c *ftp.Conn) []loosePort {
	var out []loosePort
	for side := range ftp.Side(2) {
		if port := c.Ends[side].Port(); port >= ephemeral {
			out = append(out, loosePort{side, port})
		}
	}
	return out
}

// missing are the connections that were followed at a point and that another one
// has not.
func (t *traces) missing(at, from int) iter.Seq[*ftp.Conn] {
	return func(yield func(*ftp.Conn) bool) {
		for _, one := range t.all {
			if c := one.at[at]; c != nil && one.at[from] == nil && c.Role != ftp.RoleNone && !yield(c) {
				return
			}
		}
	}
}

// agreeing are the candidates with the difference in time that most have. One
// alone is believed only if the clocks nearly agree, or it has more than ports.
func agreeing(all []loose) []loose {
	const many, sure = 2, 8
	middle, support := commonest(all), 0
	for n := range all {
		all[n].delta -= middle
		if all[n].delta.Abs() <= looseTime && all[n].score >= sure {
			support++
		}
	}
	if middle.Abs() > looseTime && support < many {
		return nil
	}
	return slices.DeleteFunc(all, func(l loose) bool { return l.delta.Abs() > looseTime })
}

// synchronous reports whether the clocks of two points are known against each
// other.
func (p *path) synchronous(i, j int) bool {
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
	if said < 0 || a.Ends[0].Addr().Unmap().Is4() != b.Ends[0].Addr().Unmap().Is4() {
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
	same, told := common(announcedPorts(p.session[a]), announcedPorts(p.session[b]))
	if ports == 0 || told && same == 0 {
		return 0
	}
	return score + 4*(ports+min(same, 4))
}

// common counts the ports that two sessions both announce; told is false where one
// of them announces none.
func common(x, y map[uint16]bool) (n int, told bool) {
	for port := range x {
		if y[port] {
			n++
		}
	}
	return n, len(x) > 0 && len(y) > 0
}

// announcedPorts are those that a session announces.
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
