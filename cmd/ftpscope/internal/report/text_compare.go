package report

import (
	"cmp"
	"io"
	"slices"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Compare writes what captures of several points show together: for each transfer
// that did not go well, what each point saw of it, on which stretch of the path
// it happened, and why.
func (t Text) Compare(w io.Writer, c Comparison) error {
	r := t.comparer(c)
	if r.strangers() {
		r.apart()
		r.interrupted()
	} else {
		r.head()
		r.compared()
		r.blank()
		r.captures()
		r.result()
	}
	_, err := io.WriteString(w, r.String())
	return err
}

// comparer writes a comparison.
type comparer struct {
	*renderer
	path  *compare.Result
	facts []PointFacts
	of    map[string]*compare.Session

	stretchesOf map[string][]*compare.Stretch // by id of the transfer, those of the control connection by that of the session
	ranks       map[*compare.Session]int

	explained map[*session.Session][]*trouble // what is explained below a session; below none: what is about captures
	like      map[string][]string             // by session: what says where its findings are explained, below another one
}

func (t Text) comparer(c Comparison) *comparer {
	r := &comparer{
		renderer: t.renderer(Result{
			Captures: c.Captures, Notices: c.Notices, Sessions: c.sessions(), Filter: c.Filter,
			Said: c.saidInOrder(), LeftOut: c.LeftOut, Interrupted: c.Interrupted,
		}),
		path: c.Path, facts: c.Points, of: make(map[string]*compare.Session),
		stretchesOf: make(map[string][]*compare.Stretch), ranks: make(map[*compare.Session]int),
	}
	r.witnesses = c.witnesses()
	r.points = []string{}
	for _, p := range c.Points {
		r.points = append(r.points, Escape(p.Name))
	}
	r.told.sights = make(map[string]string)
	for _, s := range c.Path.Sessions {
		r.of[s.ID] = s
		r.told.seen(s)
		for _, one := range s.Stretches {
			id := cmp.Or(one.Transfer, s.ID)
			r.stretchesOf[id] = append(r.stretchesOf[id], one)
		}
	}
	for _, s := range c.Path.Sessions {
		r.ranks[s] = r.rankOf(s)
	}
	r.arrange()
	return r
}

// saidInOrder is what there is to say, about captures in the order of the path.
func (c *Comparison) saidInOrder() Explanations {
	said := c.said()
	place := func(f *diagnose.Finding) int {
		if len(f.Evidence) == 0 {
			return len(c.Path.Order)
		}
		i := slices.Index(c.Path.Order, f.Evidence[0].Capture)
		if i < 0 {
			i = len(c.Path.Order)
		}
		return i
	}
	said.Captures = slices.Clone(said.Captures)
	slices.SortStableFunc(said.Captures, func(a, b *diagnose.Finding) int { return cmp.Compare(place(a), place(b)) })
	return said
}

// arrange finds out where what is to be explained.
func (r *comparer) arrange() {
	r.explained, r.like = make(map[*session.Session][]*trouble), make(map[string][]string)
	for _, one := range r.troubles() {
		r.explained[one.session] = append(r.explained[one.session], one)
		for _, f := range one.like {
			r.like[f.Session] = append(r.like[f.Session], string(f.Code)+": explained at "+one.finding.Session)
		}
	}
}

// name is what a point is called.
func (r *comparer) name(point int) string {
	if point < 0 || point >= len(r.points) {
		return none
	}
	return r.points[point]
}

func (r *comparer) pointNames(points []int) []string {
	names := make([]string, len(points))
	for i, p := range points {
		names[i] = r.name(p)
	}
	return names
}

// compared writes the sessions, like ones together, each with the explanations
// that belong to it; those that failed first, unless all is wanted.
func (r *comparer) compared() {
	e := newExplanation(r.renderer)
	e.source, e.advised = r.sourceOf, make(map[string]advice)
	explain := func(of *session.Session) {
		for _, one := range r.explained[of] {
			r.blank()
			e.trouble(one)
		}
	}
	quiet := r.quiet()
	groups := r.grouped()
	if !r.text.Expand {
		slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(r.rank(r.of[a.first.ID]), r.rank(r.of[b.first.ID])) })
	}
	for _, g := range groups {
		if slices.Contains(quiet, g.first) {
			continue
		}
		r.blank()
		r.sessionAt(r.of[g.first.ID])
		r.alike(g)
		for _, s := range append([]*session.Session{g.first}, g.rest...) {
			explain(s)
		}
	}
	r.wentWell(quiet)
	explain(nil)
}

// The ranks of sessions and transfers: those that failed come first, then those
// with something else to say, then those that went well.
const (
	rankFailed = iota
	rankOdd
	rankWell
)

// rank is that of a session: of the worst in it.
func (r *comparer) rank(s *compare.Session) int { return r.ranks[s] }

func (r *comparer) rankOf(s *compare.Session) int {
	rank := rankAs(max(SeverityOf(s.Session), worstOf(s.Said.Findings)))
	if rank == rankWell && r.happened(s, s.Control) {
		rank = rankOdd
	}
	for i := range s.Views {
		rank = min(rank, r.rankAt(s, i))
	}
	return rank
}

// rankAt is that of a transfer.
func (r *comparer) rankAt(s *compare.Session, i int) int {
	t, v := s.Transfers[i], s.Views[i]
	rank := rankAs(max(SeverityOfOutcome(t.Outcome), worstOf(r.told.ofTransfer[t.ID])))
	if rank == rankWell && (disagreed(v) || r.happened(s, v)) {
		rank = rankOdd
	}
	return rank
}

// rankAs is that of what is so bad.
func rankAs(s Severity) int {
	switch s {
	case SeverityError:
		return rankFailed
	case SeverityWarning:
		return rankOdd
	}
	return rankWell
}

// worstOf is how bad the worst of some findings is.
func worstOf(all []*diagnose.Finding) Severity {
	worst := SeverityNone
	for _, f := range all {
		worst = max(worst, severityOf(f))
	}
	return worst
}

// quiet are the sessions in which nothing happened that is worth a line, where they
// are many and not all is wanted.
func (r *comparer) quiet() []*session.Session {
	var out []*session.Session
	for _, s := range r.path.Sessions {
		if r.rank(s) == rankWell {
			out = append(out, s.Session)
		}
	}
	if len(out) <= leastAlike || r.text.Expand {
		return nil
	}
	return out
}

// wentWell sums up sessions.
func (r *comparer) wentWell(quiet []*session.Session) {
	if len(quiet) == 0 {
		return
	}
	var sum Summary
	for _, s := range quiet {
		sum.Add(s)
	}
	pieces := []piece{
		{countText(int64(len(quiet)), "session") + " that went well, alike at all points that show them", r.good},
		{ids(quiet), r.plain},
		{countText(int64(sum.Transfers), "transfer"), r.plain},
	}
	for _, c := range sum.Outcomes.counts() {
		pieces = append(pieces, piece{numberText(c.n) + " " + string(c.outcome), r.outcome(c.outcome)})
	}
	if slices.ContainsFunc(quiet, func(s *session.Session) bool { return translated(r.of[s.ID]) }) {
		pieces = append(pieces, piece{"addresses translated: --all shows them", r.faint})
	}
	r.blank()
	r.flow(0, 2, pieces...)
}

// notes writes the findings about a transfer that explain and ask for nothing, and
// that no stretch names.
func (r *comparer) notes(s *compare.Session, t *session.Transfer) {
	for _, f := range r.told.ofTransfer[t.ID] {
		told := slices.ContainsFunc(s.Stretches, func(one *compare.Stretch) bool { return one.Finding == f.ID })
		if severityOf(f) < SeverityWarning && !r.causes[f.ID] && f.Transfers[0] == t.ID && !told {
			r.finding(indentFact, s.Session, f)
		}
	}
}

// wrong reports whether a finding says more than a note.
func wrong(all []*diagnose.Finding) bool { return worstOf(all) >= SeverityWarning }
