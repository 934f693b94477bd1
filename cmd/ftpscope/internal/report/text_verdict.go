package report

import (
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// nothingWrong says so, and what notes say of transfers that did not complete
// all the same.
func (r *renderer) nothingWrong() {
	var sum Summary
	for _, s := range r.Sessions {
		sum.Add(s)
	}
	text := "nothing wrong: " + countText(int64(sum.Sessions), "session") + ", " + countText(int64(sum.Transfers), "transfer")
	for _, c := range sum.Outcomes.counts() {
		text += ", " + numberText(c.n) + " " + string(c.outcome)
	}
	if n := r.silent(); n > 0 {
		text = strings.Replace(text, "nothing wrong: ", "nothing wrong was seen: ", 1) + "; " +
			countText(n, "session") + " encrypted, without any data connection here: what was wanted cannot be read"
	}
	pieces := append([]piece{{text, r.good}}, r.leftOutPiece())
	seen := make(map[diagnose.Code]bool)
	for _, s := range r.Sessions {
		for _, t := range s.Transfers {
			for _, f := range r.told.ofTransfer[t.ID] {
				if Failed(t.Outcome) && !seen[f.Code] {
					seen[f.Code] = true
					pieces = append(pieces, piece{string(t.Outcome) + ": " + r.said(s, f.Headline), r.faint})
				}
			}
		}
	}
	r.flow(0, 2, pieces...)
}

func (r *renderer) leftOutPiece() piece {
	if r.LeftOut == 0 {
		return piece{"", r.faint}
	}
	return piece{countText(int64(r.LeftOut), "session") + " left out", r.faint}
}

// found counts what was explained: findings, and explanations where like ones
// stand together.
func (r *renderer) found(troubles []*trouble) {
	n := r.tally()
	pieces := r.counted(n)
	if len(troubles) < n.Error+n.Warning {
		pieces = append(pieces, piece{"in " + countText(int64(len(troubles)), "explanation"), r.faint})
	}
	r.flow(0, 2, append(pieces, r.leftOutPiece())...)
	r.flow(0, 2, piece{"certain, likely, possible: ftpscope help findings", r.faint})
}

// riddle is what did not go well in one way and no finding is about.
type riddle struct {
	what     string
	ids      []string
	first    *session.Session  // the first of these sessions
	transfer *session.Transfer // the first of these transfers, if it is of transfers
}

// riddles are the sessions and transfers that did not go well and that no
// finding is about, by how they failed.
func (r *renderer) riddles() []riddle {
	var failed [failureKinds]riddle
	byOutcome := make(map[session.Outcome]riddle)
	for _, s := range r.Sessions {
		told := len(r.told.ofSession[s.ID]) > 0
		for _, t := range s.Transfers {
			switch {
			case len(r.told.ofTransfer[t.ID]) > 0 || r.told.codes[t.ID] != "":
				told = true
			case Failed(t.Outcome):
				one, known := byOutcome[t.Outcome]
				if !known {
					one.first, one.transfer = s, t
				}
				one.ids = append(one.ids, t.ID)
				byOutcome[t.Outcome] = one
			}
		}
		if f := failureOf(s); f != failureNone && !told {
			if failed[f].first == nil {
				failed[f].first = s
			}
			failed[f].ids = append(failed[f].ids, s.ID)
		}
	}
	var out []riddle
	for f, one := range failed {
		if one.first != nil {
			one.what = failure(f).countText(int64(len(one.ids)))
			out = append(out, one)
		}
	}
	for _, o := range outcomeOrder {
		if one, known := byOutcome[o]; known {
			one.what = countText(int64(len(one.ids)), "transfer") + " " + string(o)
			out = append(out, one)
		}
	}
	return out
}

// unexplained writes what nobody can explain.
func (r *renderer) unexplained(all []riddle) {
	for _, one := range all {
		r.flow(0, 2, piece{"not explained: " + one.what, r.fair}, piece{strings.Join(few(one.ids), " "), r.plain})
		facts := r.unansweredFacts(one.first)
		if one.transfer != nil {
			facts = r.outcomeFacts(one.first, one.transfer)
		}
		if len(one.ids) > 1 {
			for i := range facts {
				facts[i].text = one.ids[0] + ": " + facts[i].text
			}
		}
		r.facts(indentFact, one.first.First.Capture, facts)
	}
}

// maxIDs is how many ids are named for one thing.
const maxIDs = 6

// few are the first ids and the last, if there are many.
func few(ids []string) []string {
	if len(ids) <= maxIDs {
		return ids
	}
	return append(slices.Clip(ids[:maxIDs-2]), "…", ids[len(ids)-1])
}

// silent counts the sessions that could not be read and showed nothing else:
// whether they wanted anything nobody can tell.
func (r *renderer) silent() int64 {
	n := int64(0)
	for _, s := range r.Sessions {
		if s.Encrypted && s.Secured.Yes() && len(s.Transfers) == 0 {
			n++
		}
	}
	return n
}
