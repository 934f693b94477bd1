package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// passiveUnanswered: the client connects to the port that the server named, and
// nobody answers.
func passiveUnanswered(s *subject) *Finding {
	c := s.conn()
	if !s.passive() || c == nil || s.t.Outcome != session.OutcomeBlocked || !s.overdue() {
		return nil
	}
	a, late := c.Answered()
	if late && a.Kind != ftp.AnswerRST {
		return nil // an answer that led nowhere is another matter
	}
	n, first, last := s.tries()
	to := c.Ends[ftp.Listener]
	f := s.finding(PassiveUnanswered, Error)
	f.key += " " + to.Addr().String()
	f.Headline = fmt.Sprintf("%s got no answer when it connected to %s for data", s.connector(), s.aim(to))
	f.Observation = Statement{fmt.Sprintf("%s from %s to %s in %s, no answer", count(n, "SYN"), c.Ends[ftp.Initiator].Addr(), to, Duration(last.Time.Sub(first.Time))), Certain}
	switch {
	case late:
		f.Observation.Text += " until the session was over"
	case n == 1:
		f.Observation.Text = fmt.Sprintf("1 SYN from %s to %s, no answer", c.Ends[ftp.Initiator].Addr(), to)
	}
	f.Location = s.past(to)
	f.Evidence = clocked(s.handshakeEvidence(), c)
	f.Cause = s.whySilent(to, n, first)
	f.Unknown = s.unknownOfSilence(to)
	f.Next = s.retryElsewhere(to)
	f.Remedies = s.remedies(s.fixesForPorts(to)...)
	f.Filter = s.dataFilter()
	if n < leastSYNs {
		f.Location.Confidence = atMost(f.Location.Confidence, Possible)
	}
	if c.Challenge.Yes() {
		s.silentForReuse(f, c)
	}
	if open := s.reachedText(to.Addr()); open != "" {
		f.Observation.Text += "; in this session it did answer at " + open
	}
	if alive := s.aliveAfter(first.Time); alive.Yes() {
		f.Evidence = append(f.Evidence, Evidence{alive, "the server still answers on the control connection"})
	}
	f.Evidence = append(f.Evidence, s.gaveUpEvidence(last.Time)...)
	if lost := s.helperLost(); lost != nil && s.toServer(to) && !s.on(server) {
		f.Unknown = append(f.Unknown, "whether a firewall here follows FTP; one that does so as Linux does would not expect this connection: "+lost.Why)
	}
	s.heldAtNAT(f)
	return f
}

// whySilent is why the client's SYNs, n of them since first, may have got no
// answer.
func (s *subject) whySilent(to netip.AddrPort, n int, first ftp.Seen) Statement {
	why := Statement{fmt.Sprintf("a firewall that lets port %d through does not let port %d through", s.Server.Port(), to.Port()), Likely}
	switch {
	case !s.toServer(to):
		return Statement{fmt.Sprintf("%s is not the address that the client reaches the server at, which is %s", to.Addr(), s.Server.Addr()), Likely}
	case s.deaf(server, first.Time):
		return Statement{"the server, or the way to it, may have failed: on the control connection nothing came from it after that either", Possible}
	case s.on(server):
		why.Text = fmt.Sprintf("the packet filter on the server's host does not let port %d in, or its answer out: a host without one answers, if only by RST", to.Port())
	case s.takenAt(NearServer):
		why.Text = fmt.Sprintf("the packet filter on the server's host, or a firewall between it and this point, does not let port %d in", to.Port())
	case len(s.portsReached(to.Addr())) > 0:
		why.Text = fmt.Sprintf("a firewall lets other data connections to the server through, but not that to port %d", to.Port())
	}
	if n < leastSYNs {
		why.Confidence = Possible
	}
	return why
}

// unknownOfSilence is what the silence of an endpoint that the client connected
// to leaves open.
func (s *subject) unknownOfSilence(to netip.AddrPort) []string {
	switch {
	case !s.toServer(to):
		return []string{
			fmt.Sprintf("whether there is a way from the client to %s at all", to.Addr()),
			"whether the server would have answered at its own address",
		}
	case s.on(server):
		return []string{
			"whether the server's program listens on that port: a packet filter comes first",
			"whether its queue of new connections is full: a host may be silent then too",
		}
	}
	out := []string{
		"whether the SYN was lost on its way there or the answer on its way back",
		"whether the server listens on that port at all",
	}
	if len(s.portsReached(to.Addr())) > 0 {
		out = append(out, "whether the number of the port decides, or that of the connections, which a firewall may limit")
	}
	return out
}

// silentForReuse explains a SYN that only an ACK answered: the listener holds an
// earlier connection with the same ports.
//
// https://www.rfc-editor.org/rfc/rfc5961#section-4
func (s *subject) silentForReuse(f *Finding, c *ftp.Conn) {
	f.key += " reuse"
	f.Observation.Text += " but an ACK that belongs to an earlier connection"
	f.Evidence = append(f.Evidence, Evidence{c.Challenge, "an ACK of an earlier connection answers the SYN"})
	f.Cause = Statement{fmt.Sprintf("%s still holds an earlier connection from %s: the client used its port again too soon", c.Ends[ftp.Listener], c.Ends[ftp.Initiator]), Likely}
	f.Unknown = []string{"whether a NAT chose that port again, or the client did"}
	f.Remedies = s.remedies(fixNewPort)
}
