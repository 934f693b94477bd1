package report

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// failure is how a session failed as a whole. Its transfers are judged apart.
type failure int

// The failures of sessions.
const (
	failureNone       failure = iota
	failureUnanswered         // the control connection could not be opened
	failureRefused
	failureProhibited
	failureTurnedAway // a 4xx or 5xx came in place of the greeting
	failureNoGreeting
	failureNotFTP  // what the server said is not FTP
	failureDenied  // the login was denied
	failureNoReply // the server left the last command without a reply
	failureKinds   // how many there are
)

// failureCounts counts sessions by how they failed.
type failureCounts [failureKinds]int64

func (n *failureCounts) add(s *session.Session) { n[failureOf(s)]++ }

// longWait is the time after which a greeting is overdue.
const longWait = 5 * time.Second

// failureOf says how a session failed.
func failureOf(s *session.Session) failure {
	switch s.State {
	case session.StateUnanswered:
		return failureUnanswered
	case session.StateRefused:
		return failureRefused
	case session.StateProhibited:
		return failureProhibited
	}
	if s.Login == session.LoginDenied {
		return failureDenied
	}
	if unansweredOf(s) != nil {
		return failureNoReply
	}
	if s.HasBanner || !fromTheStart(s) {
		return failureNone
	}
	said, valid := serverSaid(s)
	switch {
	case said && !valid:
		return failureNotFTP
	case turnedAway(s) >= 0:
		return failureTurnedAway
	case said:
		return failureNone
	case s.State == session.StateClosed, s.State == session.StateReset, span(s.First, s.Last) >= longWait:
		return failureNoGreeting
	}
	return failureNone
}

// fromTheStart reports whether all that the server said in clear text from its
// first word on is in the capture.
func fromTheStart(s *session.Session) bool {
	c := s.Control
	return c != nil && !c.Midstream && c.Established.Yes() && c.Half[ftp.Listener].Packets > 0 &&
		s.Security == session.SecurityNone && s.LostBytes == 0
}

// serverSaid reports whether the server said anything, and whether any of it
// has a valid reply code.
func serverSaid(s *session.Session) (said, valid bool) {
	for _, r := range s.Unsolicited {
		said, valid = true, valid || r.Code != 0
	}
	for _, c := range s.Commands {
		for _, r := range c.Replies {
			said, valid = true, valid || r.Code != 0
		}
	}
	return said, valid
}

// turnedAway is the index of the unsolicited reply by which the server turned
// the client away in place of a greeting, or -1.
func turnedAway(s *session.Session) int {
	for i, r := range s.Unsolicited {
		if r.Code >= 400 && !s.HasBanner {
			return i
		}
	}
	return -1
}

func (f failure) severity() Severity {
	switch f {
	case failureNone:
		return SeverityNone
	case failureUnanswered, failureRefused, failureProhibited, failureTurnedAway:
		return SeverityError
	}
	return SeverityWarning
}

// countText counts sessions that failed so.
func (f failure) countText(n int64) string {
	switch f {
	case failureUnanswered, failureRefused, failureProhibited:
		states := map[failure]session.State{
			failureUnanswered: session.StateUnanswered, failureRefused: session.StateRefused, failureProhibited: session.StateProhibited,
		}
		return countText(n, "control connection") + " " + string(states[f])
	case failureTurnedAway:
		return countText(n, "session") + " turned away"
	case failureNoGreeting:
		return countText(n, "session") + " without greeting"
	case failureNotFTP:
		return countText(n, "session") + " not FTP"
	case failureDenied:
		return countText(n, "login") + " denied"
	case failureNoReply:
		return countText(n, "session") + " left without a reply"
	}
	return ""
}
