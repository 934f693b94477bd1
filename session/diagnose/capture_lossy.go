package diagnose

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// captureLossy: packets passed here that are not in the capture. What is absent
// from it was not necessarily absent from the network.
func captureLossy(s *subject) *veto {
	if !s.lossy() {
		return nil
	}
	f := s.defect(CaptureLossy)
	f.Headline = "The capture lost packets that had passed"
	f.Observation = Statement{s.lossText(), Certain}
	s.tellLoss(f)
	if s.trace().Yes() {
		f.Cause = Statement{"the capturing program was too slow for a moment, or what is missing took another way, past this capture point", Possible}
	}
	f.Evidence = append(f.Evidence, s.lossEvidence()...)
	f.Unknown = []string{"whether what is missing here was missing in the network too"}
	v := &veto{
		finding: f, beside: true,
		codes:   slices.Concat(unseenPassive, unseenActive, []Code{SequenceDamage}),
		doubts:  []Code{ControlUnreachable, AnnouncementDropped, SYNProxy, MTUBlackhole, DataSilence, ControlLost},
		doubt:   "packets were lost, by the network or by the capture alone, which is known to lack some that passed",
		unknown: "whether packets that are missing here passed all the same: the capture lost some",
	}
	if s.shown.lost.control > 0 {
		v.codes = append(v.codes, GreetingMissing)
	}
	// SYNs that were all seen, in the rhythm of their system, were not answered.
	switch n, _, _ := s.tries(); {
	case s.conn() != nil && repeats(s.conn()) != "":
	case n >= leastSYNs:
		v.doubts = append(v.doubts, noAnswer...)
	default:
		v.codes = append(v.codes, noAnswer...)
	}
	return v
}

// lossy reports whether the capture is known to lack packets of the session, or
// so many of others that an attempt to connect may be among them.
func (s *subject) lossy() bool {
	return s.shown.lost.yes() || s.capture.Drops >= leastSYNs || s.lacksAnnouncement() || s.trace().Yes()
}

// lacksAnnouncement reports whether the line with the endpoint of the transfer
// is one of those that the capture has not.
func (s *subject) lacksAnnouncement() bool {
	return s.t != nil && s.t.Announcement != nil && !s.announced().IsValid() && s.accepted() && s.LostBytes > 0
}

// trace is a packet of the data connection that was not captured otherwise; the zero
// Seen if there is none.
func (s *subject) trace() ftp.Seen {
	if s.t == nil || s.t.Announcement == nil || s.conn() != nil {
		return ftp.Seen{}
	}
	return s.t.Announcement.Trace
}

// lossText says what is missing.
func (s *subject) lossText() string {
	l := s.shown.lost
	switch {
	case s.trace().Yes():
		return "the capture holds a packet of the data connection, and lacks how it began"
	case !l.yes() && s.lacksAnnouncement():
		return fmt.Sprintf("the line that announces the port is not in the capture; %s of the control connection are missing", count(int(s.LostBytes), "byte"))
	case !l.yes():
		return fmt.Sprintf("the file says that %s were dropped while capturing", count(int(s.capture.Drops), "packet"))
	case s.capture.Drops > 0:
		return fmt.Sprintf("%s of this session were acknowledged by their receiver and are not in the capture; the file says that %s were dropped", count(int(l.control+l.data), "byte"), count(int(s.capture.Drops), "packet"))
	}
	return fmt.Sprintf("%s of this session were acknowledged by their receiver and are not in the capture", count(int(l.control+l.data), "byte"))
}

func (s *subject) lossEvidence() []Evidence {
	if at := s.trace(); at.Yes() {
		return []Evidence{{at, "a packet of the data connection"}}
	}
	if at := s.shown.lost.at; at.Yes() && at != s.First {
		return []Evidence{{at, "a data connection with bytes that are not in the capture"}}
	}
	return nil
}

// tellLoss says of a finding why the capture lost packets.
func (s *subject) tellLoss(f *Finding) {
	f.Cause = Statement{"the capturing program, its buffer or the mirror port was too slow for a moment", Likely}
	f.Next = "capture again with a larger buffer, and look how many packets tcpdump says it dropped"
	f.Remedies = s.remedies(fixCaptureBuffer)
}

// endLossy: packets passed that are not in the capture.
func endLossy(e *ending) *Finding {
	if e.lossy.count == 0 && e.capture.Drops <= 0 || e.said[told{code: CaptureLossy}] {
		return nil
	}
	f := e.finding(CaptureLossy, Note, "The capture lost packets that had passed")
	switch {
	case e.lossy.count == 0:
		f.Observation = Statement{fmt.Sprintf("the file says that %s were dropped while capturing", count(int(e.capture.Drops), "packet")), Certain}
	case e.capture.Drops > 0:
		f.Observation = Statement{fmt.Sprintf("%s of %s were acknowledged and are not in the capture; the file says that %s were dropped", count(int(e.lostBytes), "byte"), count(e.lossy.count, "session"), count(int(e.capture.Drops), "packet")), Certain}
	default:
		f.Observation = Statement{fmt.Sprintf("%s of %s were acknowledged by their receiver and are not in the capture", count(int(e.lostBytes), "byte"), count(e.lossy.count, "session")), Certain}
	}
	e.base.tellLoss(f)
	f.Evidence = e.lossy.evidence
	f.Unknown = []string{"whether other packets that are not in the capture passed all the same"}
	return f
}
