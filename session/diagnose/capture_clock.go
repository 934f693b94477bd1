package diagnose

import "fmt"

// captureClock: the times of the capture went back, so that spans of time prove
// nothing.
func captureClock(s *subject) *veto {
	if !s.clockBroken() {
		return nil
	}
	f := s.defect(CaptureClock)
	s.tellBackwards(f)
	f.Headline = "The clock of the capture was set back while this session lasted"
	return &veto{
		finding: f, codes: []Code{FinalReplyDelayed, DataSilence, ZeroWindowStall, PassivePortRange, EpsvNotTracked, ALGNotAttached, TLSBlinds, ActiveSourcePort},
		doubts:  []Code{PassiveUnanswered, ActiveUnanswered, PassiveNoAttempt, ActiveNeverSeen, GreetingMissing, ControlLost, ControlReset, SYNProxy},
		doubt:   "the times of the capture do not tell: its clock was set back",
		unknown: "how long anything took: the clock of the capture was set back",
	}
}

// clockBroken reports whether spans of time in the session cannot be trusted:
// the clock of its capture went back before the session ended.
func (s *subject) clockBroken() bool {
	at := s.capture.Backwards
	return at.Yes() && at.Capture == s.Last.Capture && at.Frame <= s.Last.Frame
}

// tellBackwards says of a finding that the clock went back.
func (s *subject) tellBackwards(f *Finding) {
	at := s.capture.Backwards
	f.Observation = Statement{fmt.Sprintf("the time of frame %d is %s before that of an earlier frame", at.Frame, Duration(s.capture.Step)), Certain}
	f.Cause = Statement{"somebody set the clock, a virtual machine slept, or files were joined in the wrong order", Likely}
	f.Evidence = append(f.Evidence, Evidence{at, "time goes back"})
	f.Unknown = []string{"how long anything took that lasted across this frame"}
	f.Next = "capture again with a clock that is left alone; a file that is only out of order can be sorted with reordercap"
}

// endClock: the times of the capture go back, and no session says so.
func endClock(e *ending) *Finding {
	if !e.capture.Backwards.Yes() || e.said[told{code: CaptureClock}] {
		return nil
	}
	f := e.finding(CaptureClock, Note, "The clock of the capture was set back, or files were joined out of order")
	e.base.tellBackwards(f)
	return f
}
