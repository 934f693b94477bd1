package compare

import (
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// path is how the points lie to each other.
type path struct {
	points   []Point
	names    []string
	hosts    []roles                        // by point
	session  map[*ftp.Conn]*session.Session // by its control connection
	met      map[*session.Session]bool      // those that several points have
	order    []int                          // those that have something in common with another, from client to server
	aside    []int                          // the others
	clocks   []clock                        // by point
	stamps   map[[2]int][]stamp
	relation map[[2]int]nearer
}

// layout finds the order of the points and their clocks.
func layout(points []Point, ts *traces) *path {
	p := &path{points: points, names: Names(points), stamps: make(map[[2]int][]stamp), session: make(map[*ftp.Conn]*session.Session), met: make(map[*session.Session]bool)}
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

// arrange finds order and clocks from what the points hold in common.
func (p *path) arrange() {
	p.relation = make(map[[2]int]nearer)
	p.order, p.aside, p.clocks = nil, nil, make([]clock, len(p.points))
	p.relate()
	p.sort()
	p.setClocks()
}

// listen adds what sessions say to what the points hold in common.
func (p *path) listen(all []*meeting) {
	for _, m := range all {
		for _, s := range m.at {
			if s != nil && !m.alone() {
				p.met[s] = true
			}
		}
		for i, a := range m.at {
			for j := i + 1; j < len(m.at); j++ {
				if b := m.at[j]; a != nil && b != nil {
					p.stamps[[2]int{i, j}] = append(p.stamps[[2]int{i, j}], lineStamps(a, b)...)
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
			if b := t.at[j]; b != nil {
				p.stamps[[2]int{i, j}] = append(p.stamps[[2]int{i, j}], stamps(a, b, byClient)...)
			}
		}
	}
}
