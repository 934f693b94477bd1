package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// activeRejected: the server calls the client back, and somebody on the way, or
// the client's own packet filter, says no: by ICMP, or by a RST that another box
// sent.
func activeRejected(s *subject) *Finding {
	c, a, ok := s.turnedDown()
	if !ok || !s.active() {
		return nil
	}
	who := s.answered(c, a, client)
	if a.Kind == ftp.AnswerRST && !who.box {
		return nil // refused
	}
	to := c.Ends[ftp.Listener]
	f := s.finding(ActiveRejected, Error)
	f.key += fmt.Sprintf(" %s %s %s %d/%d", to.Addr(), who.Where, a.From, a.Type, a.Code)
	switch {
	case a.Kind == ftp.AnswerRST:
		f.Headline = fmt.Sprintf("Another box refused the server's data connection to the client's port %d", to.Port())
	case a.From == to.Addr():
		f.Headline = fmt.Sprintf("The client's host turned down the server's data connection to port %d", to.Port())
	default:
		f.Headline = fmt.Sprintf("%s turned down the server's connection to port %d", a.From, to.Port())
	}
	f.Observation = Statement{s.answeredText(c, a, who), Certain}
	f.Location = who.Place
	f.Cause = whyRejected(a, c.Ends[ftp.Initiator].Addr(), to)
	f.Evidence = append(s.handshakeEvidence(), s.wordEvidence()...)
	f.Unknown = who.unknown
	f.Next = s.captureAtOther(client)
	if a.Kind == ftp.AnswerICMP {
		f.Next = fmt.Sprintf("look at the rules and the log of %s", a.From)
	}
	f.Remedies = s.remedies(s.fixesForCalls(f.Location.Where)...)
	f.Filter = s.dataFilter()
	return f
}
