package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
)

// captureNoICMP: the capture's filter leaves ICMP out, so that a refusal by ICMP
// would not be in it. A capture that happens to hold none proves nothing.
func captureNoICMP(s *subject) *veto {
	if s.capture.ICMP > 0 || s.capture.HasICMP {
		return nil
	}
	touched := slices.Concat(noAnswer, []Code{ControlUnreachable, MTUBlackhole, DataSilence})
	if !s.withoutICMP() {
		if s.capture.Frames != s.capture.TCP {
			return nil // other things than TCP were captured: ICMP would have been
		}
		return &veto{remarks: touched, unknown: "whether an ICMP error came: this capture holds nothing but TCP, perhaps because of its filter"}
	}
	f := s.defect(CaptureNoICMP)
	f.Headline = "The capture leaves out ICMP, so a refusal may have gone unseen"
	f.Severity = Note
	f.Observation = Statement{fmt.Sprintf("the file was made with the capture filter %s, which leaves out ICMP messages of routers", quoted(s.capture.Filters[0])), Certain}
	f.Cause = Statement{"the capture filter", Certain}
	f.Unknown = []string{"whether an ICMP message refused the connection; Linux gives up at the first one, so a SYN that is repeated for seconds speaks against it"}
	f.Next = "capture the next attempt with \"or icmp or icmp6\" in the filter"
	f.Remedies = s.remedies(fixCaptureICMP)
	return &veto{finding: f, beside: true, remarks: touched, unknown: "whether an ICMP error came: the capture filter leaves ICMP out"}
}

// withoutICMP reports whether the filter leaves out ICMP errors that a router
// sends to the host that connects.
func (s *subject) withoutICMP() bool {
	to := s.Client
	if s.t != nil && s.listens() == client {
		to = s.Server
	}
	protocol := "icmp"
	if six(to.Addr()) {
		protocol = "icmp6"
	}
	router := probe{protocol: protocol, to: netip.AddrPortFrom(to.Addr(), 0), not: []netip.Addr{s.Client.Addr().Unmap(), s.Server.Addr().Unmap()}}
	return allLeaveOut(s.capture.Filters, router)
}
