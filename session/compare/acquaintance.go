package compare

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// hosts are the client and the server of a session.
type hosts struct{ client, server netip.Addr }

func hostsOf(s *session.Session) hosts { return hosts{s.Client.Addr(), s.Server.Addr()} }

// acquaintance is what a point is known to see, from all its sessions.
type acquaintance struct {
	servers map[netip.Addr]bool   // of any session; true if one came up
	data    map[hosts]dataShown   // data connections between them
	knocks  map[uint16][]*Session // that came to nothing, by port of the server, in order of time
}

// dataShown is what a point shows of data connections between two hosts.
type dataShown struct {
	seen     [3]bool   // some are there, by mode
	answered [3]bool   // one of them was accepted: answers pass there too
	without  [3]string // a transfer that went well, and nothing of its data connection is there, by mode
}

// acquaint looks at all sessions of all points.
func (p *path) acquaint(all []*Session) {
	p.known = make([]acquaintance, len(p.points))
	for i := range p.known {
		p.known[i] = acquaintance{make(map[netip.Addr]bool), make(map[hosts]dataShown), make(map[uint16][]*Session)}
	}
	for _, s := range all {
		for i, at := range s.At {
			if at != nil {
				p.known[i].add(s, at)
			}
		}
	}
	for i := range p.known {
		for _, knocks := range p.known[i].knocks {
			slices.SortStableFunc(knocks, func(a, b *Session) int { return p.whenAt(a, i).Compare(p.whenAt(b, i)) })
		}
	}
}

// whenAt is when a session began at a point, by the clock of the path.
func (p *path) whenAt(s *Session, point int) ftp.Time { return p.when(s.At[point].First) }

// add takes a session, as the point has it.
func (a *acquaintance) add(whole *Session, s *session.Session) {
	h := hostsOf(s)
	up := s.Control.Established.Yes()
	a.servers[h.server] = a.servers[h.server] || up
	if !up {
		port := s.Server.Port()
		a.knocks[port] = append(a.knocks[port], whole)
	}
	shown := a.data[h]
	for _, t := range s.Transfers {
		switch {
		case t.Data != nil:
			shown.seen[t.Mode] = true
			shown.answered[t.Mode] = shown.answered[t.Mode] || len(synAcksOf(t.Data.Conn)) > 0
		case t.Outcome == session.OutcomeCompleted && shown.without[t.Mode] == "":
			shown.without[t.Mode] = t.ID
		}
	}
	a.data[h] = shown
}

// knocked reports whether an attempt that came to nothing at a point is perhaps that
// of a session of other points, with all its numbers rewritten.
func (p *path) knocked(s *Session, point int) bool {
	knocks := p.known[point].knocks[s.Session.Server.Port()]
	at := p.when(s.Session.First)
	if p.synchronous(point, s.Session.First.Capture) {
		from, _ := slices.BinarySearchFunc(knocks, at.Add(-looseTime), func(k *Session, t ftp.Time) int { return p.whenAt(k, point).Compare(t) })
		knocks = knocks[from:]
		to, _ := slices.BinarySearchFunc(knocks, at.Add(looseTime), func(k *Session, t ftp.Time) int { return p.whenAt(k, point).Compare(t) })
		knocks = knocks[:to]
	}
	return slices.ContainsFunc(knocks, s.apart)
}

// apart reports whether no point has both sessions, so that they may be one.
func (s *Session) apart(other *Session) bool {
	for i := range s.At {
		if s.At[i] != nil && other.At[i] != nil {
			return false
		}
	}
	return true
}
