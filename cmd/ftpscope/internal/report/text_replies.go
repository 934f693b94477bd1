package report

import (
	"fmt"

	"github.com/ftpscope/ftpscope/session"
)

// replyLine writes a reply as the server put it, on one line.
func (r *renderer) replyLine(indent int, s *session.Session, about string, reply session.Reply) {
	code := fmt.Sprintf("%03d ", reply.Code)
	if reply.Code == 0 {
		code = ""
	}
	text := shorten(about+code+line(r.index(s).masker.reply(reply.Text)), 3*r.width)
	r.flow(indent, indent+2, piece{text, r.fair}, piece{r.frames(s.First.Capture, reply.Seen.Ref), r.faint})
}

// tellingReply is the reply that is worth showing below a transfer, with what
// it is about: the one that declined the announcement, else the final one
// unless it only says that all went well.
func (r *renderer) tellingReply(s *session.Session, t *session.Transfer) (reply session.Reply, about string, ok bool) {
	if t.Reply != nil {
		went := t.Outcome == session.OutcomeCompleted || t.Outcome == session.OutcomeUnused
		return *t.Reply, "", !went || t.Reply.Code/100 != 2
	}
	if a := t.Announcement; a != nil && (a.Accepted == nil || !*a.Accepted) {
		reply, ok := r.index(s).declined(a)
		return reply, a.Verb + ": ", ok
	}
	return session.Reply{}, "", false
}
