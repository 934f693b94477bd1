package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// turnedDown is the answer that decided that the data connection could not be
// opened: a RST or an ICMP error, before anybody else had ended the attempt.
func (s *subject) turnedDown() (*ftp.Conn, ftp.Answer, bool) {
	c := s.conn()
	if c == nil {
		return nil, ftp.Answer{}, false
	}
	a, ok := c.Answered()
	if !ok {
		return nil, a, false
	}
	switch s.t.Outcome {
	case session.OutcomeRefused:
		ok = a.Kind == ftp.AnswerRST
	case session.OutcomeBlocked:
		ok = a.Kind == ftp.AnswerICMP
	case session.OutcomeRejected:
		r := s.word()
		ok = s.fate().failed() && a.Kind != ftp.AnswerSYNACK && r != nil && a.Time.Before(r.Seen.Time)
	default:
		ok = false
	}
	return c, a, ok
}

// answeredText says how the SYN of the data connection was answered, and what speaks for who did.
func (s *subject) answeredText(c *ftp.Conn, a ftp.Answer, who answerer) string {
	n, _, _ := s.tries()
	text := fmt.Sprintf("%s from %s to %s, answered by %s", count(n, "SYN"), c.Ends[ftp.Initiator], c.Ends[ftp.Listener], answerText(c, a))
	if len(who.because) > 0 {
		text += "; " + strings.Join(who.because, "; ")
	}
	return text
}

// word is the reply that speaks last of the data connection, or nil: that to the
// announcement where it says that the connection failed, as pyftpdlib's does.
func (s *subject) word() *session.Reply {
	if a := s.t.Announcement; a != nil && !s.accepted() && connectionFailed(a.Reply) {
		return a.Reply
	}
	return s.reply()
}

// wordEvidence is the evidence of the reply that ended the attempt, if one did.
func (s *subject) wordEvidence() []Evidence {
	if r := s.word(); r != nil {
		return []Evidence{replied(r)}
	}
	return nil
}

// gaveUp is how the attempt to connect ended when nobody had answered: what
// happened first on the control connection after a moment, as evidence and as a
// part of a sentence. The zero Evidence if nothing did.
func (s *subject) gaveUp(after ftp.Time) (first Evidence, words string) {
	earlier := func(seen ftp.Seen) bool {
		return seen.Yes() && seen.Time.After(after) && (!first.Yes() || sooner(seen, first.Seen))
	}
	var next *session.Command
	for i := range s.Commands {
		if c := &s.Commands[i]; (s.t.Command == nil || c.Seen != s.t.Command.Seen) && (s.conn() != nil || leaves(c.Verb)) && earlier(c.Seen) {
			first.Seen, next = c.Seen, c
		}
	}
	if next != nil {
		first.Text, words = "the client goes on with "+next.Verb, "the client went on with "+next.Verb
	}
	if r := s.reply(); r != nil && earlier(r.Seen) {
		first, words = Evidence{r.Seen, "the server replies " + said(r)}, "the server replied "+said(r)
	}
	switch e := s.parted(); {
	case !earlier(e.Seen):
	case e.rst:
		first, words = s.endEvidence(e), "a RST in the name of "+name(e.host)+" ended the control connection"
	default:
		first, words = s.endEvidence(e), name(e.host)+" closed the control connection"
	}
	return first, words
}

// leaves reports whether a client that sends a command does not want to connect any
// more. Before it connects it may send others, as TYPE or SIZE.
func leaves(verb string) bool {
	return ftp.Announces(verb) != ftp.ModeUnknown || ftp.IsTransfer(verb) || verb == "QUIT" || verb == "ABOR" || verb == "REIN"
}

// gaveUpEvidence is that of gaveUp, or none.
func (s *subject) gaveUpEvidence(after ftp.Time) []Evidence {
	if ev, _ := s.gaveUp(after); ev.Yes() {
		return []Evidence{ev}
	}
	return nil
}

// deaf reports whether a host did not answer on the control connection either
// after a moment, though the other sent something there that has to be answered: a
// bare acknowledgment has not.
func (s *subject) deaf(host ftp.Side, after ftp.Time) bool {
	if s.Control == nil {
		return false
	}
	other := &s.Control.Half[host.Other()]
	spoke, began := other.LastData, []ftp.Seen{other.FIN}
	if !spoke.Yes() || other.FIN.Yes() && other.FIN.Time.After(spoke.Time) {
		spoke = other.FIN
	}
	if host == server {
		began = append(began, s.t.Next)
	}
	for _, at := range began {
		if at.Yes() && at.Time.After(after) && at.Time.Before(spoke.Time) {
			spoke = at
		}
	}
	return spoke.Yes() && spoke.Time.After(after) && !s.Control.Half[host].LastPacket.Time.After(after) && s.Now.Sub(spoke.Time) > time.Second
}
