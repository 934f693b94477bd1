package diagnose

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// announcementMalformed: the line that announces where to connect cannot be read,
// or is not of the kind that was asked for, and nobody connected.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.1.2,
// https://www.rfc-editor.org/rfc/rfc1123#section-4.1.2.6 and
// https://www.rfc-editor.org/rfc/rfc2428
func announcementMalformed(s *subject) *Finding {
	if s.completed() || s.fate() != fateNone {
		return nil
	}
	why, line := s.garbled()
	if why == "" {
		return nil
	}
	a := s.t.Announcement
	f := s.finding(AnnouncementMalformed, Error)
	f.key = a.Verb + " " + why
	f.Observation = Statement{fmt.Sprintf("%s: %s", line, why), Certain}
	f.Evidence = []Evidence{{a.Seen, line}}
	f.Remedies = s.remedies(s.otherForm(), fixHelperOff)
	if announcer(s.t.Mode) == server {
		f.Headline = fmt.Sprintf("The server's answer to %s does not tell the client where to connect", a.Verb)
		f.Location = Place{Statement{"the server wrote it so, or something between the server and this capture point changed it", Likely}, s.beyond(server).Where}
		f.Cause = Statement{"an error of the server, or of a box on the way that rewrites its answers", Possible}
		f.Next = s.captureAtOther(server)
	} else {
		f.Headline = fmt.Sprintf("The client's %s does not tell the server where to connect", a.Verb)
		f.Location = Place{Statement{"the client wrote it so, or something between the client and this capture point changed it", Likely}, s.beyond(client).Where}
		f.Cause = Statement{"an error of the client, or of a box on the way that rewrites its commands", Possible}
		f.Next = s.captureAtOther(client)
	}
	if s.unused() && (s.active() || s.followed() != nil) {
		f.Severity = Warning // it may not have mattered
	}
	f.Unknown = []string{"whether the line left its sender like this"}
	f.Filter = s.controlFilter()
	return f
}

// announcer is the side that announces the endpoint in a mode.
func announcer(mode ftp.Mode) ftp.Side {
	if mode == ftp.ModeActive {
		return client
	}
	return server
}

// garbled is what is wrong with the announcement of the transfer, and the line
// that carries it; empty if nothing is, or not all of the line was captured.
func (s *subject) garbled() (why, line string) {
	if s.t == nil || s.t.Announcement == nil {
		return "", ""
	}
	a := s.t.Announcement
	if s.t.Mode == ftp.ModeActive {
		c := s.commandAt(a.Asked, a.Verb)
		if c == nil || c.Cut {
			return "", ""
		}
		told, err := ftp.Command{Verb: c.Verb, Argument: []byte(c.Argument)}.Announcement()
		switch to := told.Endpoint.Addr(); {
		case err != nil:
			why = wanted(err)
		case c.Verb == "EPRT" && to.Is4() != s.Client.Addr().Unmap().Is4():
			why = fmt.Sprintf("it names an address of another family than that of the control connection, %s", s.Client.Addr())
		default:
			return "", ""
		}
		return why, quoted(c.Verb + " " + c.Argument)
	}
	r := a.Reply
	if r == nil || a.Accepted == nil || !*a.Accepted || s.LostBytes > 0 && !strings.Contains(r.Text, ")") {
		return "", ""
	}
	told, err := ftp.Reply{Code: r.Code, Text: []byte(r.Text)}.Announcement()
	switch {
	case err != nil:
		return wanted(err), said(r)
	case told.Verb == "" && r.Code == 200:
		return fmt.Sprintf("it answers %s, but announces nothing", a.Verb), said(r)
	case told.Verb != "" && told.Verb != a.Verb:
		return fmt.Sprintf("it is the answer to %s, and the client had sent %s", told.Verb, a.Verb), said(r)
	}
	return "", ""
}

// wanted says what an announcement lacks.
func wanted(err error) string {
	e, ok := errors.AsType[*ftp.AnnouncementError](err)
	if !ok {
		return err.Error()
	}
	return "there should be " + e.Want
}
