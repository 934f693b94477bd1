package diagnose

import "fmt"

// heldAtNAT adds to a finding about a SYN that nobody answered where the capture holds
// both sides of a NAT: the SYN is on this side only, so it did not get through there.
func (s *subject) heldAtNAT(f *Finding) {
	twin := s.twin()
	if twin == nil || twin.capture != s.First.Capture {
		return
	}
	there := s.counterpart(twin)
	if there == nil || there.fate != fateNone || there.ends[1].IsValid() || there.mode != s.t.Mode || !there.told.Yes() {
		return
	}
	f.key += " held at a NAT"
	f.Observation.Text += fmt.Sprintf("; the capture has this session a second time, on the other side of a NAT (%s), and there the SYN is not", twin.session)
	f.Location = Place{Statement{"at the NAT, or on the way from where one side of it was captured to where the other was", Likely}, Middle}
	f.Cause = Statement{"the machine that is the NAT does not let the connection through: its packet filter or its helper for FTP", Likely}
	f.Evidence = append(f.Evidence, Evidence{there.told, fmt.Sprintf("the announcement on the other side of the NAT (%s), which no SYN follows", there.transfer)})
	f.Unknown = []string{"whether the SYN left by another way, or from another address than the session's"}
	f.Next = "look at the counters of the packet filter on the NAT's machine, chain forward, before and after the next attempt"
}
