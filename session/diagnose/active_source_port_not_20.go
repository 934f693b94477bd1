package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// activeSourcePort: the server calls from a port that filters which only look at
// port numbers do not expect: neither 20 nor the one below its control port.
//
// https://www.rfc-editor.org/rfc/rfc959#section-3.2
func activeSourcePort(s *subject) *Finding {
	c := s.conn()
	if !s.active() || c == nil || c.Midstream || s.t.Data.Initiator != session.InitiatorServer || s.third(c.Ends[ftp.Listener]) {
		return nil
	}
	from := c.Ends[ftp.Initiator].Port()
	if from == dataPort || from == s.Server.Port()-1 {
		return nil
	}
	var other *attempt
	if !s.completed() {
		other = s.reachedFrom20()
	}
	if s.fate() == fateRefused && other == nil {
		return nil // whoever refuses hardly looks at the source port
	}
	f := s.finding(ActiveSourcePort, Warning)
	f.Headline = fmt.Sprintf("The server connects from port %d, not from port 20, for data", from)
	f.Observation = Statement{fmt.Sprintf("SYN %s; the control port is %d", arrow(c.Ends[ftp.Initiator], c.Ends[ftp.Listener]), s.Server.Port()), Certain}
	f.Location = Place{Statement{"the port is the server's choice, unless a NAT in front of it changed it", Likely}, AtServer}
	if s.on(server) {
		f.Location = Place{Statement{"the port is the server's choice", Likely}, AtServer}
	} else {
		f.Unknown = append(f.Unknown, "whether a NAT in front of the server changed the port")
	}
	f.Evidence = s.dataEvidence()
	switch {
	case s.completed():
		f.Severity = Note
		f.Cause = Statement{"many servers use any free port; filters that trust only port 20 would not let it pass", Likely}
	case other != nil:
		f.Cause = Statement{"a filter lets connections from port 20 in, and not those from other ports: one from port 20 succeeded", Likely}
		f.Evidence = append(f.Evidence, Evidence{other.seen, "the connection from port 20 that succeeded: " + arrow(other.ends[0], other.ends[1])})
	default:
		f.Cause = Statement{"a filter that trusts only port 20 does not let it pass", Possible}
		f.Unknown = append(f.Unknown, "whether a connection from port 20 would succeed")
	}
	if !s.completed() {
		f.Remedies = s.remedies(fixFollowFTP, fixSourcePort, fixUsePassive)
	}
	f.Filter = s.dataFilter()
	return f
}

// reachedFrom20 is a data connection from port 20 that reached the same client,
// or nil.
func (s *subject) reachedFrom20() *attempt {
	return latest(s.memory.attempts, func(a *attempt) bool {
		return a.mode == ftp.ModeActive && a.fate == fateOpened && a.ends[0].Port() == dataPort && a.ends[1].Addr() == s.target().Addr()
	})
}
