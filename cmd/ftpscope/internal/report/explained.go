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

// Tally counts findings by severity. What runs for weeks makes many, so those that
// are not withdrawn any more are only counted.
type Tally struct {
	n      [SeverityError + 1]int
	open   map[string]Severity // by id: those that may be withdrawn
	causes map[string]bool     // ids of findings that are withdrawn together with one of them
}

// maxOpen bounds what a Tally remembers: the engine withdraws only what it remembers
// itself, which is the first diagnose.MaxClaims of a capture.
const maxOpen = 4 * diagnose.MaxClaims

// Add counts a finding.
func (t *Tally) Add(f *diagnose.Finding) {
	if t.open == nil {
		t.open, t.causes = make(map[string]Severity), make(map[string]bool)
	}
	t.n[severityOf(f)]++
	claims := f.Code == diagnose.PassiveNoAttempt || f.Code == diagnose.ActiveNeverSeen
	if (claims || t.causes[f.ID]) && len(t.open) < maxOpen {
		t.open[f.ID] = severityOf(f)
	}
	delete(t.causes, f.ID)
	if claims {
		for _, id := range f.Because {
			if len(t.causes) < maxOpen && id != f.ID {
				t.causes[id] = true
			}
		}
	}
	for _, id := range f.Withdraws {
		if severity, ok := t.open[id]; ok {
			t.n[severity]--
			delete(t.open, id)
		}
	}
}

// Worst is the worst severity of those that stand.
func (t *Tally) Worst() Severity {
	for s := SeverityError; s > SeverityNone; s-- {
		if t.n[s] > 0 {
			return s
		}
	}
	return SeverityNone
}

// counts is how many there are of each severity.
func (t *Tally) counts() Severities {
	return Severities{Error: t.n[SeverityError], Warning: t.n[SeverityWarning], Note: t.n[SeverityNote]}
}

func severityOf(f *diagnose.Finding) Severity {
	s, err := ParseSeverity(string(f.Severity))
	if err != nil {
		return SeverityError
	}
	return s
}
