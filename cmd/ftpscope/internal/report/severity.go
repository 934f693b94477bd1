package report

import (
	"fmt"

	"github.com/ftpscope/ftpscope/session"
)

// Severity is how bad something is.
type Severity int

// The severities, from least to worst.
const (
	SeverityNone Severity = iota
	SeverityNote
	SeverityWarning
	SeverityError
)

var severityNames = []string{"none", "note", "warning", "error"}

// String is the word that the report has for it.
func (s Severity) String() string { return severityNames[s] }

// ParseSeverity is the opposite of Severity.String.
func ParseSeverity(word string) (Severity, error) {
	for i, name := range severityNames {
		if word == name {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("%q is none of none, note, warning, error", word)
}

// SeverityOf is how bad a session went: that of the worst thing in it.
func SeverityOf(s *session.Session) Severity {
	worst := failureOf(s).severity()
	for _, t := range s.Transfers {
		worst = max(worst, SeverityOfOutcome(t.Outcome))
	}
	return worst
}

// SeverityOfOutcome is how bad it is that a transfer came to this.
func SeverityOfOutcome(o session.Outcome) Severity {
	switch o {
	case session.OutcomeCompleted:
		return SeverityNone
	case session.OutcomeIncomplete, session.OutcomeUnused:
		return SeverityNote
	case session.OutcomeRejected:
		return SeverityWarning
	}
	return SeverityError
}
