package compare

import (
	"cmp"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// meeting is one real session, as the points have it, before it has its ids.
type meeting struct {
	at    []*session.Session // by point, nil where it was not seen
	first ftp.Time           // of its first packet, by the clock of the path
}

// meet finds which sessions of the points are the same: those whose control
// connections are, else those in which the same was said at the same time.
func meet(p *path, ts *traces) []*meeting {
	byTrace := make(map[*trace]*meeting)
	var all []*meeting
	for i := range p.points {
		for _, s := range p.points[i].Sessions {
			t := ts.of[s.Control]
			m := byTrace[t]
			if m == nil || t == nil {
				m = &meeting{at: make([]*session.Session, len(p.points))}
				all = append(all, m)
				byTrace[t] = m
			}
			if m.at[i] == nil { // else the capture holds both sides of a NAT
				m.at[i] = s
			}
		}
	}
	all = meetByWords(p, ts, all)
	for _, m := range all {
		for _, s := range m.at {
			if s == nil {
				continue
			}
			if at := p.when(s.First); m.first.IsZero() || at.Before(m.first) {
				m.first = at
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *meeting) int { return a.first.Compare(b.first) })
	return all
}

// nearest is the first session in the order of the path.
func (m *meeting) nearest(order []int) *session.Session {
	for _, i := range order {
		if m.at[i] != nil {
			return m.at[i]
		}
	}
	return nil
}

// The limits of meeting by words.
const (
	wordsMost = 64              // lines of a session that are compared
	wordsTime = 5 * time.Second // how far apart, where clocks are known
	wordsPast = 2000            // sessions of a point that are held against each other
	wordsBin  = 500 * time.Millisecond
)

// meetByWords joins sessions that no number joined: a proxy, or a device that
// rewrites sequence numbers, ports and time stamps, lets the words alone. Where
// clocks are not known, what most pairs agree on is the difference.
func meetByWords(p *path, ts *traces, all []*meeting) []*meeting {
	gone := make(map[*meeting]bool)
	for i := range p.points {
		for j := i + 1; j < len(p.points); j++ {
			var as, bs []*meeting
			for _, m := range all {
				switch {
				case gone[m] || m.at[i] != nil && m.at[j] != nil:
				case m.at[i] != nil && len(as) < wordsPast:
					as = append(as, m)
				case m.at[j] != nil && len(bs) < wordsPast:
					bs = append(bs, m)
				}
			}
			for _, pair := range p.sameWords(as, bs, i, j) {
				a, b := pair[0], pair[1]
				if gone[a] || gone[b] || !a.disjoint(b) {
					continue
				}
				if ts.unite(sighting{i, a.at[i].Control}, sighting{j, b.at[j].Control}) {
					ts.of[a.at[i].Control].loose = true
				}
				for n, s := range b.at {
					if s != nil {
						a.at[n] = s
					}
				}
				gone[b] = true
			}
		}
	}
	return slices.DeleteFunc(all, func(m *meeting) bool { return gone[m] })
}

// disjoint reports whether no point has both.
func (m *meeting) disjoint(other *meeting) bool {
	for i := range m.at {
		if m.at[i] != nil && other.at[i] != nil {
			return false
		}
	}
	return true
}

// sameWords pairs sessions of two points in which the same was said.
func (p *path) sameWords(as, bs []*meeting, i, j int) [][2]*meeting {
	known := p.synchronous(i, j)
	type match struct {
		pair  [2]*meeting
		ports int // that both announce
		delta time.Duration
	}
	var found []match
	bins := make(map[int64]int)
	others := make([]utterance, len(bs))
	for n, b := range bs {
		others[n] = uttered(b.at[j])
	}
	for _, a := range as {
		said := uttered(a.at[i])
		for n, b := range bs {
			d := p.when(b.at[j].First).Sub(p.when(a.at[i].First))
			if known && d.Abs() > wordsTime || !samePort(a.at[i], b.at[j]) || !sameLines(said.lines, others[n].lines) {
				continue
			}
			same, told := common(said.ports, others[n].ports)
			if told && same == 0 {
				continue
			}
			found = append(found, match{[2]*meeting{a, b}, same, d})
			bins[int64(d/wordsBin)]++
		}
	}
	var middle time.Duration
	if !known {
		most := 0
		for _, m := range found {
			if n := bins[int64(m.delta/wordsBin)]; n > most || n == most && m.delta.Abs() < middle.Abs() {
				most, middle = n, m.delta
			}
		}
	}
	slices.SortStableFunc(found, func(x, y match) int {
		return cmp.Or(cmp.Compare(y.ports, x.ports), cmp.Compare((x.delta-middle).Abs(), (y.delta-middle).Abs()))
	})
	taken := make(map[*meeting]bool)
	var out [][2]*meeting
	for _, m := range found {
		if taken[m.pair[0]] || taken[m.pair[1]] || (m.delta-middle).Abs() > wordsTime {
			continue
		}
		taken[m.pair[0]], taken[m.pair[1]] = true, true
		out = append(out, m.pair)
	}
	return out
}

// samePort reports whether one end of two control connections has the same port.
func samePort(a, b *session.Session) bool {
	return a.Client.Port() == b.Client.Port() || a.Server.Port() == b.Server.Port()
}

// utterance is what sessions are told by: lines, and ports that were announced.
type utterance struct {
	lines []string
	ports map[uint16]bool
}

func uttered(s *session.Session) utterance { return utterance{linesOf(s), announcedPorts(s)} }

// linesOf are the commands of a session, without the endpoints that a device
// rewrites.
func linesOf(s *session.Session) []string {
	var out []string
	if s.HasBanner {
		out = append(out, s.Banner)
	}
	for i := range s.Commands {
		c := &s.Commands[i]
		if len(out) == wordsMost {
			break
		}
		out = append(out, plain(c))
	}
	return out
}

// sameLines reports whether two sessions begin with the same lines, or one of
// them, which a capture has not from its beginning, lies within the other.
func sameLines(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	const least = 3
	if len(a) < least {
		return false
	}
	for from := 0; from+least <= len(b); from++ {
		n := min(len(a), len(b)-from)
		if slices.Equal(a[:n], b[from:from+n]) {
			return true
		}
	}
	return false
}
