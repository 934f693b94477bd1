package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// captureFTPPortsOnly: the capture holds the ports 20 and 21, and so no passive
// data connections, which use others. Active ones are in it if the server calls
// from port 20.
func captureFTPPortsOnly(s *subject) *veto {
	if !s.wantsUnseen() {
		return nil
	}
	gone := s.shown.of(s.t.Mode)
	filtered := s.filtered(s.t.Mode, 0) && !s.filtered(ftp.ModeActive, dataPort)
	missed := s.passive() && s.onlyPort20() && gone.missesData()
	if !filtered && !missed && !(s.onlyPort20() && s.capture.Frames == s.capture.TCP) || s.active() && s.callsFrom20() {
		return nil
	}
	f := s.defect(CaptureFTPPortsOnly)
	f.Headline = "The capture holds only the ports 20 and 21, which passive mode does not use"
	if s.active() {
		f.Headline = "The capture holds only the ports 20 and 21; the server may call from another one"
	}
	f.Cause = Statement{"a capture filter on the ports 20 and 21", Certain}
	f.Unknown = []string{"whether anybody tried to open this data connection, and what came of it"}
	f.Next = "capture the next attempt without a filter on ports"
	f.Remedies = s.remedies(fixCaptureAll)
	switch {
	case filtered:
		f.Observation = Statement{fmt.Sprintf("the file was made with the capture filter %s, which leaves this data connection out", quoted(s.capture.Filters[0])), Certain}
	case missed:
		p := gone.gone[0]
		f.Observation = Statement{fmt.Sprintf("all %d packets of other connections have port 20; transfer %s went well (reply %d) without a packet of its data connection", s.capture.OtherTCP, p.transfer, p.code), Certain}
		f.Evidence = append(f.Evidence, Evidence{p.seen, fmt.Sprintf("%s went well: reply %d", p.transfer, p.code)})
		f.Cause.Confidence = Likely
	default: // nothing else was captured
		f.Headline = "The capture seems to hold only the ports 20 and 21"
		f.Observation = Statement{fmt.Sprintf("all packets have port 20 or the control port: %s, and nothing else was captured so far", count(int(s.capture.Frames), "frame")), Certain}
		f.Location.Confidence, f.Cause.Confidence = Likely, Likely
		f.Next = "if this was captured without a filter on ports, nobody's attempt passed here; else capture the next one without a filter"
	}
	s.sayPrivate(f)
	return &veto{finding: f, codes: s.unseenCodes()}
}

// onlyPort20 reports whether all TCP beside control connections has port 20.
func (s *subject) onlyPort20() bool {
	return s.capture.Port20 > 0 && s.capture.Port20 == s.capture.OtherTCP
}

// callsFrom20 reports whether this server was seen to call from port 20.
func (s *subject) callsFrom20() bool {
	return s.memory.latestHere(s.Server.Addr(), func(a *attempt) bool {
		return a.mode == ftp.ModeActive && a.ends[0].Port() == dataPort
	}) != nil
}
