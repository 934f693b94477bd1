package session_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// want ends the capture and compares all that came out.
func (h *harness) want(text string) {
	h.t.Helper()
	h.finish()
	var want []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	asks := func(prefix string) bool {
		return slices.ContainsFunc(want, func(line string) bool { return strings.HasPrefix(line, prefix) })
	}
	got := h.text(asks(">"), asks("banner"))
	if !slices.Equal(got, want) {
		h.t.Errorf("want\n\t%s\ngot\n\t%s", strings.Join(want, "\n\t"), strings.Join(got, "\n\t"))
	}
	h.check()
}

// text is all that came out, sessions in the order of their numbers. The line of
// a session is there only if it says something or its dialogue follows.
func (h *harness) text(dialogue, banner bool) []string {
	var lines []string
	sessions := slices.Clone(h.got)
	slices.SortStableFunc(sessions, func(a, b *session.Session) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range sessions {
		head := sessionText(s)
		if dialogue || head != s.ID || len(s.Transfers) == 0 {
			lines = append(lines, head)
		}
		if banner {
			lines = append(lines, fmt.Sprintf("banner %q", s.Banner))
		}
		if dialogue {
			lines = append(lines, dialogueText(s)...)
		}
		for _, t := range s.Transfers {
			lines = append(lines, transferText(t))
		}
		for _, r := range s.Unsolicited {
			lines = append(lines, fmt.Sprintf("%s unsolicited %d", s.ID, r.Code))
		}
		for _, n := range s.Notices {
			lines = append(lines, fmt.Sprintf("%s notice %s", s.ID, n.Code))
		}
	}
	for _, n := range h.tr.Notices() {
		lines = append(lines, "notice "+n.Code)
	}
	return lines
}

func sessionText(s *session.Session) string {
	words := []string{s.ID}
	if s.State != session.StateClosed {
		words = append(words, string(s.State))
	}
	if s.HasUser {
		words = append(words, "user="+s.User)
	}
	if s.Login != session.LoginNone {
		words = append(words, string(s.Login))
	}
	if s.Security != session.SecurityNone {
		words = append(words, string(s.Security))
	}
	if s.LostBytes > 0 {
		words = append(words, "lossy")
	}
	return strings.Join(words, " ")
}

// dialogueText is each command with the codes that answered it, "-" for none.
func dialogueText(s *session.Session) []string {
	var lines []string
	for _, c := range s.Commands {
		line := strings.TrimSpace("> " + c.Verb + " " + c.Argument)
		for _, r := range c.Replies {
			line += fmt.Sprintf(" %d", r.Code)
		}
		if len(c.Replies) == 0 {
			line += " -"
		}
		lines = append(lines, line)
	}
	return lines
}

// transferText is one line: id, mode, announcement, command, outcome and reply,
// data connection, and what is unusual.
func transferText(t *session.Transfer) string {
	words := []string{t.ID, t.Mode.String()}
	switch a := t.Announcement; {
	case a == nil:
		words = append(words, "unannounced")
	default:
		endpoint := "?"
		if a.Endpoint.IsValid() {
			endpoint = a.Endpoint.String()
		}
		words = append(words, a.Verb, endpoint)
		if a.Accepted == nil {
			words = append(words, "unanswered")
		} else if !*a.Accepted {
			words = append(words, "declined")
		}
	}
	if c := t.Command; c == nil {
		words = append(words, "no-command")
	} else {
		words = append(words, strings.TrimSpace(c.Verb+" "+c.Argument))
	}
	words = append(words, string(t.Outcome))
	if t.Reply != nil {
		words = append(words, fmt.Sprint(t.Reply.Code))
	}
	if d := t.Data; d == nil {
		words = append(words, "no-data")
	} else {
		direction := t.Direction.String()
		if direction == "" {
			direction = "bytes"
		}
		words = append(words, fmt.Sprintf("%s=%d", direction, d.Bytes), fmt.Sprintf("%s→%s", d.Initiator, d.Destination))
		if d.State != session.StateClosed {
			words = append(words, string(d.State))
		}
		if d.TLS {
			words = append(words, "tls")
		}
		if d.MissingBytes > 0 {
			words = append(words, fmt.Sprintf("missing=%d", d.MissingBytes))
		}
		if d.Retransmissions > 0 {
			words = append(words, fmt.Sprintf("retransmissions=%d", d.Retransmissions))
		}
		if len(d.Attempts) > 1 {
			words = append(words, fmt.Sprintf("attempts=%d", len(d.Attempts)))
		}
	}
	if t.Correlation == session.CorrelationInferred {
		words = append(words, "inferred")
	}
	if t.HasPath {
		words = append(words, "path="+t.Path)
	}
	if t.Type != 0 {
		words = append(words, fmt.Sprintf("type=%c", t.Type))
	}
	if t.Offset != 0 {
		words = append(words, fmt.Sprintf("offset=%d", t.Offset))
	}
	if t.Aborted {
		words = append(words, "ABOR")
	}
	return strings.Join(words, " ")
}

// check holds what is true of every story.
func (h *harness) check() {
	h.t.Helper()
	said, limited, ids := 0, len(h.tr.Notices()) > 0, map[string]bool{}
	for _, s := range h.got {
		answers := slices.Clone(s.Unsolicited)
		for _, c := range s.Commands {
			answers = append(answers, c.Replies...)
		}
		for _, r := range answers {
			if r.Code != 120 {
				said++
			}
		}
		if s.HasBanner {
			said++
		}
		limited = limited || len(s.Notices) > 0
		if ids[s.ID] {
			h.t.Errorf("%s was emitted twice", s.ID)
		}
		ids[s.ID] = true
		used := map[*ftp.Conn]*session.Transfer{}
		for i, t := range s.Transfers {
			if want := fmt.Sprintf("%s.t%d", s.ID, i+1); t.ID != want {
				h.t.Errorf("transfer %s is at the place of %s", t.ID, want)
			}
			if t.Outcome == "" || t.Correlation == "" {
				h.t.Errorf("%s: outcome %q, correlation %q", t.ID, t.Outcome, t.Correlation)
			}
			if t.Command != nil && t.Direction != ftp.TransferDirection(t.Command.Verb) {
				h.t.Errorf("%s: direction %q of %s", t.ID, t.Direction, t.Command.Verb)
			}
			if t.Command == nil && (t.Reply != nil || t.HasPath || t.Direction != ftp.DirectionNone) {
				h.t.Errorf("%s has no command, but reply %v, path %q, direction %q", t.ID, t.Reply, t.Path, t.Direction)
			}
			if t.Announcement != nil && t.Mode != ftp.Announces(t.Announcement.Verb) {
				h.t.Errorf("%s: mode %s of %s", t.ID, t.Mode, t.Announcement.Verb)
			}
			if r := t.Reply; r != nil && !slices.Contains(answers, *r) {
				h.t.Errorf("%s: reply %v is none of the session's", t.ID, *r)
			}
			if d := t.Data; d != nil {
				if !slices.Contains(d.Attempts, d.Conn) {
					h.t.Errorf("%s: its connection is none of its attempts", t.ID)
				}
				if other := used[d.Conn]; other != nil && !(share(other, t) && d.Bytes == 0) {
					h.t.Errorf("%s and %s have the same data connection", other.ID, t.ID)
				}
				used[d.Conn] = t
				if d.Source != d.Conn.Ends[0] || d.Destination != d.Conn.Ends[1] || d.First != d.Conn.First || d.Last != d.Conn.Last {
					h.t.Errorf("%s: data %+v is not its connection", t.ID, *d)
				}
			}
		}
	}
	if said != h.replies && !limited && h.replies >= 0 {
		h.t.Errorf("the server said %d replies, the sessions have %d", h.replies, said)
	}
}

// share reports whether two transfers have the same announcement.
func share(a, b *session.Transfer) bool {
	return a.Announcement != nil && b.Announcement != nil && a.Announcement.Seen == b.Announcement.Seen
}
