package diagnose

import "fmt"

// captureOffload: the capturing host's network card cuts and joins packets, so
// that their size in the capture is not that on the wire. A packet that is larger
// than the other side takes is cut into full ones: that these do not arrive can
// still be told, but not of which size they were.
func captureOffload(s *subject) *veto {
	for _, fl := range s.ownFlows() {
		wire := fl.sent.Wire
		st := &fl.sent.Stuck
		if wire.Oversized == 0 || !st.Yes() || st.Length <= fl.fullSize() {
			continue
		}
		f := s.defect(CaptureOffload)
		f.Severity = Note
		f.Headline = "The capture shows packets as the host sees them, not as the wire does"
		f.Observation = Statement{fmt.Sprintf("%s from %s with more than the other side takes in one (up to %d bytes; it takes %d)", count(wire.Oversized, "packet"), fl.c.Ends[fl.end].Addr(), wire.Largest, fl.fullSize()), Certain}
		f.Cause = byCard
		f.Evidence = append(f.Evidence, Evidence{st.First, "a packet that is not acknowledged, larger than one on the wire"})
		f.Unknown = []string{"how large the packets were on the wire that were not acknowledged"}
		f.Next = "capture at a mirror port or a router, or switch the offloads off for the time of the capture"
		f.Remedies = s.remedies(fixCaptureOffload)
		return &veto{finding: f, beside: true, remarks: []Code{MTUBlackhole}, unknown: "how large the packets were on the wire: the network card of the capturing host cuts them"}
	}
	return nil
}

// byCard is why packets in a capture are larger than on the wire.
var byCard = Statement{"the network card of the capturing host cuts large packets (TSO, GSO) or joins small ones (GRO, LRO)", Likely}

// endOffload: packets larger than the other side takes, which were never on the
// wire like that.
func endOffload(e *ending) *Finding {
	if e.offload.count == 0 || e.said[told{code: CaptureOffload}] {
		return nil
	}
	f := e.finding(CaptureOffload, Note, "The capture shows packets as the host sees them, not as the wire does")
	f.Observation = Statement{fmt.Sprintf("packets hold up to %d bytes", e.largest), Certain}
	if e.fits > 0 {
		f.Observation.Text += fmt.Sprintf(", where the other side takes %d in one", e.fits)
	}
	f.Cause = byCard
	f.Evidence = e.offload.evidence
	f.Unknown = []string{"how large packets were on the wire"}
	f.Next = "nothing has to be done, unless the size of packets matters"
	return f
}
