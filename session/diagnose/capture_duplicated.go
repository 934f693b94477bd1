package diagnose

import "fmt"

// endDuplicated: the capture holds packets twice. They are counted once.
func endDuplicated(e *ending) *Finding {
	const few = 20 // one in so many may be the network's doing
	if e.duplicates == 0 || e.duplicates*few < e.packets {
		return nil
	}
	f := e.finding(CaptureDuplicated, Note, "The capture holds packets twice; each is counted once")
	f.Observation = Statement{fmt.Sprintf("%s are in the capture again within milliseconds, %d stay without them", count(int(e.duplicates), "packet"), e.packets), Certain}
	f.Cause = Statement{"two ports of a switch are mirrored, or several interfaces of one host were captured", Likely}
	if e.routed*2 > e.duplicates {
		f.Cause.Text = "the capturing host routes these packets, and all its interfaces were captured: the TTL of the copies differs by one"
	}
	f.Evidence = e.doubled.evidence
	f.Next = "nothing has to be done; for less to read, capture on one interface"
	return f
}
