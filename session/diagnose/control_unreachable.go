package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// controlUnreachable: the control connection does not come up, so that nothing
// of FTP was said at all.
func controlUnreachable(s *subject) *Finding {
	c := s.Control
	if s.t != nil || c == nil || c.Midstream || c.Established.Yes() || len(c.SYNs) == 0 {
		return nil
	}
	var f *Finding
	switch s.State {
	case session.StateUnanswered:
		f = s.controlUnanswered()
	case session.StateRefused, session.StateProhibited:
		f = s.controlDenied()
	default:
		f = s.controlHalfOpen()
	}
	if f == nil {
		return nil
	}
	f.key = string(s.State)
	f.Evidence = shortened(append(f.Evidence, connEvidence(c)...))
	f.Filter = s.controlFilter()
	if other := s.sibling(); other != nil {
		s.worksOtherwise(f, other)
	}
	return f
}

// knocked says how often the client tried to connect.
func (s *subject) knocked() string {
	c := s.Control
	n := max(c.SYNCount, len(c.SYNs))
	text := fmt.Sprintf("%s from %s to %s", count(n, "SYN"), s.Client.Addr(), s.Server)
	if n > 1 {
		text += " in " + Duration(c.SYNs[len(c.SYNs)-1].Time.Sub(c.SYNs[0].Time))
	}
	return text
}

// controlUnanswered: nobody answers the SYN.
func (s *subject) controlUnanswered() *Finding {
	c := s.Control
	port := s.Server.Port()
	waited := s.Now.Sub(c.First.Time)
	f := s.finding(ControlUnreachable, Error)
	f.Headline = fmt.Sprintf("The client got no answer when it connected to port %d", port)
	f.Observation = Statement{s.knocked() + ", no answer", Certain}
	f.Location = s.beyond(server)
	f.Cause = Statement{fmt.Sprintf("no connection to port %d gets through: a packet filter, a wrong address, or a host that is down", port), Possible}
	f.Unknown = []string{
		"whether the SYN was lost on its way there or the answer on its way back",
		fmt.Sprintf("whether a service listens on port %d at all", port),
	}
	f.Next = s.captureAtOther(server)
	f.Remedies = s.remedies(fixService)
	switch other := s.reached(); {
	case c.Challenge.Yes():
		f.Observation.Text = s.knocked() + ", answered only by an ACK that belongs to another connection"
		f.Cause = Statement{fmt.Sprintf("the server, or a box in its place, still holds an earlier connection from the client's port %d", s.Client.Port()), Likely}
		f.Evidence = append(f.Evidence, Evidence{c.Challenge, "ACK that does not acknowledge the SYN"})
		f.Remedies = s.remedies(fixNewPort)
	case other != nil && s.own(other):
		f.Cause = Statement{fmt.Sprintf("this client reached the port in another session (%s): a limit on connections, a ban after failed logins, or a service that had stopped", other.session), Possible}
		f.Evidence = append(f.Evidence, Evidence{other.first, "another session of this client, which came up"})
		f.Remedies = s.remedies(fixLimits, fixFewer, fixService)
	case other != nil:
		f.Cause = Statement{fmt.Sprintf("the port answers another client (%s): a filter on this client's address or network, or no way back to it", other.session), Possible}
		f.Evidence = append(f.Evidence, Evidence{other.first, "a session of another client, which came up"})
	case s.on(server):
		f.Cause = Statement{fmt.Sprintf("the SYN reaches the server's host, which says nothing: its own packet filter, or a service that takes no more connections (a host without a service on port %d would answer RST)", port), Likely}
		f.Unknown = f.Unknown[1:]
	}
	switch {
	case waited < leastWait:
		f.Severity = Note
		f.Headline = fmt.Sprintf("The client connected to port %d, and no answer came before the capture ended", port)
		f.Cause = Statement{fmt.Sprintf("the capture ends %s after the first SYN: too early to tell", Duration(waited)), Likely}
		f.Location.Confidence = Possible
		f.Next = "let the capture run until the client gives up"
		f.Remedies = s.remedies(fixCaptureLonger)
	case c.SYNCount < leastSYNs:
		f.Location.Confidence = atMost(f.Location.Confidence, Possible)
		f.Cause.Confidence = atMost(f.Cause.Confidence, Possible)
	}
	return f
}

// controlDenied: somebody answers the SYN with RST or ICMP.
func (s *subject) controlDenied() *Finding {
	c := s.Control
	a, ok := c.Answered()
	if !ok {
		return nil
	}
	port := s.Server.Port()
	who := s.answered(c, a, server)
	f := s.finding(ControlUnreachable, Error)
	f.Observation = Statement{s.knocked() + ", answered by " + answerText(c, a), Certain}
	if len(who.because) > 0 {
		f.Observation.Text += "; " + strings.Join(who.because, "; ")
	}
	f.Location = who.Place
	f.Unknown = who.unknown
	f.Next = s.captureAtOther(server)
	f.Remedies = s.remedies(fixService)
	switch {
	case a.Kind == ftp.AnswerICMP:
		f.Headline = fmt.Sprintf("The connection to port %d was turned down by ICMP from %s", port, a.From)
		f.Cause = whyRejected(a, s.Client.Addr(), s.Server)
	case who.box:
		f.Headline = fmt.Sprintf("Another box refused the connection to port %d in the server's name", port)
		f.Cause = Statement{fmt.Sprintf("a box on the way answers for the server and lets no connection to port %d through, or has nowhere to pass it on to", port), Likely}
	default:
		f.Headline = fmt.Sprintf("Port %d of the server refused the connection", port)
		f.Cause = Statement{fmt.Sprintf("no service listens on port %d there, or a packet filter answers with a RST as if none did", port), Likely}
		f.Unknown = append(f.Unknown, "whether the service is down or a rule refuses in its name: both look alike")
	}
	if other := s.reached(); other != nil {
		whose := "another client"
		if s.own(other) {
			whose = "this client"
		}
		f.Unknown = append(f.Unknown, fmt.Sprintf("why the same port accepted a connection of %s (%s): a limit, a ban, or a service that was down for a while", whose, other.session))
		f.Evidence = append(f.Evidence, Evidence{other.first, "a session with the same port, which came up"})
	}
	return f
}

// controlHalfOpen: the server answers again and again, and the client never
// completes the handshake.
func (s *subject) controlHalfOpen() *Finding {
	c := s.Control
	answers := synAcks(c)
	if len(answers) < 2 || s.parted().rst {
		return nil
	}
	lasted := answers[len(answers)-1].Time.Sub(answers[0].Time)
	if lasted < leastWait {
		return nil
	}
	f := s.finding(ControlUnreachable, Error)
	f.Headline = fmt.Sprintf("The server answers on port %d, but the connection is never completed", s.Server.Port())
	f.Observation = Statement{fmt.Sprintf("%s, %s in %s, no ACK", s.knocked(), count(len(answers), "SYN-ACK"), Duration(lasted)), Certain}
	f.Location = s.beyond(client)
	f.Cause = Statement{"the server's answer does not come back to the client: another way back than there, or a filter that never saw the SYN", Possible}
	f.Unknown = []string{"whether the SYN-ACK does not arrive at the client or the client's ACK is lost"}
	f.Next = s.captureAtOther(client)
	f.Remedies = s.remedies(fixRouting)
	return f
}

// worksOtherwise turns the finding into a note: the client connected by the other
// version of IP as well, and that worked.
func (s *subject) worksOtherwise(f *Finding, other *contact) {
	this, that := "IPv4", "IPv6"
	if other.client.Addr().Is4() {
		this, that = that, this
	}
	f.Severity = Note
	f.Headline = fmt.Sprintf("The connection over %s failed, and the client went on over %s", this, that)
	f.Unknown = append(f.Unknown, fmt.Sprintf("whether %s is the same client: the time fits that of one that tries both", other.client.Addr()))
	f.Evidence = append(f.Evidence, Evidence{other.first, fmt.Sprintf("%s, which came up (%s)", arrow(other.client, other.server), other.session)})
}
