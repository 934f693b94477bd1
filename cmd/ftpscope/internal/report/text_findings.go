package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// sessionFindings writes the findings about a session as a whole, in short.
func (r *renderer) sessionFindings(s *session.Session) {
	for _, f := range r.told.ofSession[s.ID] {
		if !r.causes[f.ID] {
			r.finding(indentFact, s, f)
		}
	}
}

// transferFindings writes the findings about a transfer, in short: each where
// it is about the first time, later its code only.
func (r *renderer) transferFindings(indent int, s *session.Session, t *session.Transfer) {
	for _, f := range r.told.ofTransfer[t.ID] {
		switch {
		case r.causes[f.ID]:
		case f.Transfers[0] == t.ID:
			r.finding(indent, s, f)
		case severityOf(f) >= SeverityWarning:
			text := r.mark(f) + " " + string(f.Code) + ", as #" + strconv.Itoa(number(f.Transfers[0]))
			r.flow(indent, indent+2, piece{text, r.findingStyle(f)})
		}
	}
}

// finding writes one finding in short: what happened, of an error also where,
// and what is behind it.
func (r *renderer) finding(indent int, s *session.Session, f *diagnose.Finding) {
	r.flow(indent, indent+2, piece{r.mark(f) + " " + r.said(s, f.Headline), r.findingStyle(f)}, piece{string(f.Code), r.strong})
	if place := placeText(f.Location.Where); place != "" && severityOf(f) == SeverityError {
		r.flow(indent+2, indent+4, piece{place + sure(f.Location.Confidence), r.plain})
	}
	for _, b := range r.told.causes(f) {
		r.flow(indent+2, indent+4, piece{"because: " + r.said(s, b.Headline), r.plain}, piece{string(b.Code), r.strong})
	}
}

// captureFindings writes the findings about captures as a whole, in short.
func (r *renderer) captureFindings() {
	for _, f := range r.told.standing {
		if f.Session == "" && !r.causes[f.ID] && f.Headline != "" {
			r.flow(indentRow, indentRow+2, piece{r.mark(f) + " " + r.said(nil, f.Headline), r.findingStyle(f)}, piece{string(f.Code), r.strong})
		}
	}
}

// mark stands before a headline. The word of the severity goes with it where
// it is not an error.
func (r *renderer) mark(f *diagnose.Finding) string {
	switch severityOf(f) {
	case SeverityError:
		return "✗"
	case SeverityWarning:
		return "! warning:"
	}
	return "· note:"
}

func (r *renderer) findingStyle(f *diagnose.Finding) style {
	if severityOf(f) < SeverityWarning {
		return r.faint
	}
	return r.severity(severityOf(f))
}

// said is a text of a finding, safe to print.
func (r *renderer) said(s *session.Session, text string) string {
	if s != nil {
		text = r.index(s).masker.said(text)
	}
	return Escape(text)
}

// sure says how sure a statement is.
func sure(c diagnose.Confidence) string { return " (" + string(c) + ")" }

// placeText is a place on the path in a few words; empty where none is known.
func placeText(w diagnose.Where) string {
	switch w {
	case diagnose.AtClient:
		return "at the client"
	case diagnose.ClientSide:
		return "on the client's side"
	case diagnose.Middle:
		return "at a box between client and server"
	case diagnose.ServerSide:
		return "on the server's side"
	case diagnose.AtServer:
		return "at the server"
	case diagnose.BeyondClient:
		return "at the client, or on the way from here to it"
	case diagnose.BeyondServer:
		return "at the server, or on the way from here to it"
	case diagnose.InCapture:
		return "in the capture itself"
	}
	return ""
}

// vantage says where a capture was taken, and why that is believed.
func (r *renderer) vantage(i int) {
	if i >= len(r.Said.Vantages) {
		return
	}
	v := r.Said.Vantages[i]
	if v.Side == "" || v.Side == diagnose.Nowhere {
		return
	}
	text := "taken " + sideText(v.Side) + sure(v.Confidence)
	if len(v.Because) > 0 && r.why {
		text += ": " + Escape(strings.Join(v.Because, "; "))
	}
	r.flow(2, 4, piece{text, r.faint})
}

func sideText(s diagnose.Side) string {
	switch s {
	case diagnose.ClientHost:
		return "on the client's host"
	case diagnose.NearClient:
		return "next to the client"
	case diagnose.InTheMiddle:
		return "between client and server"
	case diagnose.NearServer:
		return "next to the server"
	case diagnose.ServerHost:
		return "on the server's host"
	}
	return string(s)
}

// tally counts the findings that stand.
func (r *renderer) tally() Severities {
	var tally Tally
	for _, f := range r.told.standing {
		tally.Add(f)
	}
	return tally.counts()
}

// counted says how many errors and warnings there are.
func (r *renderer) counted(n Severities) []piece {
	var pieces []piece
	if n.Error > 0 {
		pieces = append(pieces, piece{countText(int64(n.Error), "error"), r.bad})
	}
	if n.Warning > 0 {
		pieces = append(pieces, piece{countText(int64(n.Warning), "warning"), r.fair})
	}
	return slices.Clip(pieces)
}

// refsOf are the frames of a finding's evidence.
func refsOf(f *diagnose.Finding) []ftp.Ref {
	var refs []ftp.Ref
	for _, e := range f.Evidence {
		if !slices.Contains(refs, e.Ref) {
			refs = append(refs, e.Ref)
		}
	}
	return refs
}
