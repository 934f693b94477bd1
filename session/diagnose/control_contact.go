package diagnose

import (
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// MaxContacts bounds what an Engine remembers of control connections: at least
// so many of the latest, at most twice as many.
const MaxContacts = 1024

// contact is what is remembered of a control connection.
type contact struct {
	session        string
	capture        int
	client, server netip.AddrPort
	syn            ftp.SYN // the first; the zero SYN if none was seen
	opened         bool    // its handshake completed
	first, last    ftp.Seen
	mac            ftp.MAC // that sent for the client
}

// meet remembers the control connection of a session.
func (m *memory) meet(s *session.Session) {
	if s.Control == nil {
		return
	}
	c := contact{
		session: s.ID, capture: s.First.Capture, client: s.Client, server: s.Server,
		opened: s.Control.Established.Yes() || s.Control.Midstream,
		first:  s.First, last: s.Last, mac: s.Control.Half[client].Wire.Source,
	}
	if len(s.Control.SYNs) > 0 {
		c.syn = s.Control.SYNs[0]
	}
	m.contacts = append(m.contacts, c)
	m.twin = twin{}
	if m.isns == nil {
		m.isns = make(map[uint32]int)
	}
	m.isns[c.syn.ISN]++
	if len(m.contacts) == 2*MaxContacts {
		for _, old := range m.contacts[:MaxContacts] {
			if m.isns[old.syn.ISN]--; m.isns[old.syn.ISN] == 0 {
				delete(m.isns, old.syn.ISN)
			}
		}
		m.contacts = append(m.contacts[:0], m.contacts[MaxContacts:]...)
	}
}

// reached is another control connection to this server and port that came up:
// one of the same client before others, and of these the nearest in time; nil if
// none is remembered.
func (s *subject) reached() *contact {
	var best *contact
	for i := range s.memory.contacts {
		c := &s.memory.contacts[i]
		if c.session == s.ID || !c.opened || c.server != s.Server {
			continue
		}
		if best == nil || s.own(c) && !s.own(best) || s.own(c) == s.own(best) && s.away(c) < s.away(best) {
			best = c
		}
	}
	return best
}

// own reports whether a contact is of this session's client.
func (s *subject) own(c *contact) bool { return c.client.Addr() == s.Client.Addr() }

// away is how far a contact began from the beginning of this session.
func (s *subject) away(c *contact) time.Duration { return c.first.Time.Sub(s.First.Time).Abs() }

// Clients that try IPv6 and IPv4 at once wait 250 ms between attempts, or up to
// 2 s; others try the next address when the first one failed.
//
// https://www.rfc-editor.org/rfc/rfc8305#section-8
const (
	eyeballs = 2 * time.Second
	fallback = time.Second
)

// sibling is a control connection by the other version of IP that the same host
// opened in place of this one; nil if none is remembered. The addresses do not
// tell that two connections have the same ends: the MAC address of the client,
// where there is one, the port and the time have to do.
func (s *subject) sibling() *contact {
	for i := range s.memory.contacts {
		c := &s.memory.contacts[i]
		if !c.opened || c.client.Addr().Is4() == s.Client.Addr().Is4() || c.server.Port() != s.Server.Port() || c.capture != s.First.Capture {
			continue
		}
		began := c.first.Time
		if began.Sub(s.First.Time).Abs() > eyeballs && (began.Before(s.Last.Time) || began.Sub(s.Last.Time) > fallback) {
			continue
		}
		if c.mac == s.Control.Half[client].Wire.Source && !s.gateway(c) {
			return c
		}
	}
	return nil
}

// gateway reports whether the MAC address of a contact stands for other clients
// too, as that of a router does.
func (s *subject) gateway(of *contact) bool {
	for i := range s.memory.contacts {
		if c := &s.memory.contacts[i]; c.mac == of.mac && c.client.Addr() != of.client.Addr() && c.client.Addr() != s.Client.Addr() {
			return true
		}
	}
	return false
}

// twin is what was found of a session as the other side of a NAT has it.
type twin struct {
	known bool
	of    string   // the session
	is    *contact // nil for none
}

// twin is the same control connection as it was captured on the other side of a
// NAT: a packet keeps its sequence numbers there. nil if there is none. All
// transfers of a session want the same, so the last one is kept.
func (s *subject) twin() *contact {
	if s.Control == nil || len(s.Control.SYNs) == 0 {
		return nil
	}
	if last := &s.memory.twin; !last.known || last.of != s.ID {
		*last = twin{true, s.ID, s.findTwin(&s.Control.SYNs[0])}
	}
	return s.memory.twin.is
}

// findTwin looks for the contact that began with the same SYN.
func (s *subject) findTwin(own *ftp.SYN) *contact {
	if s.memory.isns[own.ISN] < 2 {
		return nil
	}
	for i := range s.memory.contacts {
		c := &s.memory.contacts[i]
		if c.syn.ISN != own.ISN || !c.syn.Yes() || c.syn.Stack.Order != own.Stack.Order || c.session == s.ID {
			continue
		}
		if c.client == s.Client && c.server == s.Server || c.syn.Time.Sub(own.Time).Abs() > time.Second {
			continue
		}
		return c
	}
	return nil
}
