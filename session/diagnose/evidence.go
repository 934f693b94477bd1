package diagnose

import (
	"cmp"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// replied is the evidence of a reply.
func replied(r *session.Reply) Evidence {
	return Evidence{r.Seen, "the server replies " + said(r)}
}

// announces is the evidence of an announcement.
func announces(a *session.Announcement) Evidence {
	if !a.Endpoint.IsValid() {
		return Evidence{a.Seen, a.Verb + ", with no endpoint that can be read"}
	}
	return Evidence{a.Seen, a.Verb + " announces " + a.Endpoint.String()}
}

// announcementEvidence is the announcement and what the server said of it.
func (s *subject) announcementEvidence() []Evidence {
	a := s.t.Announcement
	out := []Evidence{announces(a)}
	if a.Reply != nil && a.Reply.Seen != a.Seen {
		out = append(out, replied(a.Reply))
	}
	return out
}

// handshakeEvidence is the announcement, SYNs and their answers, shortened, for
// all rules about handshakes.
func (s *subject) handshakeEvidence() []Evidence {
	var out []Evidence
	if s.t.Announcement != nil && s.t.Announcement.Endpoint.IsValid() {
		out = append(out, announces(s.t.Announcement))
	}
	if s.t.Data == nil {
		return out
	}
	for _, c := range s.t.Data.Attempts {
		out = append(out, connEvidence(c)...)
	}
	return shortened(out)
}

// dataEvidence is the handshake of the data connection.
func (s *subject) dataEvidence() []Evidence {
	if c := s.conn(); c != nil {
		return shortened(connEvidence(c))
	}
	return nil
}

// connEvidence lists the SYNs of a connection and what answered them.
func connEvidence(c *ftp.Conn) []Evidence {
	var out []Evidence
	if n := len(c.SYNs) + len(c.Answers); n > 0 {
		out = make([]Evidence, 0, n)
	}
	asked := "SYN " + arrow(c.Ends[ftp.Initiator], c.Ends[ftp.Listener])
	for i := range c.SYNs {
		out = append(out, Evidence{c.SYNs[i].Seen, asked})
	}
	for _, a := range c.Answers {
		out = append(out, Evidence{a.Seen, answerText(c, a)})
	}
	sortEvidence(out)
	return out
}

// sortEvidence puts evidence in order of capture and frame.
func sortEvidence(ev []Evidence) {
	slices.SortStableFunc(ev, func(a, b Evidence) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Capture, b.Capture), cmp.Compare(a.Frame, b.Frame))
	})
}

// shortened keeps the first and the last of long evidence.
func shortened(ev []Evidence) []Evidence {
	const head, tail = 5, 3
	if len(ev) <= head+tail {
		return ev
	}
	return slices.Concat(ev[:head], ev[len(ev)-tail:])
}
