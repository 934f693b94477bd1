package report

import "github.com/ftpscope/ftpscope/session/diagnose"

// finding puts a line with a finding.
func (e *encoder) finding(f *diagnose.Finding) {
	e.put(`{"type":"finding"`)
	e.text(`,"id":`, f.ID)
	e.text(`,"code":`, string(f.Code))
	e.text(`,"severity":`, string(f.Severity))
	e.textIf(f.Session != "", `,"session":`, f.Session)
	list(e, `,"transfers":`, f.Transfers, (*encoder).id)
	e.said(`,"headline":`, f.Headline)
	e.int(`,"count":`, int64(f.Count))
	e.statement(`,"observation":`, f.Observation)
	e.place(`,"location":`, f.Location)
	e.statement(`,"cause":`, f.Cause)
	list(e, `,"evidence":`, f.Evidence, (*encoder).evidence)
	list(e, `,"unknown":`, f.Unknown, (*encoder).sentence)
	e.saidIf(`,"next":`, f.Next)
	list(e, `,"because":`, f.Because, (*encoder).id)
	list(e, `,"remedies":`, f.Remedies, (*encoder).remedy)
	if len(f.Withdraws) > 0 {
		list(e, `,"withdraws":`, f.Withdraws, (*encoder).id)
	}
	list(e, `,"works":`, f.Works, (*encoder).id)
	e.saidIf(`,"next_command":`, f.NextCommand)
	e.saidIf(`,"filter":`, f.Filter)
	e.put("}\n")
}

// said puts a sentence, which may repeat words from the wire.
func (e *encoder) said(key, sentence string) { e.text(key, e.masker.said(sentence)) }

// saidIf puts a sentence, or null for none.
func (e *encoder) saidIf(key, sentence string) {
	e.textIf(sentence != "", key, e.masker.said(sentence))
}

func (e *encoder) sentence(words string) { e.said("", words) }

func (e *encoder) statement(key string, s diagnose.Statement) {
	e.put(key)
	e.said(`{"text":`, s.Text)
	e.text(`,"confidence":`, string(s.Confidence))
	e.put(`}`)
}

func (e *encoder) place(key string, p diagnose.Place) {
	e.put(key)
	e.said(`{"text":`, p.Text)
	e.text(`,"confidence":`, string(p.Confidence))
	e.text(`,"where":`, string(p.Where))
	e.put(`}`)
}

func (e *encoder) evidence(one diagnose.Evidence) {
	e.int(`{"capture":`, int64(one.Capture))
	e.int(`,"frame":`, one.Frame)
	e.time(`,"time":`, one.Time)
	e.said(`,"text":`, one.Text)
	e.put(`}`)
}

func (e *encoder) remedy(r diagnose.Remedy) {
	e.text(`{"who":`, string(r.Who))
	e.said(`,"text":`, r.Text)
	e.said(`,"example":`, r.Example)
	e.put(`}`)
}
