package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/session/compare"
)

// head says how the points lie, and how their clocks stand.
func (r *comparer) head() {
	if len(r.path.Order) < 2 {
		r.apart()
		return
	}
	r.flow(0, 2, piece{strings.Join(r.pointNames(r.path.Order), arrow), r.strong})
	if len(r.path.Because) > 0 {
		r.flow(2, 4, piece{r.order(), r.faint})
	}
	if text := r.clocks(); text != "" {
		r.flow(2, 4, piece{"clocks: " + text, r.faint})
	}
	for _, p := range r.path.Aside {
		r.flow(2, 4, piece{r.name(p) + ": holds nothing in common with the others, and is left aside", r.fair})
	}
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
		text = "about " + text + " (one direction only: a guess)"
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

// order says what the order of the points rests on, each reason once; where all is
// wanted, of each two neighbours and in full.
func (r *comparer) order() string {
	if r.text.Expand {
		return "order: " + Escape(strings.Join(r.path.Because, "; "))
	}
	var reasons, others []string
	for k, clause := range r.path.Because {
		why, ok := r.reason(k, clause)
		switch {
		case !ok:
			others = append(others, Escape(clause))
		case !slices.Contains(reasons, why):
			reasons = append(reasons, why)
		}
	}
	if len(reasons) > 0 {
		others = slices.Insert(others, 0, Escape(strings.Join(reasons, ", ")))
	}
	return "order: " + strings.Join(others, "; ")
}

// reason is what a clause about two neighbours rests on, without their names and
// the numbers: of "a, then b: by TTL (1 less)" it is "by TTL".
func (r *comparer) reason(k int, clause string) (why string, ok bool) {
	if k+1 >= len(r.path.Order) {
		return "", false
	}
	a, b := r.path.Order[k], r.path.Order[k+1]
	if max(a, b) >= len(r.facts) {
		return "", false
	}
	why, ok = strings.CutPrefix(clause, r.facts[a].Name+", then "+r.facts[b].Name+": ")
	if i := strings.LastIndex(why, " ("); i > 0 && strings.HasSuffix(why, ")") {
		why = why[:i]
	}
	return why, ok
}
