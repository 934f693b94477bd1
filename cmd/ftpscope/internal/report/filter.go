package report

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Filter says what a report is about. What it leaves out is not counted either.
type Filter struct {
	Sessions   []string       // ids; empty for all
	Hosts      []netip.Addr   // with Nets: one end of the session is among them; empty for all
	Nets       []netip.Prefix //
	OnlyFailed bool           // only sessions and transfers that did not go well
}

// Names reports whether a session is one that the report is about, failed or
// not.
func (f Filter) Names(s *session.Session) bool {
	return (len(f.Sessions) == 0 || slices.Contains(f.Sessions, s.ID)) &&
		(len(f.Hosts)+len(f.Nets) == 0 || f.holds(s.Client.Addr()) || f.holds(s.Server.Addr()))
}

// holds reports whether an address is one of Hosts or in one of Nets.
func (f Filter) holds(end netip.Addr) bool {
	end = end.Unmap()
	return slices.Contains(f.Hosts, end) || slices.ContainsFunc(f.Nets, func(n netip.Prefix) bool { return n.Contains(end) })
}

// Apply returns the session, and what there is to say about it, with what the
// filter leaves of them; or nil. What is given is not changed.
func (f Filter) Apply(s *session.Session, e diagnose.Explanation) (*session.Session, diagnose.Explanation) {
	if !f.Names(s) {
		return nil, diagnose.Explanation{}
	}
	if !f.OnlyFailed {
		return s, e
	}
	bad := make(map[string]bool) // transfers with a finding that says more than a note
	whole := false               // so has the session as a whole
	for _, one := range e.Findings {
		if severityOf(one) < SeverityWarning {
			continue
		}
		whole = whole || len(one.Transfers) == 0
		for _, id := range one.Transfers {
			bad[id] = true
		}
	}
	var failed []*session.Transfer
	for _, t := range s.Transfers {
		if Failed(t.Outcome) || bad[t.ID] {
			failed = append(failed, t)
			bad[t.ID] = true
		}
	}
	if len(failed) == 0 && failureOf(s) == failureNone && !whole {
		return nil, diagnose.Explanation{}
	}
	only := *s
	only.Transfers = failed
	e.Findings = slices.DeleteFunc(slices.Clone(e.Findings), func(one *diagnose.Finding) bool {
		return len(one.Transfers) > 0 && !slices.ContainsFunc(one.Transfers, func(id string) bool { return bad[id] })
	})
	return &only, e
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
