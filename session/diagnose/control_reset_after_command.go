package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The time within which the end of a control connection follows what caused it,
// at least; and the silence after which a box may have forgotten it.
const (
	cutWithin = 200 * time.Millisecond
	forgotten = time.Minute
)

// controlReset: the control connection is cut in the moment in which a certain
// command, or the reply to it, passes.
func controlReset(s *subject) *Finding {
	c := s.Control
	if c == nil || !c.Established.Yes() && !c.Midstream || s.LostBytes > 0 {
		return nil
	}
	end := s.parted()
	last := s.lastCommand()
	if !end.Yes() || last == nil || s.transferOf(last) != s.t {
		return nil
	}
	box := end.rst && s.otherDistance(&s.Control.Half[end.host])
	x := last.Seen
	if n := len(last.Replies); n > 0 && box {
		x = last.Replies[n-1].Seen // it may be the reply that somebody disliked
	}
	window := max(cutWithin, 2*s.roundTrip())
	passed := end.Time.Sub(x.Time)
	switch {
	case passed < 0 || passed > window || last.Verb == "", last.Verb == "QUIT":
		return nil
	case box:
	case end.host == client || len(last.Replies) > 0 || s.Secured.Yes() || s.saidGoodbye():
		return nil
	}
	f := s.finding(ControlReset, Error)
	f.key = last.Verb
	what := last.Verb
	f.Evidence = append([]Evidence{{last.Seen, last.Verb}}, s.partedEvidence()...)
	f.Unknown = []string{fmt.Sprintf("whether %s reached the server", last.Verb)}
	if x != last.Seen {
		what = "the answer to " + last.Verb
		f.Evidence = append(f.Evidence, Evidence{x, what})
		f.Unknown = []string{fmt.Sprintf("whether %s reached the client", what)}
	}
	f.Headline = fmt.Sprintf("The control connection was cut as soon as %s was sent", what)
	f.Observation = Statement{fmt.Sprintf("%s, %s after %s", s.how(end), Duration(passed), what), Certain}
	f.Location = s.beyond(end.host)
	odd := s.odd(last)
	if odd != "" {
		f.Observation.Text += ", " + odd
	}
	switch {
	case box:
		w := c.Half[end.host].Wire
		f.Observation.Text += fmt.Sprintf("; the RST has TTL %d, other packets of %s %s", w.RSTTTL, name(end.host), ttls(w.TTLMin, w.TTLMax))
		f.Location = s.intruder(end.host)
		f.Cause = Statement{fmt.Sprintf("a firewall that reads FTP cuts the connection at %s", last.Verb), Likely}
		if !s.inspected(last) {
			f.Cause = Statement{"a box on the way resets the connection; whether the command is the reason is not known", Possible}
		}
	default:
		f.Cause = Statement{fmt.Sprintf("the server ended the session itself, or a firewall that reads FTP did at %s", last.Verb), Possible}
		f.Unknown = append(f.Unknown, fmt.Sprintf("who ended it: %s, or something on the way that looks like it", name(end.host)))
	}
	if idle := x.Time.Sub(s.latestBefore(last.Seen).Time); idle >= forgotten {
		f.Cause = Statement{fmt.Sprintf("the connection had been silent for %s: a box on the way had forgotten it", Duration(idle)), Likely}
		f.Remedies = s.remedies(fixKeepAlive, fixIdle)
	} else {
		f.Remedies = s.remedies(fixStrict, fixSegments, fixHelperOff)
	}
	f.Next = s.captureAtOther(end.host)
	f.Filter = s.controlFilter()
	return f
}

// lastCommand is the last command of the session, or nil.
func (s *subject) lastCommand() *session.Command {
	if len(s.Commands) == 0 {
		return nil
	}
	return &s.Commands[len(s.Commands)-1]
}

// transferOf is the transfer that a command announces or starts, or nil.
func (s *subject) transferOf(c *session.Command) *session.Transfer {
	for _, t := range s.Transfers {
		if a := t.Announcement; a != nil && a.Asked == c.Seen && a.Asked.Yes() || t.Command != nil && t.Command.Seen == c.Seen && t.Command.Verb == c.Verb {
			return t
		}
	}
	return nil
}

// saidGoodbye reports whether the server itself said that it ends the session:
// by 221 or 421, or by the 500 that a server which fails says last (vsftpd).
func (s *subject) saidGoodbye() bool {
	r := s.lastReply()
	return r != nil && (r.Code == 221 || r.Code == 421 || r.Code == 500 && strings.Contains(r.Text, "OOPS"))
}

// inspected reports whether a command is one that firewalls with inspection of
// FTP judge.
func (s *subject) inspected(c *session.Command) bool {
	switch c.Verb {
	case "PORT", "EPRT", "LPRT", "PASV", "EPSV", "LPSV", "AUTH", "SITE":
		return true
	}
	_, known := ftp.LookupVerb([]byte(c.Verb))
	return !known || ftp.IsTransfer(c.Verb) || s.odd(c) != ""
}

// odd says what is unusual about how a command was sent; empty if nothing is.
func (s *subject) odd(c *session.Command) string {
	const long = 512
	switch length := len(c.Verb) + 1 + len(c.Argument) + 2; {
	case length > long:
		return fmt.Sprintf("a line of %d bytes", length)
	case c.Cast.Pieces > 1:
		return fmt.Sprintf("which came in %d segments", c.Cast.Pieces)
	case c.Cast.Within:
		return "which came in one segment with the command before it"
	case c.Verb == "PORT" && strings.Count(c.Argument, ",") != 5:
		return "which does not have six numbers"
	case c.Verb == "PORT" || c.Verb == "EPRT":
		if at, err := (ftp.Command{Verb: c.Verb, Argument: []byte(c.Argument)}).Announcement(); err == nil && at.Endpoint.Port() < 1024 {
			return fmt.Sprintf("which names port %d", at.Endpoint.Port())
		}
	}
	return ""
}
