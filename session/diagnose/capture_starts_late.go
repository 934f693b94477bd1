package diagnose

import (
	"fmt"
	"slices"
)

// captureStartsLate: the beginning of the control connection is not in the
// capture, so that an announcement, a login or AUTH TLS may be missing.
func captureStartsLate(s *subject) *veto {
	if s.Control == nil || !s.Control.Midstream || s.t != nil && s.announced().IsValid() && !s.dataBegan() {
		return nil // what was announced later is judged as usual
	}
	f := s.defect(CaptureStartsLate)
	f.Headline = "The capture began after the control connection had been opened"
	f.Observation = Statement{"neither the handshake of the control connection nor a greeting before its first packet is in the capture", Certain}
	s.tellLate(f)
	return &veto{
		finding: f, beside: true,
		codes:   slices.Concat(unseenPassive, unseenActive, halfSeen, []Code{TLSImplicitExplicit, ExtendedUnsupported, ThirdParty}),
		doubts:  noAnswer,
		doubt:   "not to be told without what announced this connection, before the capture began",
		unknown: "what this connection was for: what announced it is not in the capture, which began later",
	}
}

// dataBegan reports whether the data connection was there before the capture.
func (s *subject) dataBegan() bool { return s.conn() != nil && s.conn().Midstream }

// tellLate says of a finding why the beginning is missing.
func (s *subject) tellLate(f *Finding) {
	f.Cause = Statement{"the capture was started when the client was connected already", Likely}
	f.Unknown = []string{"what was said before: who logged in, whether TLS was agreed, what was announced"}
	f.Next = "start the capture first, then let the client connect anew"
	f.Remedies = s.remedies(fixCaptureEarlier)
}

// endStartsLate: sessions that had begun before the capture did.
func endStartsLate(e *ending) *Finding {
	if e.late.count == 0 || e.said[told{code: CaptureStartsLate}] {
		return nil
	}
	f := e.finding(CaptureStartsLate, Note, "The capture began when sessions were under way")
	f.Observation = Statement{fmt.Sprintf("the beginning of %s is not in the capture", count(e.late.count, "session")), Certain}
	e.base.tellLate(f)
	f.Evidence = e.late.evidence
	return f
}
