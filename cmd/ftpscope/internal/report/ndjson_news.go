package report

import (
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// newsLine is what happened in a session that is not over, as far as is known at
// the moment. What holds is in its session line. The ids of the findings hold only
// within the line.
type newsLine struct {
	Type     string     `json:"type" jsonschema:"enum=opened,enum=failure,enum=transfer,enum=closed,enum=limit"`
	Time     *Time      `json:"time"`
	Session  string     `json:"session"`
	Capture  int        `json:"capture"`
	Control  Control    `json:"control"`
	Transfer *Transfer  `json:"transfer"`
	Findings []*Finding `json:"findings"`
	Limit    string     `json:"limit,omitempty"`
}

// newsTypes are the types of the lines for the kinds of news.
var newsTypes = map[session.NewsKind]string{
	session.NewsOpened: "opened", session.NewsFailing: "failure", session.NewsEnded: "transfer", session.NewsClosed: "closed", session.NewsLimit: "limit",
}

// News writes what happened in a session that is not over.
func (s *Stream) News(n *session.News, said diagnose.Explanation) {
	one := n.Session
	at := one.Now
	if n.Kind == session.NewsOpened {
		at = one.First.Time
	}
	line := newsLine{
		Type: newsTypes[n.Kind], Time: moment(at), Session: one.ID, Capture: one.First.Capture,
		Control: control(one), Findings: s.builder.Findings(one, said.Findings),
	}
	if k := len(one.Notices); n.Kind == session.NewsLimit && k > 0 {
		line.Limit = UTF8(one.Notices[k-1].Message)
	}
	if n.Transfer != nil {
		line.Transfer = transfer(n.Transfer, s.builder.masker(one), one.First.Capture)
		for _, f := range said.Findings {
			line.Transfer.Findings = append(line.Transfer.Findings, f.ID)
		}
	}
	s.line(line)
}
