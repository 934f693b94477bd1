package report

import (
	"slices"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Explanations is what there is to say about the sessions and captures of a
// report. Its zero value says nothing.
type Explanations struct {
	Sessions map[string]diagnose.Explanation // by id of the session
	Captures []*diagnose.Finding             // about captures as a whole
	Vantages []diagnose.Vantage              // by index of the capture
}

// Add keeps what there is to say about a session.
func (e *Explanations) Add(id string, one diagnose.Explanation) {
	if e.Sessions == nil {
		e.Sessions = make(map[string]diagnose.Explanation)
	}
	e.Sessions[id] = one
}

// all are the findings of a report, in the order of the sessions, those about
// captures last. Some may be withdrawn by others.
func (e *Explanations) all(sessions []*session.Session) []*diagnose.Finding {
	var out []*diagnose.Finding
	for _, s := range sessions {
		out = append(out, e.Sessions[s.ID].Findings...)
	}
	return append(out, e.Captures...)
}

// standing are those that no other withdraws.
func standing(all []*diagnose.Finding) []*diagnose.Finding {
	withdrawn := make(map[string]bool)
	for _, f := range all {
		for _, id := range f.Withdraws {
			withdrawn[id] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(f *diagnose.Finding) bool { return withdrawn[f.ID] })
}

// Tally counts findings, those excepted that later ones withdraw. The zero
// Tally has counted none.
type Tally struct {
	of map[string]Severity // by id
}

// Add counts a finding.
func (t *Tally) Add(f *diagnose.Finding) {
	if t.of == nil {
		t.of = make(map[string]Severity)
	}
	t.of[f.ID] = severityOf(f)
	for _, id := range f.Withdraws {
		delete(t.of, id)
	}
}

// Worst is the worst severity of those that stand.
func (t *Tally) Worst() Severity {
	worst := SeverityNone
	for _, s := range t.of {
		worst = max(worst, s)
	}
	return worst
}

// counts is how many there are of each severity.
func (t *Tally) counts() Severities {
	var n Severities
	for _, s := range t.of {
		switch s {
		case SeverityError:
			n.Error++
		case SeverityWarning:
			n.Warning++
		case SeverityNote:
			n.Note++
		}
	}
	return n
}

func severityOf(f *diagnose.Finding) Severity {
	s, err := ParseSeverity(string(f.Severity))
	if err != nil {
		return SeverityError
	}
	return s
}
