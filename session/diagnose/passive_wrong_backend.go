package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// face is how a machine shows itself in a SYN-ACK. Several that answer for one
// address differ in it.
type face struct {
	ttl          uint8 // 0 for none
	order        uint32
	scale        int8
	sack, stamps bool
	asked        uint32 // options of the SYN: an answer depends on them
}

// faceOf is what the listener of a connection looks like; the zero face where no
// SYN-ACK was seen.
func faceOf(c *ftp.Conn) face {
	if c == nil || len(c.SYNs) == 0 {
		return face{}
	}
	a, ok := c.Answered()
	if !ok || a.Kind != ftp.AnswerSYNACK || a.Cut {
		return face{}
	}
	return face{a.TTL, a.Order, a.Scale, a.SACK, a.Timestamps, c.SYNs[0].Order}
}

// farther reports whether two machines are not at the same distance.
func (a face) farther(b face) bool { return hops(a.ttl) != hops(b.ttl) }

// otherStack reports whether two machines answered the same SYN with other
// options of TCP.
func (a face) otherStack(b face) bool {
	return a.asked == b.asked && (a.order != b.order || a.scale != b.scale || a.sack != b.sack || a.stamps != b.stamps)
}

// passiveWrongBackend: several machines answer for the server's address, and the
// RST seems to be that of another one than the client has logged in at.
func passiveWrongBackend(s *subject) *Finding {
	c, a, ok := s.turnedDown()
	if !ok || !s.passive() || a.Kind != ftp.AnswerRST || !s.toServer(c.Ends[ftp.Listener]) || s.on(server) {
		return nil
	}
	own := faceOf(s.Control)
	if own.ttl == 0 || s.Control.Half[server].Wire.TTLMin != s.Control.Half[server].Wire.TTLMax {
		return nil // it cannot be told who answers
	}
	other, sure := s.otherMachine(own, a.TTL)
	if other == nil {
		return nil
	}
	to := c.Ends[ftp.Listener]
	f := s.finding(PassiveWrongBackend, Error)
	f.Headline = fmt.Sprintf("Another machine than that of the login seems to have refused port %d", to.Port())
	f.Observation = Statement{fmt.Sprintf("%s has answered as more than one machine; the RST has a TTL of %d, the control connection's SYN-ACK %d", to.Addr(), a.TTL, own.ttl), Certain}
	f.Location = Place{Statement{fmt.Sprintf("where connections to %s are shared out among several machines", to.Addr()), sure}, BeyondServer}
	f.Cause = Statement{"a load balancer sends the data connection to another machine than the control connection", sure}
	f.Evidence = append(s.handshakeEvidence(), Evidence{other.seen, "a connection that another machine answered, in " + other.session})
	if login, ok := s.Control.Answered(); ok {
		f.Evidence = append(f.Evidence, Evidence{login.Seen, "SYN-ACK of the machine that the client has logged in at"})
	}
	f.Evidence = append(f.Evidence, s.gaveUpEvidence(a.Time)...)
	f.Unknown = []string{"whether the route to the server changed meanwhile", "whether the port is closed at the right machine too"}
	f.Next = s.captureAtOther(server)
	f.Remedies = s.remedies(fixAffinity, fixPassiveRange)
	f.Filter = s.dataFilter()
	return f
}

// otherMachine is a connection of this client to the server's address that
// another machine answered than the one with this face, and that may have sent
// a RST with this TTL; and how sure that is.
func (s *subject) otherMachine(own face, ttl uint8) (*attempt, Confidence) {
	var found *attempt
	for i := range s.memory.attempts {
		m := &s.memory.attempts[i]
		if m.capture != s.First.Capture || m.client != s.Client.Addr() || m.server != s.Server.Addr() || m.control != s.Server.Port() {
			continue
		}
		for i, other := range m.faces {
			switch {
			case i > 0 && (m.mode != ftp.ModePassive || m.ends[1].Addr() != m.server): // not the server's
			case other.ttl == 0 || hops(other.ttl) != hops(ttl):
			case other.farther(own) && other.otherStack(own):
				return m, Likely
			case found == nil && (other.farther(own) || other.otherStack(own)):
				found = m
			}
		}
	}
	return found, Possible
}
