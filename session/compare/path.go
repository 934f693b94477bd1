package compare

import (
	"cmp"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// path is how the points lie to each other.
type path struct {
	points   []Point
	names    []string
	hosts    []roles                        // by point
	session  map[*ftp.Conn]*session.Session // by its control connection
	known    []acquaintance                 // by point
	order    []int                          // those that have something in common with another, from client to server
	aside    []int                          // the others
	clocks   []clock                        // by point
	sources  []source                       // of stamps
	turned   map[*trace]bool                // control connections whose client is where others have their server
	stamps   map[[2]int][]stamp
	relation map[[2]int]nearer
}

// layout finds the order of the points and their clocks.
func layout(points []Point, ts *traces) *path {
	p := &path{points: points, names: Names(points), session: make(map[*ftp.Conn]*session.Session)}
	for i := range points {
		p.hosts = append(p.hosts, rolesAt(&points[i]))
		for _, s := range points[i].Sessions {
			p.session[s.Control] = s
		}
	}
	for _, t := range ts.all {
		p.collect(t)
	}
	p.arrange()
	return p
}

// source is where stamps between two points come from.
type source struct {
	pair   [2]int
	stamps []stamp
	trace  *trace // control connection, or nil for a data connection
}

// arrange finds order and clocks from what the points hold in common. Where sessions
// go both ways, most of them say which way the path is read.
func (p *path) arrange() {
	p.turned = nil
	p.gather()
	if p.turned = p.otherWay(); len(p.turned) > 0 {
		p.gather()
	}
	p.order, p.aside, p.clocks = nil, nil, make([]clock, len(p.points))
	p.sort()
	p.setClocks()
}

// gather joins the stamps between each two points, and relates them. Of data
// connections it is not known which way they go where sessions go both ways.
func (p *path) gather() {
	p.stamps, p.relation = make(map[[2]int][]stamp), make(map[[2]int]nearer)
	for _, s := range p.sources {
		switch {
		case p.turned[s.trace]:
			p.stamps[s.pair] = append(p.stamps[s.pair], turnedRound(s.stamps)...)
		case s.trace != nil || len(p.turned) == 0:
			p.stamps[s.pair] = append(p.stamps[s.pair], s.stamps...)
		}
	}
	p.relate()
}

// otherWay are the control connections that surely go the other way than most.
func (p *path) otherWay() map[*trace]bool {
	type part struct {
		trace *trace
		pair  [2]int
	}
	own := make(map[part][]stamp)
	for _, s := range p.sources {
		if s.trace != nil {
			key := part{s.trace, s.pair}
			own[key] = append(own[key], s.stamps...)
		}
	}
	ways := make(map[[2]int]int) // 1 for each connection that passes the first point first
	signs := make(map[part]int)
	for key, stamps := range own {
		if n := p.relationOf(key.pair, stamps); n.strong {
			signs[key] = n.sign
			ways[key.pair] += n.sign
		}
	}
	against := make(map[*trace]int)
	for key, sign := range signs {
		if ways[key.pair] != 0 {
			against[key.trace] -= sign * cmp.Compare(ways[key.pair], 0)
		}
	}
	out := make(map[*trace]bool)
	for t, n := range against {
		if n > 0 {
			out[t] = true
		}
	}
	return out
}

// turnedRound are stamps as seen from the other end of the path.
func turnedRound(all []stamp) []stamp {
	out := slices.Clone(all)
	for i := range out {
		out[i].fromClient = !out[i].fromClient
	}
	return out
}

// listen adds what sessions say to what the points hold in common.
func (p *path) listen(all []*meeting, ts *traces) {
	for _, m := range all {
		for i, a := range m.at {
			for j := i + 1; j < len(m.at); j++ {
				if b := m.at[j]; a != nil && b != nil {
					p.sources = append(p.sources, source{[2]int{i, j}, lineStamps(a, b), ts.of[a.Control]})
				}
			}
		}
	}
	p.arrange()
}

// collect adds the packets that each two points hold of a connection.
func (p *path) collect(t *trace) {
	for i, a := range t.at {
		if a == nil {
			continue
		}
		byClient, ok := p.hosts[i].opened(a)
		if !ok {
			continue
		}
		for j := i + 1; j < len(t.at); j++ {
			b := t.at[j]
			if b == nil {
				continue
			}
			s := source{pair: [2]int{i, j}, stamps: stamps(a, b, byClient)}
			if a.Role == ftp.RoleControl {
				s.trace = t
			}
			p.sources = append(p.sources, s)
		}
	}
}
