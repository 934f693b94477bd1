package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// serviceClosing: the server itself ends the session by 421, or turns the client
// away in place of a greeting.
//
//	421 Service not available, closing control connection. This may be a reply
//	to any command if the service knows it must shut down.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.2.2
func serviceClosing(s *subject) *Finding {
	if s.t != nil {
		return s.closedDuring()
	}
	if r := s.turnedAway(); r != nil {
		return s.closedAtGreeting(r)
	}
	r := s.lastReply()
	if r == nil || r.Code != 421 || s.isTransfers(r) || s.closing(r) != nil || s.answersLater(r.Seen) {
		return nil
	}
	switch verb := s.answers(r); verb {
	case "QUIT", "ABOR":
		return nil
	case "USER", "PASS", "ACCT":
		return s.closedAtLogin(r, verb)
	}
	return s.closedIdle(r)
}

// turnedAway is the reply that the server gave in place of a greeting, or nil.
func (s *subject) turnedAway() *session.Reply {
	c := s.Control
	if c == nil || c.Midstream || s.HasBanner || len(s.Unsolicited) == 0 || c.TLS {
		return nil
	}
	r := &s.Unsolicited[0]
	if r.Code < 400 || c.Half[server].Missing > 0 {
		return nil
	}
	for _, cmd := range s.Commands {
		for _, other := range cmd.Replies {
			if other.Code < 400 {
				return nil // the session went on
			}
		}
	}
	return r
}

// answers is the verb of the command that a reply answers; empty if it answers
// none.
func (s *subject) answers(r *session.Reply) string {
	for _, c := range s.Commands {
		for _, own := range c.Replies {
			if own.Seen == r.Seen && own.Code == r.Code {
				return c.Verb
			}
		}
	}
	return ""
}

// answersLater reports whether the server answered commands that came later.
func (s *subject) answersLater(at ftp.Seen) bool {
	for _, c := range s.Commands {
		if sooner(at, c.Seen) && len(c.Replies) > 0 {
			return true
		}
	}
	return false
}

// closing is the transfer under way that a 421 ended without answering it, or
// nil.
func (s *subject) closing(r *session.Reply) *session.Transfer {
	var last *session.Transfer
	for _, t := range s.Transfers {
		if t.Start().Before(r.Seen.Time) {
			last = t
		}
	}
	if last == nil || last.Reply != nil || last.Next.Yes() && sooner(last.Next, r.Seen) {
		return nil
	}
	switch last.Outcome {
	case session.OutcomeCompleted, session.OutcomeUnused:
		return nil
	}
	return last
}

func (s *subject) closedAtGreeting(r *session.Reply) *Finding {
	f := s.finding(ServiceClosing, Error)
	f.key = "greeting"
	f.Headline = "The server turned the client away in place of a greeting"
	f.Observation = Statement{fmt.Sprintf("the first reply of the server is %s, no 220", said(r)), Certain}
	f.Location = saidByServer
	f.Cause = Statement{"the server takes no session of this client now: an access list, a limit, or a service that is shutting down", Possible}
	if speaksOfLimit(r.Text) {
		f.Cause = Statement{"a limit of the server is reached, as it says: on users, or on connections from one address", Certain}
	}
	f.Evidence = []Evidence{{r.Seen, said(r)}}
	f.Unknown = []string{"how many sessions the server had at that time"}
	f.Next = "look at the server's log of that moment and at its list of sessions"
	f.Remedies = s.remedies(fixLimits, fixFewer)
	f.Filter = s.controlFilter()
	return f
}

func (s *subject) closedAtLogin(r *session.Reply, verb string) *Finding {
	f := s.closedAtGreeting(r)
	f.key = "login"
	f.Headline = "The server ended the session during the login"
	f.Observation.Text = fmt.Sprintf("it answered %s by %s", verb, said(r))
	return f
}

// defaults are idle times after which servers close a session, as they are set
// unless somebody changes them.
var defaults = []struct {
	idle time.Duration
	name string
}{
	{300 * time.Second, "vsftpd (idle_session_timeout)"},
	{600 * time.Second, "ProFTPD (TimeoutIdle)"},
	{900 * time.Second, "Pure-FTPd (MaxIdleTime)"},
}

// closedIdle: nothing was under way.
func (s *subject) closedIdle(r *session.Reply) *Finding {
	latest := s.latestBefore(r.Seen)
	idle := r.Seen.Time.Sub(latest.Time)
	f := s.finding(ServiceClosing, Warning)
	f.Location = saidByServer
	f.Evidence = []Evidence{{r.Seen, said(r)}}
	f.Filter = s.controlFilter()
	if idle < patience {
		f.key = "stop"
		f.Headline = "The server ended the session with 421"
		f.Observation = Statement{fmt.Sprintf("the server said %s, %s after the last thing that happened", said(r), Duration(idle)), Certain}
		if verb := s.answers(r); verb != "" {
			f.Severity = Error
			f.Observation.Text = fmt.Sprintf("the server answered %s by %s", verb, said(r))
		}
		s.shutsDown(f)
		return f
	}
	f.key = "idle"
	f.Evidence = append(f.Evidence, Evidence{latest, "the last that happened before"})
	f.Headline = fmt.Sprintf("The server ended the session after %s in which nothing happened", Duration(idle))
	f.Observation = Statement{fmt.Sprintf("%s came %s after the last command, reply or data", said(r), Duration(idle)), Certain}
	f.Cause = Statement{"the server's idle time-out, which is about that long", Likely}
	for _, d := range defaults {
		if (idle - d.idle).Abs() <= d.idle/50 {
			f.Cause.Text = fmt.Sprintf("the server's idle time-out; %s is the default of %s", Duration(d.idle), d.name)
		}
	}
	f.Unknown = []string{"whether the client still wanted something: it sent nothing"}
	f.Next = "compare with the idle time in the server's configuration"
	f.Remedies = s.remedies(fixTimeouts)
	return f
}

// latestBefore is what last happened in the session before a packet.
func (s *subject) latestBefore(at ftp.Seen) ftp.Seen {
	last := s.First
	see := func(x ftp.Seen) {
		if x.Yes() && sooner(x, at) && x.Time.After(last.Time) {
			last = x
		}
	}
	see(s.Control.Established)
	see(s.Greeted)
	for _, c := range s.Commands {
		see(c.Seen)
	}
	for r := range s.replies() {
		see(r.Seen)
	}
	for _, t := range s.Transfers {
		if t.Data != nil {
			see(t.Data.Last)
		}
	}
	return last
}

// closedDuring: a 421 ended a transfer of which nothing else is known. It tells
// that the server waited, not for what.
func (s *subject) closedDuring() *Finding {
	r := s.reply()
	if r == nil {
		if last := s.lastReply(); last != nil && last.Code == 421 && !s.answersLater(last.Seen) && s.closing(last) == s.t {
			r = last
		}
	}
	if r == nil || r.Code != 421 {
		return nil
	}
	f := s.finding(ServiceClosing, Error)
	f.key = "transfer " + f.key
	f.Headline = "The server gave up the transfer with 421"
	f.Observation = Statement{fmt.Sprintf("the server said %s, %s after the transfer began", said(r), Duration(r.Seen.Time.Sub(s.t.Start()))), Certain}
	f.Location = saidByServer
	f.Cause = Statement{"the server waited in vain: its 421 is the consequence of a data connection that did not come up or did not get on", Possible}
	f.Evidence = []Evidence{{r.Seen, said(r)}}
	if a := s.t.Announcement; a != nil {
		f.Evidence = append(f.Evidence, announces(a))
	}
	f.Unknown = []string{"what the data connection met with: this capture does not show it"}
	f.Next = s.captureAtOther(s.listens())
	f.Remedies = s.remedies(fixTimeouts, fixCaptureAll)
	f.Filter = s.dataFilter()
	if s.opened() && s.t.Command != nil && r.Seen.Time.Sub(s.t.Command.Seen.Time) < patience {
		f.Observation.Text = fmt.Sprintf("the server said %s, %s after the %s command; the data connection was open", said(r), Duration(r.Seen.Time.Sub(s.t.Command.Seen.Time)), s.wanted())
		s.shutsDown(f)
	}
	return f
}

// shutsDown is why a server says 421 where it cannot have waited for anything.
func (s *subject) shutsDown(f *Finding) {
	f.Cause = Statement{"the server shuts down, or ends this session for a reason that its log tells", Possible}
	f.Unknown = []string{"why it ended the session"}
	f.Next = "look at the server's log of that moment"
	f.Remedies = s.remedies(fixLimits)
}
