package report

import (
	"testing"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

func TestSeverityAndFilter(t *testing.T) {
	with := func(o session.Outcome) *session.Session {
		s := plain("s1")
		s.Transfers = []*session.Transfer{goodPassive("s1.t1", 1, "a", 1), goodPassive("s1.t2", 1, "a", 1)}
		s.Transfers[1].Outcome = o
		return s
	}
	for o, want := range map[session.Outcome]Severity{
		session.OutcomeCompleted: SeverityNone, session.OutcomeUnused: SeverityNote, session.OutcomeIncomplete: SeverityNote,
		session.OutcomeRejected: SeverityWarning, session.OutcomeBlocked: SeverityError, session.OutcomeRefused: SeverityError,
		session.OutcomeUnseen: SeverityError, session.OutcomeAborted: SeverityError, session.OutcomeStalled: SeverityError,
		session.OutcomeUnknown: SeverityError,
	} {
		if got := SeverityOf(with(o)); got != want {
			t.Errorf("%s: severity %s, want %s", o, got, want)
		}
		only, _ := Filter{OnlyFailed: true}.Apply(with(o), diagnose.Explanation{})
		if failed := want >= SeverityWarning; failed != (only != nil) {
			t.Errorf("%s: shown by --only-failed: %t", o, only != nil)
		} else if failed && len(only.Transfers) != 1 {
			t.Errorf("%s: --only-failed shows %d transfers", o, len(only.Transfers))
		}
	}
	for i, want := range []Severity{SeverityError, SeverityError, SeverityWarning, SeverityNone} {
		s := doors().sessions[i]
		if got := SeverityOf(s); got != want {
			t.Errorf("%s: severity %s, want %s", s.ID, got, want)
		}
		only, _ := Filter{OnlyFailed: true}.Apply(s, diagnose.Explanation{})
		if shown := only != nil; shown != (want != SeverityNone) {
			t.Errorf("%s: shown by --only-failed: %t", s.ID, shown)
		}
	}
	for i, want := range []Severity{SeverityWarning, SeverityError, SeverityWarning, SeverityNone, SeverityNone} {
		s := strangers().sessions[i]
		if got := SeverityOf(s); got != want {
			t.Errorf("%s: severity %s, want %s", s.ID, got, want)
		}
		only, _ := Filter{OnlyFailed: true}.Apply(s, diagnose.Explanation{})
		if shown := only != nil; shown != (want != SeverityNone) {
			t.Errorf("%s: shown by --only-failed: %t", s.ID, shown)
		}
	}
	if only, _ := (Filter{Sessions: []string{"s2"}}).Apply(plain("s1"), diagnose.Explanation{}); only != nil {
		t.Error("--session s2 shows s1")
	}
	for s := SeverityNone; s <= SeverityError; s++ {
		if got, err := ParseSeverity(s.String()); err != nil || got != s {
			t.Errorf("ParseSeverity(%s) = %v, %v", s, got, err)
		}
	}
	if _, err := ParseSeverity("fatal"); err == nil {
		t.Error("fatal is a severity")
	}
}
