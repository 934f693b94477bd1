package report

import (
	"slices"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Findings describes findings. Words from the wire in them are masked by what is
// known of their session, which is nil for findings about captures.
func (b Builder) Findings(s *session.Session, all []*diagnose.Finding) []*Finding {
	m := &masker{}
	if s != nil && len(all) > 0 {
		m = b.masker(s)
	}
	out := make([]*Finding, 0, len(all))
	for _, f := range all {
		out = append(out, finding(f, m))
	}
	return out
}

func finding(f *diagnose.Finding, m *masker) *Finding {
	text := func(s string) string { return UTF8(m.said(s)) }
	statement := func(s diagnose.Statement) Statement { return Statement{text(s.Text), string(s.Confidence)} }
	out := &Finding{
		ID: f.ID, Code: string(f.Code), Severity: string(f.Severity), Session: idOf(f.Session),
		Transfers: copied(f.Transfers), Headline: text(f.Headline), Count: f.Count,
		Observation: statement(f.Observation),
		Location:    Place{text(f.Location.Text), string(f.Location.Confidence), string(f.Location.Where)},
		Cause:       statement(f.Cause),
		Evidence:    evidence(f.Evidence, m),
		Unknown:     make([]string, 0, len(f.Unknown)),
		Because:     copied(f.Because),
		Remedies:    make([]Remedy, 0, len(f.Remedies)),
		Withdraws:   f.Withdraws,
		Works:       copied(f.Works),
	}
	if f.Next != "" {
		out.Next = new(text(f.Next))
	}
	if f.NextCommand != "" {
		out.NextCommand = new(text(f.NextCommand))
	}
	if f.Filter != "" {
		out.Filter = new(text(f.Filter))
	}
	for _, u := range f.Unknown {
		out.Unknown = append(out.Unknown, text(u))
	}
	for _, r := range f.Remedies {
		out.Remedies = append(out.Remedies, Remedy{string(r.Who), text(r.Text), text(r.Example)})
	}
	return out
}

// copied is never nil, so that JSON has an empty list.
func copied(list []string) []string { return append([]string{}, list...) }

// needsOf describes what a firewall must let pass.
func needsOf(all []diagnose.Need) []Need {
	out := make([]Need, 0, len(all))
	for _, n := range all {
		one := Need{
			What: n.What, From: n.From.String(), To: n.To.String(), Ports: Ports{n.Low, n.High},
			Count: n.Count, Transfers: copied(n.Transfers), Frames: append([]int64{}, n.Frames...),
		}
		if n.FromPort != 0 {
			one.FromPort = &n.FromPort
		}
		out = append(out, one)
	}
	return out
}

// explain gives a session, and each of its transfers, the ids of the findings
// about it.
func (s *Session) explain(e diagnose.Explanation) {
	s.Needs = needsOf(e.Needs)
	byID := make(map[string]*Transfer, len(s.Transfers))
	for _, t := range s.Transfers {
		byID[t.ID] = t
	}
	for _, f := range e.Findings {
		s.Findings = append(s.Findings, f.ID)
		for _, id := range f.Transfers {
			if t := byID[id]; t != nil && !slices.Contains(t.Findings, f.ID) {
				t.Findings = append(t.Findings, f.ID)
			}
		}
	}
}

// vantage describes where a capture was taken.
func vantage(v diagnose.Vantage) *Vantage {
	if v.Side == "" {
		return nil
	}
	out := &Vantage{Side: string(v.Side), Confidence: string(v.Confidence), Because: make([]string, 0, len(v.Because))}
	for _, b := range v.Because {
		out.Because = append(out.Because, UTF8(b))
	}
	return out
}
