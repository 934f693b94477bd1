package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// activeUnanswered: the server calls the client back, and nobody answers.
func activeUnanswered(s *subject) *Finding {
	if !s.active() || !s.fate().failed() || s.t.Outcome != session.OutcomeBlocked || !s.overdue() {
		return nil
	}
	c := s.conn()
	if a, ok := c.Answered(); ok && a.Kind != ftp.AnswerRST || c.Midstream {
		return nil // an answer that led nowhere, or an error, is another matter
	}
	n, first, last := s.tries()
	from, to := c.Ends[ftp.Initiator], c.Ends[ftp.Listener]
	f := s.finding(ActiveUnanswered, Error)
	f.key += " " + to.Addr().String()
	f.Headline = fmt.Sprintf("The server got no answer when it connected to the client's port %d for data", to.Port())
	if !s.toClient(to) {
		f.Headline = fmt.Sprintf("The server's data connection to %s got no answer", to)
	}
	f.Observation = Statement{fmt.Sprintf("%s from %s to %s in %s, no answer", count(n, "SYN"), from, to, Duration(last.Time.Sub(first.Time))), Certain}
	if n == 1 {
		f.Observation.Text = fmt.Sprintf("1 SYN from %s to %s, no answer", from, to)
	}
	if a, late := c.Answered(); late {
		f.Observation.Text += fmt.Sprintf(" until a RST came %s after the first, when the session was over", Duration(a.Time.Sub(c.First.Time)))
	}
	f.Location = s.past(to)
	f.Cause = s.whyCallUnanswered(to)
	if n < leastSYNs {
		f.Location.Confidence, f.Cause.Confidence = atMost(f.Location.Confidence, Possible), atMost(f.Cause.Confidence, Possible)
	}
	f.Evidence = append(clocked(s.handshakeEvidence(), c), s.wordEvidence()...)
	f.Unknown = s.unknownOfCall(to)
	f.Next = s.captureAtOther(client)
	if !s.toClient(to) {
		f.Next = "repeat the transfer in passive mode"
	}
	f.Remedies = s.remedies(s.fixesForCalls(f.Location.Where)...)
	f.Filter = s.dataFilter()
	s.heldAtNAT(f)
	return f
}

// whyCallUnanswered is why the server's SYNs to an endpoint, which passed here, may
// have got no answer.
func (s *subject) whyCallUnanswered(to netip.AddrPort) Statement {
	switch _, first, _ := s.tries(); {
	case s.deaf(client, first.Time):
		return Statement{"the client does not answer on the control connection either: it is gone, or the way to it is", Likely}
	case !s.toClient(to):
		return Statement{fmt.Sprintf("the server has the client at %s, and %s is another address", s.Client.Addr(), to.Addr()), Likely}
	case s.on(client):
		return Statement{"the packet filter on the client's host does not let the server connect to it, or its answer out: a host without one answers, if only by RST", Likely}
	case s.takenAt(NearClient):
		return Statement{"a packet filter on the client's host, or a firewall right before it, does not let the server's connections in", Likely}
	}
	const text = "a firewall or NAT in front of the client, or on it, lets the client's connections out and the server's not in"
	if from := s.conn().Ends[ftp.Initiator].Addr(); s.callsFromElsewhere() {
		return Statement{fmt.Sprintf(text+"; one that follows FTP as Linux does expects it from %s and not from %s", s.Server.Addr(), from), Likely}
	}
	return Statement{text, Likely}
}

// unknownOfCall is what the silence of an endpoint that the server called
// leaves open.
func (s *subject) unknownOfCall(to netip.AddrPort) []string {
	if s.on(client) && s.toClient(to) {
		return []string{"whether the client's program was still listening on that port"}
	}
	if !s.toClient(to) {
		return []string{fmt.Sprintf("whether %s can be reached from the server at all", to.Addr())}
	}
	return []string{
		"whether the SYN was lost on its way there or the answer on its way back",
		"whether it is the client's host, its router or a box between that does not let the SYN pass",
		"whether the client's program was still listening on that port",
	}
}
