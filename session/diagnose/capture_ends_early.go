package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// captureEndsEarly: the capture stopped before the transfer could be judged.
func captureEndsEarly(s *subject) *veto {
	if s.t == nil || s.t.Outcome != session.OutcomeIncomplete {
		return nil
	}
	over := false // the data connection has ended
	if _, ok := s.cut(); ok {
		over = true
		if s.parted().Yes() {
			return nil // nothing is open any more
		}
	}
	f := s.defect(CaptureEndsEarly)
	f.Headline = "The capture stopped before this transfer could be judged"
	const pause = time.Second
	last := s.Last
	n, first, latest := s.tries()
	switch c := s.conn(); {
	case over:
		f.Headline = "The capture stopped before the server's last reply to this transfer"
		f.Observation = Statement{fmt.Sprintf("the data connection has ended, with %s, and the server has not replied when the capture ends %s", count(int(s.t.Data.Bytes), "byte"), justThen(s.Now.Sub(s.t.Data.Last.Time))), Certain}
		last = s.t.Data.Last
	case c != nil && c.Established.Yes() && c.Thinned:
		f.Severity = Note
		f.Headline = "The capture stopped while this transfer was going on, or stood still"
		f.Observation = Statement{fmt.Sprintf("the data connection is open, with %s so far, when the capture ends; for the last %s nothing was seen of it, which may be since few of its packets are looked at", count(int(s.t.Data.Bytes), "byte"), Duration(s.Now.Sub(s.t.Data.Last.Time))), Certain}
		last = s.t.Data.Last
	case c != nil && c.Established.Yes() && s.Now.Sub(s.t.Data.Last.Time) >= pause:
		f.Observation = Statement{fmt.Sprintf("the data connection is open, with %s so far, and quiet for the last %s of the capture: too early to say that it stands still", count(int(s.t.Data.Bytes), "byte"), Duration(s.Now.Sub(s.t.Data.Last.Time))), Certain}
		last = s.t.Data.Last
	case c != nil && c.Established.Yes():
		f.Severity = Note
		f.Headline = "The capture stopped while this transfer was going on"
		f.Observation = Statement{fmt.Sprintf("the data connection is open, with %s so far, when the capture ends", count(int(s.t.Data.Bytes), "byte")), Certain}
		last = s.t.Data.Last
	case n > 0:
		f.Observation = Statement{fmt.Sprintf("%s for the data connection, the first %s before the end of the capture: too early to say that none is answered", count(n, "SYN"), Duration(s.Now.Sub(first.Time))), Certain}
		last = latest
	default:
		f.Observation = Statement{fmt.Sprintf("no data connection yet, and the capture ends %s after the announcement or command", Duration(s.Now.Sub(s.waitsSince().Time))), Certain}
	}
	f.Cause = Statement{"the capture was ended, or the capturing program lost the last packets when it was stopped", Likely}
	if !s.capture.Complete {
		f.Cause = Statement{"the file is cut off or damaged", Likely}
	}
	f.Evidence = append(f.Evidence, Evidence{last, "the last that was seen of it"})
	f.Unknown = []string{"how it went on"}
	f.Next = "capture again until two minutes after the client has given up"
	f.Remedies = s.remedies(fixCaptureLonger)
	return &veto{finding: f, codes: slices.Concat(unseenPassive, unseenActive, noAnswer)}
}

// waitsSince is what somebody waits for an answer to, where no data connection
// was seen: the transfer command, else the announcement.
func (s *subject) waitsSince() ftp.Seen {
	if s.t.Command != nil {
		return s.t.Command.Seen
	}
	if s.t.Announcement != nil {
		return s.t.Announcement.Seen
	}
	return s.Last
}

// justThen is how much later something was.
func justThen(d time.Duration) string {
	if d < time.Millisecond {
		return "just then"
	}
	return Duration(d) + " later"
}
