package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

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

// captureNotes writes the findings about captures that are not explained above,
// like ones of several captures once.
func (r *comparer) captureNotes() {
	for _, all := range r.notesOfCaptures() {
		var points []int
		for _, f := range all {
			points = append(points, r.capturesOf(f)...)
		}
		f, names := all[0], ""
		if points = r.inOrder(points); len(points) > 0 {
			names = strings.Join(r.pointNames(points), ", ") + ": "
		}
		r.flow(0, 2, piece{r.mark(f) + " " + names + r.said(nil, f.Headline), r.findingStyle(f)}, piece{string(f.Code), r.strong})
	}
}

// notesOfCaptures are the notes about captures, those together that say the same.
func (r *comparer) notesOfCaptures() [][]*diagnose.Finding {
	var out [][]*diagnose.Finding
	at := make(map[string]int)
	for _, f := range r.Said.Captures {
		if severityOf(f) >= SeverityWarning || r.told.byID[f.ID] == nil {
			continue
		}
		key := string(f.Code) + "|" + f.Headline
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key], out = i, append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

// inOrder are points, each once, in the order of the path; those that are not on
// it come last.
func (r *comparer) inOrder(points []int) []int {
	place := func(point int) int {
		if i := slices.Index(r.path.Order, point); i >= 0 {
			return i
		}
		return len(r.path.Order) + point
	}
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b int) int { return cmp.Compare(place(a), place(b)) })
	return slices.Compact(points)
}

// verdict counts what was found, and says where to look, or that nothing failed.
func (r *comparer) verdict() {
	if pieces := r.counted(r.tally()); len(pieces) > 0 {
		r.flow(0, 2, pieces...)
		r.flow(0, 2, piece{"certain, likely, possible: ftpscope help findings", r.faint})
	}
	if len(r.path.Order) > 1 {
		r.look()
	}
}

// repaired is what a comparison does not look at.
const repaired = "losses that TCP repaired are not compared"

// look says on which part of the path to look, or that nothing failed on any.
func (r *comparer) look() {
	if !slices.ContainsFunc(r.path.Sessions, func(s *compare.Session) bool { return r.rank(s) != rankWell }) {
		r.flow(0, 2, piece{"no transfer failed between these points, as far as they show; " + repaired, r.good})
		return
	}
	if slices.ContainsFunc(r.Sessions, completed) {
		r.flow(0, 2, piece{repaired, r.faint})
	}
	switch places := r.places(); {
	case len(places) > 0:
		r.flow(0, 2, piece{"look " + strings.Join(places, "; "), r.strong})
	case worstOf(r.told.standing) == SeverityError:
		r.flow(0, 2, piece{"nothing shows that it happened between these points: see \"where\" above", r.strong})
	}
}

// completed reports whether a transfer of a session is complete.
func completed(s *session.Session) bool {
	return slices.ContainsFunc(s.Transfers, func(t *session.Transfer) bool { return t.Outcome == session.OutcomeCompleted })
}

// place is a part of the path, and what happened on it.
type place struct {
	between [2]int
	times   int // transfers and control connections
	sure    diagnose.Confidence
}

// mostPlaces is how many places the last line names.
const mostPlaces = 3

// places are the parts of the path on which packets were lost or answered, or
// changed to harm: that with the most transfers first.
func (r *comparer) places() []string {
	all := r.stretched()
	slices.SortStableFunc(all, func(a, b *place) int {
		return cmp.Or(cmp.Compare(b.times, a.times), slices.Compare(r.placesOf(a.between), r.placesOf(b.between)))
	})
	var out []string
	for i, one := range all {
		if i == mostPlaces {
			return append(out, "and at "+countText(int64(len(all)-i), "more place"))
		}
		text := fmt.Sprintf("between %s and %s", r.name(one.between[0]), r.name(one.between[1]))
		if len(all) > 1 {
			text += fmt.Sprintf(" (%s)", countText(int64(one.times), "connection"))
		}
		if one.sure == diagnose.Possible {
			text += sure(one.sure)
		}
		out = append(out, text)
	}
	return out
}

// placesOf are where points stand on the path.
func (r *comparer) placesOf(between [2]int) []int {
	return []int{slices.Index(r.path.Order, between[0]), slices.Index(r.path.Order, between[1])}
}

// stretched adds up the stretches that do harm, by the points they lie between.
func (r *comparer) stretched() []*place {
	var out []*place
	at := make(map[[2]int]*place)
	for _, s := range r.path.Sessions {
		seen := make(map[string]bool)
		for _, one := range s.Stretches {
			if !r.harmful(one) {
				continue
			}
			p := at[one.Between]
			if p == nil {
				p = &place{between: one.Between, sure: diagnose.Possible}
				at[one.Between], out = p, append(out, p)
			}
			if key := fmt.Sprint(one.Transfer, one.Between); !seen[key] {
				seen[key], p.times = true, p.times+1
			}
			if one.Confidence != diagnose.Possible {
				p.sure = one.Confidence
			}
		}
	}
	return out
}

// harmful reports whether a stretch is a place to look at: what was changed is
// so only where a finding says so.
func (r *comparer) harmful(one *compare.Stretch) bool {
	if one.What != compare.Changed {
		return true
	}
	f := r.told.byID[one.Finding]
	return f != nil && severityOf(f) >= SeverityWarning
}
