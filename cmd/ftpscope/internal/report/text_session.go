package report

import (
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// sessions writes all sessions, like ones together.
func (r *renderer) sessions() {
	for _, g := range r.grouped() {
		r.blank()
		r.session(g.first)
		r.alike(g)
	}
}

// session writes one session: header, transfers, and what went wrong.
func (r *renderer) session(s *session.Session) {
	r.header(s)
	failed := failureOf(s)
	if failed == failureDenied {
		r.deniedLogin(s)
	}
	r.controlFacts(s)
	switch {
	case controlFailed(s.State):
		r.facts(indentFact, s.First.Capture, r.attempts([]*ftp.Conn{s.Control}, s.Client, s.Server))
	case len(s.Transfers) > 0:
		r.blank()
		r.table(s)
	case failed == failureNotFTP:
		r.notFTP(s)
		return
	case failed == failureTurnedAway:
	default:
		r.noTransfers(s)
	}
	r.facts(indentFact, s.First.Capture, r.unansweredFacts(s))
	r.unasked(s)
	r.sessionFindings(s)
	r.needs(s)
}

// notFTP writes what the server said that is no reply.
func (r *renderer) notFTP(s *session.Session) {
	replies := s.Unsolicited
	for _, c := range s.Commands {
		replies = append(slices.Clip(replies), c.Replies...)
	}
	r.replyLine(indentFact, s, "not FTP: the server said ", replies[0])
}

// maxUnasked is how many replies that answer nothing are shown of a session.
const maxUnasked = 3

// unasked writes what the server said without being asked: a refusal instead of
// a greeting, or why it ended the session.
func (r *renderer) unasked(s *session.Session) {
	for i, reply := range s.Unsolicited {
		if i == maxUnasked {
			r.flow(indentFact, indentFact+2, piece{"and " + numberText(len(s.Unsolicited)-i) + " more that answer no command", r.faint})
			return
		}
		about := "unasked: "
		if i == turnedAway(s) {
			about = "in place of a greeting: "
		}
		r.replyLine(indentFact, s, about, reply)
	}
}

// header writes who talked to whom, as whom, when and how.
func (r *renderer) header(s *session.Session) {
	id := s.ID + strings.Repeat(" ", max(indentFact-len(s.ID), 2))
	pieces := []piece{{id + pair(s.Client, s.Server), func(text string) string {
		rest, ok := strings.CutPrefix(text, id)
		if !ok {
			id = ""
		}
		return r.faint(id) + r.strong(rest)
	}}}
	if s.HasBanner {
		pieces = append(pieces, piece{shorten(bannerText(s.Banner), maxBanner), r.plain})
	}
	pieces = append(pieces, r.userPiece(s), piece{durationText(span(s.First, s.Last)), r.plain}, r.securityPiece(s), r.statePiece(s))
	if !s.First.Time.IsZero() {
		pieces = append(pieces, piece{"at " + r.clock(s.First.Time), r.faint})
	}
	r.flow(0, indentFact, pieces...)
}

// maxBanner is how much of a greeting the header shows.
const maxBanner = 36

// bannerText is the first line of a greeting without the parentheses and
// ornaments that servers put around their name.
func bannerText(banner string) string {
	text, _, _ := strings.Cut(strings.TrimSpace(banner), "\n")
	text = strings.Trim(text, " \t\r-*=#")
	if inner, ok := strings.CutPrefix(text, "("); ok && strings.IndexByte(inner, ')') == len(inner)-1 {
		text = inner[:len(inner)-1]
	}
	return Escape(text)
}

func (r *renderer) userPiece(s *session.Session) piece {
	switch {
	case s.HasUser && s.Login == session.LoginDenied:
		return piece{"user " + shorten(Escape(s.User), maxBanner) + " denied", r.bad}
	case s.HasUser:
		return piece{"user " + shorten(Escape(s.User), maxBanner), r.plain}
	case s.Login == session.LoginDenied:
		return piece{"login denied", r.bad}
	}
	return piece{"", r.plain}
}

func (r *renderer) securityPiece(s *session.Session) piece {
	switch {
	case controlFailed(s.State):
		return piece{"", r.plain}
	case s.Security == session.SecurityExplicitTLS:
		return piece{"TLS (AUTH)", r.good}
	case s.Security == session.SecurityImplicitTLS:
		return piece{"TLS (implicit)", r.good}
	case s.Security == session.SecurityGSSAPI:
		return piece{"GSSAPI", r.good}
	}
	return piece{"clear text", r.faint}
}

func (r *renderer) statePiece(s *session.Session) piece {
	switch s.State {
	case session.StateUnanswered, session.StateRefused, session.StateProhibited:
		return piece{string(s.State), r.bad}
	case session.StateReset:
		return piece{"reset" + resetBy(s), r.fair}
	case session.StateMidstream:
		return piece{"beginning and end not captured", r.fair}
	case session.StateOpen:
		return piece{"no end seen", r.faint}
	}
	if s.Control != nil && s.Control.Midstream {
		return piece{"beginning not captured", r.fair}
	}
	return piece{"", r.plain}
}

// resetBy says who sent the RST that ended the control connection.
func resetBy(s *session.Session) string {
	switch {
	case s.Control == nil:
		return ""
	case s.Control.Half[ftp.Initiator].RST.Yes() && !s.Control.Half[ftp.Listener].RST.Yes():
		return " by client"
	case s.Control.Half[ftp.Listener].RST.Yes() && !s.Control.Half[ftp.Initiator].RST.Yes():
		return " by server"
	}
	return ""
}

// noTransfers says how far a session came that moved nothing.
func (r *renderer) noTransfers(s *session.Session) {
	if s.Login == session.LoginDenied {
		return // that says it
	}
	text := "no transfers"
	switch {
	case failureOf(s) == failureNoGreeting:
		text = "no greeting in " + durationText(span(s.First, s.Last))
	case r.Filter.OnlyFailed:
		text = "no transfers of this kind"
	}
	switch n := len(s.Commands); {
	case n > 0:
		last := s.Commands[n-1]
		text += "; " + countText(int64(n), "command")
		if last.Verb != "" {
			text += ", the last " + Escape(last.Verb)
		}
		if len(last.Replies) == 0 && unansweredOf(s) == nil {
			text += ", not answered"
		}
	case s.Security == session.SecurityImplicitTLS:
		text += "; the whole dialogue is encrypted"
	default:
		text += ", no commands"
	}
	r.flow(indentFact, indentFact+2, piece{text, r.plain})
}

// deniedLogin writes the reply that denied the login.
func (r *renderer) deniedLogin(s *session.Session) {
	for i := len(s.Commands) - 1; i >= 0; i-- {
		c := s.Commands[i]
		if c.Verb != "PASS" && c.Verb != "USER" && c.Verb != "ACCT" {
			continue
		}
		for _, reply := range c.Replies {
			if reply.Code >= 400 {
				r.replyLine(indentFact, s, c.Verb+": ", reply)
				return
			}
		}
	}
}

// controlFacts writes what the capture lacks of the dialogue.
func (r *renderer) controlFacts(s *session.Session) {
	if s.LostBytes > 0 {
		r.flow(indentFact, indentFact+2, piece{bytesText(s.LostBytes) + " of the control connection are not in the capture", r.fair})
	}
	r.flow(indentFact, indentFact+2, piece{r.snapFact(s), r.fair})
	for _, n := range s.Notices {
		r.flow(indentFact, indentFact+2, piece{Escape(n.Code) + ": " + Escape(n.Message), r.fair})
	}
}
