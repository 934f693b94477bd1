package compare

import (
	"fmt"
)

// Compare holds the points against each other. It reads what they hold and
// changes nothing of it; what it renames it copies.
func Compare(points []Point) *Result {
	ts := match(points)
	p := layout(points, ts)
	if matchLoosely(p, ts) {
		p = layout(points, ts)
	}
	meetings := meet(p, ts)
	p.listen(meetings, ts)
	out := &Result{Order: p.order, Because: p.because(), Aside: p.aside, Clocks: p.given()}
	for n, m := range meetings {
		order := p.orderOf(m, ts)
		rows := m.rows(p, ts, order)
		s := m.merge(fmt.Sprintf("s%d", n+1), rows, order)
		s.Control = View{Points: p.controlSights(s, ts)}
		for i, r := range rows {
			s.Views = append(s.Views, View{Transfer: s.Transfers[i].ID, Points: p.sights(s, ts, r)})
		}
		out.Sessions = append(out.Sessions, s)
	}
	p.acquaint(out.Sessions)
	for _, s := range out.Sessions {
		p.witness(s, ts)
	}
	p.explain(out)
	p.adopt(out)
	return out
}
