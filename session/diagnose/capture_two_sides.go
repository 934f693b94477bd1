package diagnose

import "fmt"

// endTwoSides: the same session with other addresses, as the two sides of a NAT
// have it.
func endTwoSides(e *ending) *Finding {
	if e.sides.count == 0 {
		return nil
	}
	f := e.finding(CaptureTwoSides, Note, "The capture shows sessions on two sides of a device that changes addresses")
	f.Observation = Statement{fmt.Sprintf("%s with the same sequence numbers at the same time, and other addresses", count(e.sides.count/2, "pair")+" of sessions"), Certain}
	f.Cause = Statement{"several interfaces of a NAT were captured, or the captures of several points were joined", Likely}
	f.Evidence = e.sides.evidence
	f.Next = "count such sessions once; what one side has and the other has not was lost in the device between them"
	return f
}
