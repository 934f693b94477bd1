package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// passiveRejected: somebody on the way to the server, or the packet filter of
// its host, turns the client down: by ICMP, or by a RST that another box sent.
func passiveRejected(s *subject) *Finding {
	c, a, ok := s.turnedDown()
	if !ok || !s.passive() {
		return nil
	}
	to := c.Ends[ftp.Listener]
	who := s.answered(c, a, server)
	if a.Kind == ftp.AnswerRST && (!who.box || passiveWrongBackend(s) != nil) {
		return nil
	}
	f := s.finding(PassiveRejected, Error)
	f.key += fmt.Sprintf(" %s %s %s %d/%d", to.Addr(), who.Where, a.From, a.Type, a.Code)
	switch {
	case a.Kind == ftp.AnswerRST:
		f.Headline = fmt.Sprintf("Another box than the server refused the data connection to port %d", to.Port())
	case a.From == to.Addr():
		f.Headline = fmt.Sprintf("The server's address turned down the data connection to port %d", to.Port())
	default:
		f.Headline = fmt.Sprintf("%s turned down the data connection to %s", a.From, s.aim(to))
	}
	f.Observation = Statement{s.answeredText(c, a, who), Certain}
	f.Location = who.Place
	f.Cause = whyRejected(a, c.Ends[ftp.Initiator].Addr(), to)
	if !s.toServer(to) {
		f.Cause = Statement{fmt.Sprintf("%s is not the address that the client reaches the server at, which is %s", to.Addr(), s.Server.Addr()), Likely}
	}
	f.Evidence = append(s.handshakeEvidence(), s.gaveUpEvidence(a.Time)...)
	f.Unknown = who.unknown
	f.Next = s.retryElsewhere(to)
	f.Remedies = s.remedies(s.fixesForPorts(to)...)
	f.Filter = s.dataFilter()
	return f
}
