package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// trouble is what went wrong in one way, in one or more sessions.
type trouble struct {
	finding  *diagnose.Finding   // of the first session
	because  []*diagnose.Finding // its causes
	session  *session.Session    // nil for a finding about captures
	transfer *session.Transfer   // the first of those it is about, or nil
	like     []*diagnose.Finding // the same in other sessions
	clients  int                 // how many hosts it happened to
}

// troubles groups the errors and warnings of all sessions by what went wrong,
// errors first, else in the order of the sessions. What is the cause of
// something else stands with that.
func (r *renderer) troubles() []*trouble {
	sessions := make(map[string]*session.Session, len(r.Sessions))
	for _, s := range r.Sessions {
		sessions[s.ID] = s
	}
	causes := r.told.under(SeverityWarning)
	var out []*trouble
	open := make(map[string]*trouble)
	hosts := make(map[string]bool)
	for _, f := range r.told.standing {
		if severityOf(f) < SeverityWarning || causes[f.ID] {
			continue
		}
		one := &trouble{finding: f, session: sessions[f.Session], because: r.told.causes(f), clients: 1}
		if len(f.Transfers) > 0 {
			one.transfer = r.told.transfers[f.Transfers[0]]
		}
		key := troubleKey(one)
		if one.session == nil && r.points != nil { // each capture is a point of its own
			key = string(f.Code) + string(f.Severity) + f.Headline + f.Cause.Text
		}
		host := ""
		if one.session != nil {
			host = key + " " + one.session.Client.Addr().String()
		}
		if first := open[key]; first != nil && !r.text.Expand {
			first.like = append(first.like, f)
			if !hosts[host] {
				first.clients++
			}
		} else {
			open[key], out = one, append(out, one)
		}
		hosts[host] = true
	}
	slices.SortStableFunc(out, func(a, b *trouble) int { return int(severityOf(b.finding)) - int(severityOf(a.finding)) })
	return out
}

// troubleKey is equal for findings that say the same of sessions with one
// server. What is at the client is told apart by client.
func troubleKey(one *trouble) string {
	f := one.finding
	if one.session == nil {
		return f.ID
	}
	key := fmt.Sprint(f.Code, f.Severity, f.Location.Where, one.session.Server)
	switch f.Location.Where {
	case diagnose.AtClient, diagnose.ClientSide, diagnose.BeyondClient:
		key += one.session.Client.Addr().String()
	}
	if one.transfer != nil {
		key += one.transfer.Mode.String()
	}
	for _, b := range one.because {
		key += " " + string(b.Code)
	}
	return key + " " + withoutNumbers(one.words())
}

// all are its findings, that of the first session first.
func (one *trouble) all() []*diagnose.Finding {
	return append([]*diagnose.Finding{one.finding}, one.like...)
}

// words are those that must be the same for one explanation to hold for several
// findings: what happened, where, why, and what to do.
func (one *trouble) words() string {
	f := one.finding
	words := f.Headline + "|" + f.Location.Text + "|" + f.Cause.Text
	for _, r := range f.Remedies {
		words += "|" + r.Text + r.Example
	}
	return words
}

// withoutNumbers leaves out what differs from case to case: addresses, ports and
// times.
func withoutNumbers(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789.:,- ", r) {
			return -1
		}
		return r
	}, s)
}

// ids names the transfers, or the sessions, that an explanation is about, and
// counts what happened.
func (one *trouble) ids() string {
	var words []string
	times := 0
	for _, f := range one.all() {
		times += max(f.Count, 1)
		ids := f.Transfers
		if len(ids) == 0 && f.Session != "" {
			ids = []string{f.Session}
		}
		words = append(words, ids...)
	}
	what := "transfer"
	if len(one.finding.Transfers) == 0 {
		what = "session"
	}
	if len(words) > 1 {
		what += "s"
	}
	text := ""
	if len(words) > 0 {
		text = what + " " + strings.Join(few(words), " ")
	}
	in := make(map[string]bool)
	for _, f := range one.all() {
		in[f.Session] = true
	}
	switch sessions := len(in); {
	case sessions > 1:
		return text + fmt.Sprintf(" (%s in %s)", countText(int64(times), "time"), countText(int64(sessions), "session"))
	case times > maxIDs:
		return text + fmt.Sprintf(" (%s)", countText(int64(times), "time"))
	}
	return text
}

// began is when what an explanation shows began.
func (one *trouble) began() ftp.Time {
	switch {
	case one.transfer != nil:
		return one.transfer.Start()
	case one.session != nil:
		return one.session.First.Time
	}
	return ftp.Time{}
}

// hosts names the two hosts of a trouble; of several sessions not the port
// that the client had in one of them.
func (one *trouble) hosts() string {
	switch {
	case one.session == nil:
		return ""
	case one.clients > 1:
		return countText(int64(one.clients), "client") + arrow + one.session.Server.String()
	case len(one.like) > 0:
		return one.session.Client.Addr().String() + arrow + one.session.Server.String()
	}
	return pair(one.session.Client, one.session.Server)
}

// onlyPossible reports whether no cause of a trouble is more than possible.
func (t *trouble) onlyPossible() bool {
	for _, f := range append([]*diagnose.Finding{t.finding}, t.because...) {
		if f.Cause.Confidence != diagnose.Possible {
			return false
		}
	}
	return true
}
