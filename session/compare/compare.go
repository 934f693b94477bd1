package compare

import "fmt"

// Compare holds the points against each other. It reads what they hold and
// changes nothing of it; what it renames it copies.
func Compare(points []Point) *Result {
	// Which connections are the same, in which order the points lie, and how far
	// their clocks are apart: each helps to find the next.
	ts := match(points)
	p := layout(points, ts)
	if matchLoosely(p, ts) {
		p = layout(points, ts)
	}
	meetings := meet(p, ts)
	p.listen(meetings, ts)

	// What each point saw of each transfer.
	out := &Result{Order: p.order, Because: p.because(), Aside: p.aside, Clocks: p.given()}
	for n, m := range meetings {
		out.Sessions = append(out.Sessions, p.view(m, ts, fmt.Sprintf("s%d", n+1)))
	}

	// Which points are witnesses, what they prove, and the findings from it.
	p.acquaint(out.Sessions)
	for _, s := range out.Sessions {
		p.witness(s, ts)
	}
	p.explain(out)
	p.adopt(out)
	return out
}

// view makes the session of a meeting, and what each point saw of it.
func (p *path) view(m *meeting, ts *traces, id string) *Session {
	order := p.orderOf(m, ts)
	rows := m.rows(p, ts, order)
	s := m.merge(id, rows, order)
	s.Control = View{Points: p.controlSights(s, ts)}
	for i, r := range rows {
		s.Views = append(s.Views, View{Transfer: s.Transfers[i].ID, Points: p.sights(s, ts, r)})
	}
	return s
}
