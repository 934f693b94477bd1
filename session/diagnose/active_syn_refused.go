package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// activeRefused: the server calls the client back, and a RST that may well be the
// client's own answers: nobody listens there, or a filter says so.
func activeRefused(s *subject) *Finding {
	c, a, ok := s.turnedDown()
	if !ok || !s.active() || a.Kind != ftp.AnswerRST {
		return nil
	}
	who := s.answered(c, a, client)
	to := c.Ends[ftp.Listener]
	f := s.finding(ActiveRefused, Error)
	f.key += fmt.Sprintf(" %s %s", to.Addr(), who.Where)
	f.Headline = fmt.Sprintf("The server's data connection to the client's port %d was refused", to.Port())
	if !s.toClient(to) {
		f.Headline = fmt.Sprintf("The data connection to %s was refused", to)
	}
	f.Observation = Statement{s.answeredText(c, a, who), Certain}
	f.Location = who.Place
	f.Cause = s.whyCallRefused(c)
	f.Evidence = append(s.handshakeEvidence(), s.wordEvidence()...)
	f.Unknown = who.unknown
	f.Next = s.captureAtOther(client)
	f.Remedies = s.remedies(s.fixesForCalls(f.Location.Where)...)
	f.Filter = s.dataFilter()
	return f
}

// whyCallRefused is why nobody listened where the server called.
func (s *subject) whyCallRefused(c *ftp.Conn) Statement {
	to := c.Ends[ftp.Listener]
	switch {
	case s.leftBefore(c.First):
		return Statement{"the client had closed the control connection by then, and its port with it", Likely}
	case s.substituted():
		return Statement{fmt.Sprintf("the server called %s, where it has the client, and not %s, which the client announced: a NAT there does not pass port %d on", to.Addr(), s.announced().Addr(), to.Port()), Likely}
	case !s.toClient(to):
		return Statement{fmt.Sprintf("the client does not listen at %s: the server has it at %s", to, s.Client.Addr()), Likely}
	}
	return Statement{fmt.Sprintf("the client's program does not listen on port %d any more, or a packet filter or NAT at the client answers so", to.Port()), Likely}
}
