package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// captureOneDirection: of a connection only one direction was captured. Answers
// are not in the capture then, whether there were some or not.
func captureOneDirection(s *subject) *veto {
	c, from, ok := s.halfCaptured()
	if !ok {
		return nil
	}
	h := &c.Half[from]
	f := s.defect(CaptureOneDirection)
	f.Headline = "The capture shows only one direction of the conversation"
	f.Observation = Statement{fmt.Sprintf("%s from %s, none from %s; yet bytes of the other side are acknowledged that are not in the capture", count(h.Packets, "packet"), c.Ends[from], c.Ends[from.Other()]), Certain}
	if h.Unsent.Count == 0 {
		f.Observation.Text = fmt.Sprintf("%s from %s, which goes on as if answered, and none from %s", count(h.Packets, "packet"), c.Ends[from], c.Ends[from.Other()])
	}
	s.tellHalf(f)
	f.Evidence = append(f.Evidence, Evidence{h.LastPacket, fmt.Sprintf("the last packet from %s", c.Ends[from])})
	if h.Unsent.Count > 0 {
		f.Evidence = append(f.Evidence, Evidence{h.Unsent.First, "it acknowledges what is not in the capture"})
	}
	f.Unknown = []string{"whether anything was answered, and with what"}
	v := &veto{finding: f, codes: append([]Code{FinalReplyDelayed, TLSSessionReuse, TLSProtection}, absentAny...)}
	if c != s.Control || from == client {
		v.codes = append(v.codes, DataReset) // the server's reply, or half of the connection, is not there
	}
	return v
}

// halfCaptured is the connection of the subject of which only what one side sent
// was captured: the control connection, else the data connection. A side that
// sends nothing but SYNs, or repeats itself after an idle hour, was perhaps not
// answered.
func (s *subject) halfCaptured() (c *ftp.Conn, from ftp.Side, ok bool) {
	for _, c := range []*ftp.Conn{s.Control, s.conn()} {
		if c == nil {
			continue
		}
		for from := range ftp.Side(2) {
			h, other := &c.Half[from], &c.Half[from.Other()]
			if other.Packets == 0 && h.Packets > 1 && (h.Unsent.Count > 0 || h.Bytes > 0 && !c.Midstream) {
				return c, from, true
			}
		}
	}
	return nil, 0, false
}

// tellHalf says of a finding why one direction is missing.
func (s *subject) tellHalf(f *Finding) {
	f.Cause = Statement{"a mirror port that copies one direction only, one cable of a pair, or a way back over another router", Likely}
	f.Next = "capture on the client or the server itself, where both directions pass"
	f.Remedies = s.remedies(fixCaptureBoth)
}

// endOneDirection: sessions of which only one direction was captured, where no
// finding had to say so.
func endOneDirection(e *ending) *Finding {
	if e.oneWay.count == 0 || e.said[told{code: CaptureOneDirection}] {
		return nil
	}
	f := e.finding(CaptureOneDirection, Warning, "The capture shows only one direction of some conversations")
	f.Observation = Statement{fmt.Sprintf("of %s only what one side sent is in the capture, though it acknowledges the other", count(e.oneWay.count, "session")), Certain}
	e.base.tellHalf(f)
	f.Evidence = e.oneWay.evidence
	f.Unknown = []string{"what the other side sent"}
	return f
}
