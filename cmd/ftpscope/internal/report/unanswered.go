package report

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// unanswered is a command that the server left without a reply for long.
type unanswered struct {
	command *session.Command
	waited  time.Duration // until a side closed the control connection, or the capture ended
}

// unansweredOf is the last command of a session if nothing of the server came after
// it; nil if something did, or if the command belongs to a transfer, where it is told.
func unansweredOf(s *session.Session) *unanswered {
	if u := lastUnanswered(s); u != nil && !ofTransfer(s, u.command) {
		return u
	}
	return nil
}

// lastUnanswered is the same, whatever the command belongs to. QUIT and ABOR are not
// waited for by all.
func lastUnanswered(s *session.Session) *unanswered {
	n := len(s.Commands)
	if n == 0 || s.Encrypted || s.LostBytes > 0 || s.Control == nil {
		return nil
	}
	c, said := &s.Commands[n-1], &s.Control.Half[ftp.Listener]
	switch {
	case len(c.Replies) > 0, c.Cut, c.Verb == "QUIT", c.Verb == "ABOR",
		said.Packets == 0, said.Missing > 0, said.Progress.Time.After(c.Seen.Time):
		return nil
	}
	until := s.Now
	for side := range s.Control.Half {
		h := &s.Control.Half[side]
		for _, end := range []ftp.Seen{h.FIN, h.RST} {
			if end.Yes() && end.Time.Before(until) {
				until = end.Time
			}
		}
	}
	if waited := until.Sub(c.Seen.Time); waited >= longWait {
		return &unanswered{c, waited}
	}
	return nil
}

// ofTransfer reports whether a command is the announcement or the transfer command of
// a transfer.
func ofTransfer(s *session.Session, c *session.Command) bool {
	n := len(s.Transfers)
	if n == 0 {
		return false
	}
	t := s.Transfers[n-1]
	return t.Command != nil && t.Command.Seen.Ref == c.Seen.Ref || t.Announcement != nil && t.Announcement.Asked.Ref == c.Seen.Ref
}

// unansweredFacts are the command that got no reply, and whether it arrived.
func (r *renderer) unansweredFacts(s *session.Session) []fact {
	if u := unansweredOf(s); u != nil {
		return []fact{u.fact(s)}
	}
	return nil
}

// fact says that the command got no reply, and whether it arrived.
func (u *unanswered) fact(s *session.Session) fact {
	text := fmt.Sprintf("no reply to %s in %s", Escape(u.command.Verb), durationText(u.waited))
	h := &s.Control.Half[ftp.Initiator]
	switch st := &h.Stuck; {
	case st.First.Yes() && st.Repeats > 0:
		text += fmt.Sprintf("; it was sent %s and never acknowledged: it is lost between here and the server, or what answers it is", countText(int64(st.Repeats+1), "time"))
	case h.Bytes > 0 && h.Acked >= h.Bytes:
		text += "; the server's host acknowledged it"
	}
	return fact{text, []ftp.Ref{u.command.Seen.Ref}}
}
