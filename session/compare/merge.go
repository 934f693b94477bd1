package compare

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/session"
)

// merge makes one session of a meeting: that of the point nearest to the client,
// with the transfers of all points, under new ids.
func (m *meeting) merge(id string, rows []*row, order []int) *Session {
	nearest := *m.nearest(order)
	nearest.ID = id
	out := &Session{Session: &nearest, At: make([]*session.Session, len(m.at)), Order: order}
	renamed := make(map[*session.Transfer]*session.Transfer)
	nearest.Transfers = nil
	for n, r := range rows {
		name := fmt.Sprintf("%s.t%d", id, n+1)
		for i, t := range r.at {
			if t != nil {
				one := *t
				one.ID = name
				r.at[i], renamed[t] = &one, &one
			}
		}
		nearest.Transfers = append(nearest.Transfers, r.merged(order))
	}
	for i, s := range m.at {
		if s == nil {
			continue
		}
		one := *s
		one.ID = id
		one.Transfers = nil
		for _, t := range s.Transfers {
			one.Transfers = append(one.Transfers, renamed[t])
		}
		out.At[i] = &one
	}
	return out
}

// merged is the transfer as the point nearest to the client has it, with what
// only others saw.
func (r *row) merged(order []int) *session.Transfer {
	var out session.Transfer
	for _, i := range order {
		t := r.at[i]
		if t == nil {
			continue
		}
		if out.ID == "" {
			out = *t
			continue
		}
		if out.Data == nil {
			out.Data, out.Correlation = t.Data, t.Correlation
		}
		if out.Announcement == nil {
			out.Announcement = t.Announcement
		}
		if out.Command == nil {
			out.Command, out.Path, out.HasPath, out.Direction = t.Command, t.Path, t.HasPath, t.Direction
		}
		if out.Reply == nil {
			out.Reply = t.Reply
		}
		if rank(t.Outcome) < rank(out.Outcome) {
			out.Outcome = t.Outcome
		}
	}
	return &out
}

// outcomes are in the order in which that of one point wins over those of others:
// that of report.md, but for incomplete, which a capture says that ended too early
// to know better.
var outcomes = []session.Outcome{
	session.OutcomeRejected, session.OutcomeRefused, session.OutcomeBlocked, session.OutcomeCompleted,
	session.OutcomeStalled, session.OutcomeAborted, session.OutcomeUnseen, session.OutcomeUnused,
	session.OutcomeIncomplete, session.OutcomeUnknown,
}

func rank(o session.Outcome) int { return slices.Index(outcomes, o) }
