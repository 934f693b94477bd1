package report

import "github.com/ftpscope/ftpscope/session"

// Outcomes counts transfers by outcome. Its fields are in the order in which
// outcomes are decided; those that did not occur are left out.
type Outcomes struct {
	Rejected   int `json:"rejected,omitempty"`
	Refused    int `json:"refused,omitempty"`
	Blocked    int `json:"blocked,omitempty"`
	Completed  int `json:"completed,omitempty"`
	Stalled    int `json:"stalled,omitempty"`
	Aborted    int `json:"aborted,omitempty"`
	Incomplete int `json:"incomplete,omitempty"`
	Unseen     int `json:"unseen,omitempty"`
	Unused     int `json:"unused,omitempty"`
	Unknown    int `json:"unknown,omitempty"`
}

// count is one outcome and how often it occurred.
type count struct {
	outcome session.Outcome
	n       int
}

// counts lists those that occurred, in the order of the table in "ftpscope help
// outcomes".
func (o Outcomes) counts() []count {
	var out []count
	for _, oc := range outcomeOrder {
		if n := *o.at(oc); n > 0 {
			out = append(out, count{oc, n})
		}
	}
	return out
}

var outcomeOrder = []session.Outcome{
	session.OutcomeCompleted, session.OutcomeBlocked, session.OutcomeRefused, session.OutcomeUnseen, session.OutcomeAborted,
	session.OutcomeStalled, session.OutcomeRejected, session.OutcomeUnused, session.OutcomeIncomplete, session.OutcomeUnknown,
}

// at is the counter of an outcome; a word that is not in the contract counts
// as unknown.
func (o *Outcomes) at(oc session.Outcome) *int {
	switch oc {
	case session.OutcomeRejected:
		return &o.Rejected
	case session.OutcomeRefused:
		return &o.Refused
	case session.OutcomeBlocked:
		return &o.Blocked
	case session.OutcomeCompleted:
		return &o.Completed
	case session.OutcomeStalled:
		return &o.Stalled
	case session.OutcomeAborted:
		return &o.Aborted
	case session.OutcomeIncomplete:
		return &o.Incomplete
	case session.OutcomeUnseen:
		return &o.Unseen
	case session.OutcomeUnused:
		return &o.Unused
	}
	return &o.Unknown
}
