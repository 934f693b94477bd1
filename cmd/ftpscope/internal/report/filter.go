package report

import (
	"slices"

	"github.com/ftpscope/ftpscope/session"
)

// Filter says what a report is about. What it leaves out is not counted either.
type Filter struct {
	Sessions   []string // ids; empty for all
	OnlyFailed bool     // only sessions and transfers that did not go well
}

// Names reports whether a session is one that the report is about, failed or
// not.
func (f Filter) Names(s *session.Session) bool {
	return len(f.Sessions) == 0 || slices.Contains(f.Sessions, s.ID)
}

// Apply returns the session with what the filter leaves of it, or nil. The
// session itself is not changed.
func (f Filter) Apply(s *session.Session) *session.Session {
	if !f.Names(s) {
		return nil
	}
	if !f.OnlyFailed {
		return s
	}
	var failed []*session.Transfer
	for _, t := range s.Transfers {
		if Failed(t.Outcome) {
			failed = append(failed, t)
		}
	}
	if len(failed) == 0 && failureOf(s) == failureNone {
		return nil
	}
	only := *s
	only.Transfers = failed
	return &only
}

// Failed reports whether a transfer with this outcome did not go well.
func Failed(o session.Outcome) bool {
	switch o {
	case session.OutcomeCompleted, session.OutcomeIncomplete, session.OutcomeUnused:
		return false
	}
	return true
}

// controlFailed reports whether the control connection could not be opened.
func controlFailed(s session.State) bool {
	switch s {
	case session.StateUnanswered, session.StateRefused, session.StateProhibited:
		return true
	}
	return false
}
