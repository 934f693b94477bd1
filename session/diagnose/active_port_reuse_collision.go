package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// activePortReuse: the server calls from and to ports between which there was a
// connection moments ago, and somebody still holds that one.
func activePortReuse(s *subject) *Finding {
	if !s.active() || s.fate() == fateOpened || !s.overdue() {
		return nil
	}
	c := s.conn()
	inUse := serverMet(s.word()) == errnoInUse
	challenged := c != nil && c.Challenge.Yes() && !c.Established.Yes()
	earlier := s.sameEndsBefore()
	if !inUse && !challenged && (earlier == nil || len(c.Answers) > 0) {
		return nil
	}
	f := s.finding(ActivePortReuse, Error)
	switch {
	case challenged:
		f.key += " challenged"
		f.Headline = fmt.Sprintf("The client's port %d still holds an earlier connection from the same server port", s.target().Port())
		f.Observation = Statement{fmt.Sprintf("SYN %s is answered by an ACK that does not acknowledge it", arrow(c.Ends[ftp.Initiator], c.Ends[ftp.Listener])), Certain}
		f.Location = Place{Statement{"at the client, in whose name the ACK comes", Likely}, AtClient}
		f.Cause = Statement{"the client announced again a port whose last connection from the same server port is not over for it", Likely}
		f.Evidence = append(s.handshakeEvidence(), Evidence{c.Challenge, "ACK from " + c.Ends[ftp.Listener].String() + " of an earlier connection"})
	case inUse:
		f.key += " in use"
		f.Headline = "The server could not connect: the port pair is still in use there"
		f.Observation = Statement{fmt.Sprintf("the server replies %s", said(s.word())), Certain}
		f.Location = Place{Statement{"at the server, which says so itself", Certain}, AtServer}
		f.Cause = Statement{"an earlier connection between the same two ports is not over for the server, or another program has its port", Likely}
		f.Evidence = s.handshakeEvidence()
	default:
		f.Headline = fmt.Sprintf("The server repeated a port pair that was used %s before, and got no answer", Duration(c.First.Time.Sub(earlier.end)))
		f.Observation = Statement{fmt.Sprintf("SYN %s was not answered; a connection between the same two ports ended %s before", arrow(c.Ends[ftp.Initiator], c.Ends[ftp.Listener]), Duration(c.First.Time.Sub(earlier.end))), Certain}
		f.Location = s.past(c.Ends[ftp.Listener])
		f.Cause = Statement{"a firewall on the way, or the client, still holds the earlier connection and ignores the new SYN", Likely}
		f.Evidence = s.handshakeEvidence()
		f.Unknown = []string{"whether it is the port pair, or whether a connection from another port would get no answer either"}
	}
	if earlier != nil {
		f.Evidence = append(f.Evidence, Evidence{earlier.seen, "the earlier connection " + arrow(earlier.ends[0], earlier.ends[1])})
	}
	f.Evidence = append(f.Evidence, s.wordEvidence()...)
	f.Next = "repeat the transfer after five minutes, or in passive mode"
	f.Remedies = s.remedies(fixNewPort, fixUsePassive)
	f.Filter = s.dataFilter()
	return f
}

// sameEndsBefore is the latest attempt between the same two endpoints that was
// opened and ended shortly before this one, or nil.
func (s *subject) sameEndsBefore() *attempt {
	c := s.conn()
	if c == nil {
		return nil
	}
	var found *attempt
	attempts := s.memory.about(c.Ends[ftp.Listener])
	for i := range attempts {
		a := &attempts[i]
		if a.ends != c.Ends || a.fate != fateOpened || a.session == s.ID && a.transfer == s.t.ID {
			continue
		}
		if ago := c.First.Time.Sub(a.end); ago < 0 || ago > lingering || found != nil && a.end.Before(found.end) {
			continue
		}
		found = a
	}
	return found
}
