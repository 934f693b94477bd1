package report

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// proof is what some packets of one capture show.
type proof struct {
	refs []ftp.Ref
	text string
}

// proofsOf are the packets that a trouble rests on, of several points. What is said
// of one packet twice stands once, as do packets of one capture that show the
// same one after the other.
func (e *explanation) proofsOf(one *trouble) []proof {
	var out []proof
	evidence := one.finding.Evidence
	if one.session == nil { // about captures: of each of them
		evidence = nil
		for _, f := range one.all() {
			evidence = append(evidence, f.Evidence...)
		}
	}
	for _, v := range evidence {
		text := e.said(one.session, v.Text)
		if i := slices.IndexFunc(out, func(p proof) bool { return slices.Contains(p.refs, v.Ref) }); i >= 0 {
			if !strings.HasPrefix(text, out[i].text) {
				out[i].text += "; " + text
			}
			continue
		}
		if n := len(out); n > 0 && out[n-1].text == text && out[n-1].refs[0].Capture == v.Capture {
			out[n-1].refs = append(out[n-1].refs, v.Ref)
			continue
		}
		out = append(out, proof{[]ftp.Ref{v.Ref}, text})
	}
	return out
}

// capturesOf are the captures whose packets a finding rests on.
func (r *renderer) capturesOf(f *diagnose.Finding) []int {
	var out []int
	for _, v := range f.Evidence {
		if !slices.Contains(out, v.Capture) {
			out = append(out, v.Capture)
		}
	}
	return out
}

// proofs lists the packets, each with the name of its capture.
func (e *explanation) proofs(one *trouble) {
	var frames, texts []string
	for _, p := range e.proofsOf(one) {
		frames = append(frames, e.shortName(p.refs[0].Capture)+":"+strings.TrimPrefix(hashes(p.refs...), "#"))
		texts = append(texts, p.text)
	}
	e.beside(e.label("packets"), frames, texts)
}

// leastBeside is the width below which a text is not squeezed beside its name.
const leastBeside = 30

// beside writes names behind a label and a text beside each, in columns where
// there is room.
func (r *renderer) beside(label string, names, texts []string) {
	wide, from := widest(names), lipgloss.Width(label)
	indent := from + wide + len(laneGap)
	for i, name := range names {
		if r.width-indent < leastBeside {
			r.flowAfter(r.faint(label), from, from+2, piece{name, r.faint}, piece{texts[i], r.plain})
		} else {
			r.flowAfter(r.faint(label)+pad(piece{name, r.faint}, wide, false)+laneGap, indent, indent, piece{texts[i], r.plain})
		}
		label = strings.Repeat(" ", from)
	}
}
