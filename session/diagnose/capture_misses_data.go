package diagnose

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// endMissesData: the capture holds no data connections, as transfers show that
// went well without. What was said of others before that was known is taken
// back.
func endMissesData(e *ending) *Finding {
	var withdraws []string
	var evidence []Evidence
	count := 0
	port20 := e.capture.Port20 > 0 && e.capture.Port20 == e.capture.OtherTCP
	onlyPorts := port20
	for _, k := range e.blindTo() {
		d := e.sights[k]
		onlyPorts = onlyPorts && k.mode == ftp.ModePassive
		count += len(d.gone)
		for _, p := range d.gone {
			if len(evidence) < 2*maxSessions {
				evidence = append(evidence, Evidence{p.seen, fmt.Sprintf("%s went well: reply %d", p.transfer, p.code)})
			}
		}
		for _, c := range e.claims {
			if c.server == k.server && c.mode == k.mode {
				withdraws = append(withdraws, c.id)
			}
		}
	}
	code := CaptureControlOnly
	if onlyPorts {
		code = CaptureFTPPortsOnly
	}
	if count == 0 || len(withdraws) == 0 && e.said[told{code: code}] {
		return nil
	}
	f := e.finding(code, Note, "The capture holds only control connections: data connections are not in it")
	f.Cause = Statement{"a capture filter on the control port; else the data takes another way, past this capture point", Likely}
	if onlyPorts {
		f.Headline = "The capture holds only the ports 20 and 21: passive data connections are not in it"
		f.Cause.Text = "a capture filter on the ports 20 and 21"
	} else if e.capture.OtherTCP > 0 {
		f.Headline = "The capture does not hold the data connections of some transfers"
	}
	f.Observation = Statement{fmt.Sprintf("%s went well without any packet of a data connection in the capture", atLeast(count, "transfer")), Certain}
	f.Evidence = evidence
	f.Unknown = []string{"how many bytes were moved, and how data connections were opened", "of transfers that failed: whether their data connection was tried"}
	f.Next = "capture the next attempt without a filter on ports"
	f.Remedies = e.base.remedies(fixCaptureAll)
	if f.Withdraws = withdraws; len(withdraws) > 0 {
		f.Severity = Warning
	}
	sortEvidence(f.Evidence)
	return f
}

// blindTo are the servers and modes of which the capture holds no data
// connections, in order.
func (e *ending) blindTo() []sighting {
	var out []sighting
	for k, d := range e.sights {
		if d.missesData() {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b sighting) int {
		return cmp.Or(a.server.Compare(b.server), cmp.Compare(a.mode, b.mode))
	})
	return out
}

// atLeast is a number of things of which not all were counted.
func atLeast(n int, thing string) string {
	if n < MaxProofs {
		return count(n, thing)
	}
	return "at least " + count(n, thing)
}
