package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// patience is how long nothing may happen on a control connection before that is
// worth a word.
const patience = 5 * time.Second

// greetingMissing: the control connection opens, and the server says no 220: it
// says nothing, or not for long, or what it says is no FTP.
func greetingMissing(s *subject) *Finding {
	c := s.Control
	if s.t != nil || c == nil || c.Midstream || !c.Established.Yes() || len(c.SYNs) == 0 || c.TLS {
		return nil
	}
	if a, ok := c.Answered(); !ok || a.Kind != ftp.AnswerSYNACK {
		return nil // nothing of the server was captured
	}
	var f *Finding
	switch h := &c.Half[server]; {
	case s.HasBanner:
		f = s.greetedLate()
	case !s.spokeAtAll() && !c.Half[client].Unsent.First.Yes():
		f = s.neverGreeted()
	case h.Bytes > 0:
		f = s.greetedOtherwise()
	}
	if f == nil {
		return nil
	}
	f.Evidence = append(f.Evidence, Evidence{c.Established, "the connection is open"})
	f.Filter = s.controlFilter()
	return f
}

// spokeAtAll reports whether the server said something before the client gave up.
// What it sent before its own FIN counts wherever the frame stands in the file.
func (s *subject) spokeAtAll() bool {
	h, end := &s.Control.Half[server], s.parted()
	return spokeBefore(h, end.Seen) || h.Bytes > 0 && end.host == server && !end.rst
}

// acceptor reports whether something else than the server accepted the connection,
// as the TTLs tell, and says so.
func (s *subject) acceptor() (box bool, because string) {
	a, _ := s.Control.Answered()
	w := s.Control.Half[server].Wire
	if w.TTLMin == 0 || a.TTL == 0 || hops(a.TTL) >= hops(w.TTLMax) && hops(a.TTL) <= hops(w.TTLMin) {
		return false, ""
	}
	return true, fmt.Sprintf("the SYN-ACK came with TTL %d, the server's later packets with %d", a.TTL, w.TTLMin)
}

// neverGreeted: not a byte came from the server.
func (s *subject) neverGreeted() *Finding {
	c := s.Control
	end := s.parted()
	until := s.Now
	if end.Yes() {
		until = end.Time
	}
	waited := until.Sub(c.Established.Time)
	cut := end.Yes() && end.host == server
	if waited < patience && !cut || s.Server.Port() == implicitPort && !cut && c.Half[client].Bytes == 0 {
		return nil
	}
	port := s.Server.Port()
	f := s.finding(GreetingMissing, Error)
	f.Location = s.speaks()
	f.Unknown = []string{"whether the service itself accepted the connection or a box in its place"}
	f.Evidence = s.partedEvidence()
	f.Remedies = s.remedies(fixReverseDNS, fixService)
	f.Next = fmt.Sprintf("connect to port %d on the server's own host: if the greeting comes there, something on the way accepts in the server's place", port)
	if cut {
		f.key = "cut"
		f.Headline = fmt.Sprintf("Port %d accepts the connection and closes it without a greeting", port)
		f.Observation = Statement{fmt.Sprintf("no byte came from the server; %s", fmt.Sprintf("%s after %s", s.how(end), Duration(end.Time.Sub(c.Established.Time)))), Certain}
		f.Cause = Statement{"the service turns this client away by an access list or a limit, or a box accepts for a service that is away", Possible}
		f.Remedies = s.remedies(fixService, fixLimits)
		if end.rst && s.otherDistance(&s.Control.Half[server]) {
			f.Observation.Text += fmt.Sprintf("; the RST has TTL %d, the server's other packets %d", c.Half[server].Wire.RSTTTL, c.Half[server].Wire.TTLMin)
			f.Location = s.intruder(server)
			f.Cause = Statement{fmt.Sprintf("a box on the way cuts connections to port %d as soon as they are open", port), Likely}
		}
		return f
	}
	f.key = "silent"
	f.Location = s.beyond(server)
	f.Headline = fmt.Sprintf("Port %d accepts the connection, but no greeting comes", port)
	f.Observation = Statement{fmt.Sprintf("the connection was open for %s and no byte came from the server", Duration(waited)), Certain}
	if end.Yes() {
		f.Observation.Text += "; then " + name(end.host) + " gave up"
	}
	f.Cause = Statement{"the service hangs, as in a look-up of the client's name, or a box accepts connections for a service that is away", Possible}
	if c.Half[client].Stuck.Yes() {
		f.Cause = Statement{"after the handshake nothing gets through: packets with payload are not acknowledged", Likely}
	}
	if box, because := s.acceptor(); box {
		f.Observation.Text += "; " + because
		f.Cause = Statement{"a box on the way accepts connections before the server does", Likely}
		f.Remedies = s.remedies(fixSynProxy, fixService)
	}
	return f
}

// greetedLate: the 220 took long.
func (s *subject) greetedLate() *Finding {
	c := s.Control
	took := s.Greeted.Time.Sub(c.Established.Time)
	if first := c.Half[server].FirstData; !s.Greeted.Yes() || took < patience || first.Time.Sub(c.Established.Time) < patience || c.Half[server].Missing > 0 {
		return nil
	}
	f := s.finding(GreetingMissing, Warning)
	f.key = "late"
	f.Headline = fmt.Sprintf("The server took %s to greet", Duration(took))
	f.Observation = Statement{fmt.Sprintf("the first byte of the server came %s after the connection was open", Duration(took)), Certain}
	f.Location = s.speaks()
	f.Cause = Statement{"the server looked something up first: the client's name in DNS, or its user at the client's port 113 (ident)", Possible}
	f.Unknown = []string{"what the server waited for"}
	f.Next = "look for SYNs from the server to the client's port 113 in this capture; else capture port 53 and port 113 at the server during the next attempt"
	f.Evidence = []Evidence{{s.Greeted, "220 at last"}}
	f.Remedies = s.remedies(fixReverseDNS)
	return f
}

// greetedOtherwise: nothing that the server says is a reply of FTP.
func (s *subject) greetedOtherwise() *Finding {
	c := s.Control
	if s.LostBytes > 0 || c.Half[server].Missing > 0 || len(s.Unsolicited) == 0 {
		return nil
	}
	for r := range s.replies() {
		if r.Code != 0 {
			return nil // it speaks FTP after all
		}
	}
	first := s.firstLine()
	f := s.finding(GreetingMissing, Error)
	f.key = "other"
	f.Headline = fmt.Sprintf("What answers on port %d does not speak FTP", s.Server.Port())
	f.Observation = Statement{fmt.Sprintf("the first line of the server is %s, not a 220", quoted(first.Text)), Certain}
	f.Location = s.speaks()
	f.Cause = Statement{fmt.Sprintf("another service than FTP listens on port %d, or the address is that of another host", s.Server.Port()), Likely}
	f.Unknown = []string{"whether the server's host says this or a box in its place"}
	f.Next = fmt.Sprintf("look up on the server which program listens on port %d", s.Server.Port())
	f.Evidence = []Evidence{{first.Seen, quoted(first.Text)}}
	f.Remedies = s.remedies(fixService)
	return f
}

// firstLine is what the server said first, the greeting excepted. Of several lines in
// one packet those that were taken for answers came first. There is one at least.
func (s *subject) firstLine() (first *session.Reply) {
	earlier := func(replies []session.Reply) {
		for i := range replies {
			if first == nil || sooner(replies[i].Seen, first.Seen) {
				first = &replies[i]
			}
		}
	}
	for i := range s.Commands {
		earlier(s.Commands[i].Replies)
	}
	earlier(s.Unsolicited)
	return first
}
