package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// captureControlOnly: the capture holds no data connections, most often because
// of a filter on the control port. That none is in it means nothing.
func captureControlOnly(s *subject) *veto {
	if !s.wantsUnseen() {
		return nil
	}
	gone := s.shown.of(s.t.Mode)
	filtered := s.filtered(s.t.Mode, 0) && s.filtered(ftp.ModeActive, dataPort)
	missed := gone.missesData() && (s.active() || !s.onlyPort20())
	if !filtered && !missed && !s.nothingElse() {
		return nil
	}
	f := s.defect(CaptureControlOnly)
	f.Headline = "The capture holds only the control connection"
	f.Cause = Statement{"a capture filter on the control port", Certain}
	f.Next = "capture the next attempt without a filter on ports"
	f.Unknown = []string{"whether anybody tried to open this data connection, and what came of it"}
	f.Remedies = s.remedies(fixCaptureAll)
	switch {
	case filtered:
		f.Observation = Statement{fmt.Sprintf("the file was made with the capture filter %s, which leaves data connections out", quoted(s.capture.Filters[0])), Certain}
	case missed:
		p := gone.gone[0]
		if s.capture.OtherTCP > 0 {
			f.Headline = "The capture does not hold the data connections of this server"
		}
		f.Observation = Statement{fmt.Sprintf("transfer %s went well (reply %d), and no packet of its data connection is in the capture", p.transfer, p.code), Certain}
		f.Evidence = append(f.Evidence, Evidence{p.seen, fmt.Sprintf("%s went well: reply %d", p.transfer, p.code)})
		f.Cause = Statement{"a capture filter on the control port; else the data takes another way, past this capture point", Likely}
	default: // nothing else was captured
		f.Headline = "The capture seems to hold only the control connection"
		f.Observation = Statement{fmt.Sprintf("nothing but packets of control connections was captured so far: %s, no other TCP, no ICMP, nothing else", count(int(s.capture.Frames), "frame")), Certain}
		f.Location.Confidence = Likely
		f.Cause.Confidence = Likely
		f.Next = "if this was captured without a filter on ports, nobody's attempt passed here; else capture the next one without a filter"
	}
	s.sayPrivate(f)
	return &veto{finding: f, codes: s.unseenCodes()}
}

// sayPrivate adds what an announcement shows all the same: that it names an
// address which the other host can hardly reach.
func (s *subject) sayPrivate(f *Finding) {
	a, from, other := s.announced().Addr(), s.Server.Addr(), s.Client.Addr()
	if s.active() {
		from, other = other, from
	}
	if !a.IsValid() || !private(a) || a == from || !routable(other) {
		return
	}
	f.Observation.Text += fmt.Sprintf("; the announcement names the private address %s, which may be the reason already", a)
	if s.active() {
		f.Remedies = s.remedies(fixCaptureAll, fixUsePassive)
	} else {
		f.Remedies = s.remedies(fixCaptureAll, fixExternalAddress, fixIgnoreAddress)
	}
}

// wantsUnseen reports whether the subject is a transfer that was wanted and
// whose data connection was not seen at all.
func (s *subject) wantsUnseen() bool {
	if s.t == nil || s.t.Data != nil || s.t.Mode == ftp.ModeUnknown || !s.accepted() {
		return false
	}
	switch s.t.Outcome {
	case session.OutcomeUnseen, session.OutcomeUnknown, session.OutcomeIncomplete:
		return true
	}
	return false
}

// unseenCodes are what the absence of the transfer's data connection must not be
// taken for.
func (s *subject) unseenCodes() []Code {
	if s.active() {
		return unseenActive
	}
	return unseenPassive
}

// nothingElse reports whether all that was captured are control connections. A
// capture without a filter shows other things too: ARP, ICMPv6, UDP. One that
// names a filter which lets data connections pass has none on the control port.
func (s *subject) nothingElse() bool {
	if s.capture.Frames == 0 || s.capture.Frames != s.capture.Control {
		return false
	}
	for _, mode := range []ftp.Mode{s.t.Mode, ftp.ModeActive} {
		a, b := s.dataProbe(mode, dataPort)
		if anyCaptures(s.capture.Filters, probe{protocol: "tcp", from: a, to: b}) {
			return false
		}
	}
	return true
}

// filtered reports whether the capture's filter leaves out, in both directions,
// the data connection of the subject, or one like it in the other mode. from is
// the server's port in active mode, 0 for an ephemeral one.
func (s *subject) filtered(mode ftp.Mode, from uint16) bool {
	a, b := s.dataProbe(mode, from)
	return allLeaveOut(s.capture.Filters, probe{protocol: "tcp", from: a, to: b}) &&
		allLeaveOut(s.capture.Filters, probe{protocol: "tcp", from: b, to: a})
}

// dataProbe are the ends of such a connection.
func (s *subject) dataProbe(mode ftp.Mode, from uint16) (a, b netip.AddrPort) {
	a, b = netip.AddrPortFrom(s.Client.Addr(), 0), netip.AddrPortFrom(s.Server.Addr(), 0)
	if mode == ftp.ModeActive {
		a, b = netip.AddrPortFrom(s.Server.Addr(), from), a
	}
	if to := s.announced(); to.IsValid() && s.t.Mode == mode {
		b = to
	}
	return a, b
}
