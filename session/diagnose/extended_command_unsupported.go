package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/session"
)

// extendedUnsupported: the server does not understand EPSV or EPRT, or has been
// told that nothing else comes, or understands nothing else for lack of IPv4.
//
// https://www.rfc-editor.org/rfc/rfc2428
func extendedUnsupported(s *subject) *Finding {
	if s.t == nil || s.t.Announcement == nil {
		return nil
	}
	a := s.t.Announcement
	if a.Accepted == nil || *a.Accepted || a.Reply == nil {
		return nil
	}
	f := s.finding(ExtendedUnsupported, Error)
	f.key = a.Verb
	f.Observation = Statement{fmt.Sprintf("%s was answered by %s", a.Verb, said(a.Reply)), Certain}
	f.Location = s.speaks()
	f.Evidence = []Evidence{{a.Asked, a.Verb}, {a.Reply.Seen, said(a.Reply)}}
	if !s.on(server) {
		f.Unknown = []string{"whether the server wrote the answer or a box on the way that does not know the command"}
	}
	f.Filter = s.controlFilter()
	extended := a.Verb != "PASV" && a.Verb != "PORT"
	switch all := s.promised(a); {
	case all != nil && a.Verb != "EPSV" && a.Reply.Code >= 500:
		f.Headline = fmt.Sprintf("The client sent %s after it had promised to use EPSV only", a.Verb)
		f.Location = Place{Statement{"the client breaks its promise", Likely}, AtClient}
		f.Cause = Statement{"after EPSV ALL a server must refuse all other commands that announce a data connection", Likely}
		f.Evidence = append(f.Evidence, Evidence{all.Seen, "EPSV ALL"})
		f.Unknown = nil
		f.Next = "repeat the transfer with EPSV, without EPSV ALL"
		f.Remedies = s.remedies(fixUseEPSV)
	case extended && unknownToServer(a.Reply):
		f.Headline = fmt.Sprintf("The server does not understand %s", a.Verb)
		f.Cause = Statement{fmt.Sprintf("the server is older than %s or has it switched off, or a box on the way answers in its place", a.Verb), Likely}
		f.Next = "ask the server what it knows: FEAT"
		f.Remedies = s.remedies(fixUsePASV)
		if s.active() {
			f.Remedies = s.remedies(fixUsePassive)
		}
		if a.Reply.Code == 522 || a.Reply.Code == 521 {
			f.Headline = fmt.Sprintf("The server does not support the address family that %s asks for", a.Verb)
			f.Cause = Statement{fmt.Sprintf("the server does not use the version of IP that %s names on this connection, as it says", a.Verb), Certain}
		}
		if six(s.Client.Addr()) {
			f.Cause.Text += "; over IPv6 there is no other command that works"
			f.Remedies = s.remedies(fixUseEPSV)
		}
	case six(s.Client.Addr()) && (a.Verb == "PASV" || a.Verb == "PORT"):
		f.Headline = fmt.Sprintf("%s cannot work over IPv6", a.Verb)
		f.Location = Place{Statement{"the client uses a command that only knows IPv4", Likely}, AtClient}
		f.Cause = Statement{fmt.Sprintf("%s has room for an IPv4 address only, and the control connection is IPv6: EPSV and EPRT are for that", a.Verb), Likely}
		f.Unknown = nil
		f.Next = "repeat the transfer with EPSV"
		f.Remedies = s.remedies(fixUseEPSV)
	default:
		return nil
	}
	if next := s.followed(); next != nil {
		f.Severity = Note
		f.Headline += "; the client went on with " + verbOf(next)
		f.Evidence = append(f.Evidence, Evidence{next.Announcement.Seen, next.Announcement.Verb + " was accepted"})
	}
	return f
}

// followed is the next transfer that an announcement was accepted for: the client
// fell back. nil if it did not.
func (s *subject) followed() *session.Transfer {
	for i, t := range s.Transfers {
		if t != s.t || i+1 == len(s.Transfers) {
			continue
		}
		for _, next := range s.Transfers[i+1:] {
			if n := next.Announcement; n != nil && n.Accepted != nil && *n.Accepted {
				return next
			}
		}
	}
	return nil
}

// promised is the EPSV ALL that was accepted before an announcement, or nil.
//
// https://www.rfc-editor.org/rfc/rfc2428#section-4
func (s *subject) promised(a *session.Announcement) *session.Command {
	for i := range s.Commands {
		c := &s.Commands[i]
		if c.Verb != "EPSV" || !strings.EqualFold(strings.TrimSpace(c.Argument), "ALL") || !sooner(c.Seen, a.Asked) {
			continue
		}
		for _, r := range c.Replies {
			if r.Code/100 == 2 {
				return c
			}
		}
	}
	return nil
}
