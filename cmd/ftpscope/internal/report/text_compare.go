package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Compare writes what captures of several points show together: for each transfer
// that did not go well, what each point saw of it, on which stretch of the path
// it happened, and why.
func (t Text) Compare(w io.Writer, c Comparison) error {
	r := t.comparer(c)
	r.head()
	r.compared()
	r.blank()
	r.captures()
	r.result()
	_, err := io.WriteString(w, r.String())
	return err
}

// comparer writes a comparison.
type comparer struct {
	*renderer
	path  *compare.Result
	facts []PointFacts
	of    map[string]*compare.Session

	explained map[*session.Session][]*trouble // what is explained below a session; below none: what is about captures
	like      map[string][]string             // by session: what says where its findings are explained, below another one
}

func (t Text) comparer(c Comparison) *comparer {
	r := &comparer{
		renderer: t.renderer(Result{
			Captures: c.Captures, Notices: c.Notices, Sessions: c.sessions(), Filter: c.Filter,
			Said: c.said(), LeftOut: c.LeftOut, Interrupted: c.Interrupted,
		}),
		path: c.Path, facts: c.Points, of: make(map[string]*compare.Session),
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
	}
	r.arrange()
	return r
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

// head says how the points lie, and how their clocks stand.
func (r *comparer) head() {
	if len(r.path.Order) < 2 {
		r.apart()
		return
	}
	r.flow(0, 2, piece{strings.Join(r.pointNames(r.path.Order), arrow), r.strong})
	if len(r.path.Because) > 0 {
		r.flow(2, 4, piece{"order: " + Escape(strings.Join(r.path.Because, "; ")), r.faint})
	}
	if text := r.clocks(); text != "" {
		r.flow(2, 4, piece{"clocks: " + text, r.faint})
	}
	for _, p := range r.path.Aside {
		r.flow(2, 4, piece{r.name(p) + ": holds nothing in common with the others, and is left aside", r.fair})
	}
}

// apart says that the captures cannot be compared, and what may be the reason.
func (r *comparer) apart() {
	if len(r.points) == 0 {
		return
	}
	r.flow(0, 2, piece{"nothing to compare: no connection is in more than one of the captures", r.bad})
	for i, c := range r.Captures {
		text := r.name(i) + ": "
		if c.First.IsZero() {
			text += "no packet"
		} else {
			text += c.First.UTC().Format(time.DateTime) + " to " + c.Last.UTC().Format(time.DateTime) + " UTC"
		}
		r.flow(2, 4, piece{text, r.plain}, piece{countText(int64(r.facts[i].Sessions), "FTP session"), r.plain})
	}
	r.flow(2, 4, piece{"capture the same attempts at all points: begin all captures, try, then end them", r.plain})
}

// clocks says how the clocks stand to the first of the path.
func (r *comparer) clocks() string {
	var words []string
	alike, widest := true, time.Duration(0)
	for _, c := range r.path.Clocks {
		if c.Point == r.path.Order[0] {
			continue
		}
		words = append(words, r.name(c.Point)+" "+clockText(c))
		alike = alike && c.Bounded && !c.Unsteady && c.Offset.Abs() <= c.Spread
		widest = max(widest, c.Spread)
	}
	if alike && len(words) > 0 {
		return "they agree within " + durationText(widest)
	}
	return strings.Join(words, " · ")
}

// clockText is how a clock stands: "+12 µs ±8 µs".
func clockText(c compare.Clock) string {
	if c.Pairs == 0 {
		return "not known"
	}
	text := signed(c.Offset)
	if c.Bounded {
		text += " ±" + durationText(c.Spread)
	} else {
		text = "about " + text
	}
	if ppm := c.Drift; ppm >= 1 || ppm <= -1 {
		text += fmt.Sprintf(" (drift %+.0f ppm)", ppm)
	}
	if c.Unsteady {
		text += " (unsteady: a clock jumped)"
	}
	return text
}

// signed is an offset, as exact as one wants to compare it.
func signed(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign, d = "−", -d
	}
	switch {
	case d < time.Millisecond:
		return sign + durationText(d)
	case d < time.Second:
		return sign + fmt.Sprintf("%.3f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return sign + fmt.Sprintf("%.3f s", d.Seconds())
	}
	return sign + d.Round(time.Millisecond).String()
}

// compared writes the sessions, like ones together, each with the explanations
// that belong to it.
func (r *comparer) compared() {
	e := &explanation{renderer: r.renderer, ladders: make(map[string]string), passed: make(map[string]bool)}
	explain := func(of *session.Session) {
		for _, one := range r.explained[of] {
			r.blank()
			e.trouble(one)
		}
	}
	quiet := r.quiet()
	for _, g := range r.grouped() {
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

// quiet are the sessions in which nothing happened that is worth a line, where they
// are many and not all is wanted.
func (r *comparer) quiet() []*session.Session {
	var out []*session.Session
	for _, s := range r.path.Sessions {
		if len(s.Stretches) == 0 && !wrong(s.Said.Findings) && SeverityOf(s.Session) < SeverityWarning && !slices.ContainsFunc(s.Views, disagreed) {
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
		{countText(int64(len(quiet)), "session") + " in which nothing was lost or changed", r.good},
		{ids(quiet), r.plain},
		{countText(int64(sum.Transfers), "transfer"), r.plain},
	}
	for _, c := range sum.Outcomes.counts() {
		pieces = append(pieces, piece{numberText(c.n) + " " + string(c.outcome), r.outcome(c.outcome)})
	}
	r.blank()
	r.flow(0, 2, pieces...)
}

// result writes what it all came to.
func (r *comparer) result() {
	var sum Summary
	for _, s := range r.Sessions {
		sum.Add(s)
	}
	switch {
	case sum.Sessions == 0 && r.LeftOut > 0:
		r.nothing()
	case sum.Sessions == 0:
		r.nothingAnywhere()
	default:
		r.totals(sum)
		r.captureNotes()
		r.unexplained(r.riddles())
		r.verdict()
	}
	r.interrupted()
}

// nothingAnywhere says of each point why there is no session in it.
func (r *comparer) nothingAnywhere() {
	all := r.Captures
	for i, p := range r.facts {
		r.Captures, r.Stats = all[i:i+1], p.Stats
		r.noSession(r.points[i] + ": no FTP session found")
	}
	r.Captures = all
}

// captureNotes writes the findings about captures that are not explained above.
func (r *comparer) captureNotes() {
	for _, f := range r.path.Findings {
		if severityOf(f) < SeverityWarning && r.told.byID[f.ID] != nil {
			r.flow(0, 2, piece{r.mark(f) + " " + r.said(nil, f.Headline), r.findingStyle(f)}, piece{string(f.Code), r.strong})
		}
	}
}

// verdict counts what was found, or says that nothing was.
func (r *comparer) verdict() {
	if pieces := r.counted(r.tally()); len(pieces) > 0 {
		r.flow(0, 2, pieces...)
		r.flow(0, 2, piece{"certain, likely, possible: ftpscope help findings", r.faint})
	}
	quiet := !slices.ContainsFunc(r.path.Sessions, func(s *compare.Session) bool {
		return len(s.Stretches) > 0 || SeverityOf(s.Session) >= SeverityWarning || wrong(s.Said.Findings) ||
			slices.ContainsFunc(s.Views, disagreed)
	})
	if quiet && len(r.path.Order) > 1 {
		r.flow(0, 2, piece{"nothing was lost, answered by somebody else or changed between these points, as far as they show", r.good})
	}
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
func wrong(all []*diagnose.Finding) bool {
	return slices.ContainsFunc(all, func(f *diagnose.Finding) bool { return severityOf(f) >= SeverityWarning })
}
