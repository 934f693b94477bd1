package diagnose

import (
	"fmt"
)

// atEnd makes the findings that need all sessions.
func (e *Engine) atEnd(captures []Capture, vantages []Vantage) []*Finding {
	var out []*Finding
	for i, c := range e.wide.captures {
		if c.sessions == 0 || i >= len(captures) {
			continue
		}
		end := ending{overall: c, capture: captures[i], several: len(captures) > 1}
		end.base = subject{Session: &c.first, memory: &e.memory, sights: &e.sights, capture: &captures[i]}
		for _, rule := range []func(*ending) *Finding{
			endMissesData, endTruncated, endOneDirection, endStartsLate, endLossy, endDuplicated, endOffload, endTwoSides, endClock,
		} {
			if f := rule(&end); f != nil {
				f.key = fmt.Sprint(i)
				out = append(out, f)
			}
		}
	}
	return append(out, e.comparedAtEnd(captures, vantages)...)
}

// ending is a capture at its end.
type ending struct {
	*overall
	base    subject // the first session, for remedies
	capture Capture
	several bool // there are other captures
}

// finding begins one about the capture as a whole.
func (e *ending) finding(code Code, severity Severity, headline string) *Finding {
	f := &Finding{
		Code: code, Severity: severity, Count: 1, Headline: headline,
		Location: Place{Statement{"in the capture itself, not in the network", Certain}, InCapture},
	}
	if e.several {
		f.Location.Text = fmt.Sprintf("in the capture %s itself, not in the network", quoted(e.capture.Name))
	}
	return f
}
