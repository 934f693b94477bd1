package diagnose

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/session"
)

// captureTruncated: the snap length cut lines of the control connection off, so
// that announcements cannot be read.
func captureTruncated(s *subject) *veto {
	if s.capture.Truncated == 0 || !s.cutShort() {
		return nil
	}
	f := s.defect(CaptureTruncated)
	f.Headline = "Packets in the capture are cut short, and the announcement with them"
	f.Observation = Statement{fmt.Sprintf("%s in the capture hold only their beginning; %s of the control connection are missing", count(int(s.capture.Truncated), "packet"), count(int(s.LostBytes), "byte")), Certain}
	s.tellCut(f)
	f.Unknown = []string{"which address and port were announced"}
	if s.t != nil && s.t.Data == nil {
		f.Unknown = append(f.Unknown, "whether a connection to that port passed here")
	}
	v := &veto{
		finding: f, codes: slices.Concat(unseenPassive, unseenActive, []Code{GreetingMissing, AnnouncementMalformed, TLSImplicitExplicit, SequenceDamage}),
		doubts:  noAnswer,
		doubt:   "not to be told without the announcement of this connection, which is cut off",
		unknown: "which port was announced: the packet with the announcement is cut off, so the connection is matched by hosts and time only",
	}
	if n, _, _ := s.tries(); s.capture.ICMP > 0 && n < leastSYNs {
		v.codes = append(v.codes, noAnswer...) // an ICMP error that is cut off does not tell what it is about
		f.Unknown = append(f.Unknown, "whether an ICMP error in the capture, cut off as well, answered the SYN")
	}
	return v
}

// cutShort reports whether what the subject rests on was cut off: the line with
// the endpoint, or, of a session, any line.
func (s *subject) cutShort() bool {
	if s.t == nil {
		return s.LostBytes > s.shown.lost.control
	}
	if a := s.t.Announcement; a != nil {
		return !a.Endpoint.IsValid() && (a.Accepted == nil || *a.Accepted) && s.LostBytes > 0
	}
	return s.LostBytes > 0 && !s.Encrypted && s.t.Outcome != session.OutcomeRejected
}

// tellCut says of a finding why packets are cut short.
func (s *subject) tellCut(f *Finding) {
	f.Cause = Statement{"a snap length that is too small for the lines of the control connection", Certain}
	f.Next = "capture again with whole packets"
	f.Remedies = s.remedies(fixCaptureWhole)
}

// endTruncated: the snap length made control connections unreadable, and no
// session says so.
func endTruncated(e *ending) *Finding {
	if e.truncated.count == 0 || e.said[told{code: CaptureTruncated}] {
		return nil
	}
	f := e.finding(CaptureTruncated, Warning, "Packets in the capture are cut short: lines of control connections cannot be read")
	f.Observation = Statement{fmt.Sprintf("%s hold only their beginning; lines of %s are cut off", count(int(e.capture.Truncated), "packet"), count(e.truncated.count, "session")), Certain}
	e.base.tellCut(f)
	f.Evidence = e.truncated.evidence
	f.Unknown = []string{"which commands were sent, and which addresses and ports were announced, where that is cut off"}
	return f
}
