package compare

import (
	"net/netip"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/session"
)

// hosts are the client and the server of a session.
type hosts struct{ client, server netip.Addr }

func hostsOf(s *session.Session) hosts { return hosts{s.Client.Addr(), s.Server.Addr()} }

// acquaintance is what a point is known to see, from all its sessions.
type acquaintance struct {
	servers map[netip.Addr]bool    // of any session; true if one came up
	data    map[hosts]dataShown    // data connections between them
	knocks  map[uint16][]time.Time // attempts that came to nothing and that no other point has, by port of the server, in order of time
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
		p.known[i] = acquaintance{make(map[netip.Addr]bool), make(map[hosts]dataShown), make(map[uint16][]time.Time)}
	}
	for _, s := range all {
		several := s.points() > 1
		for i, at := range s.At {
			if at != nil {
				p.known[i].add(p, at, several)
			}
		}
	}
	for i := range p.known {
		for _, times := range p.known[i].knocks {
			slices.SortFunc(times, time.Time.Compare)
		}
	}
}

// points counts where a session was seen.
func (s *Session) points() int {
	n := 0
	for _, at := range s.At {
		if at != nil {
			n++
		}
	}
	return n
}

func (a *acquaintance) add(p *path, s *session.Session, several bool) {
	h := hostsOf(s)
	up := s.Control.Established.Yes()
	a.servers[h.server] = a.servers[h.server] || up
	if !up && !several {
		port := s.Server.Port()
		a.knocks[port] = append(a.knocks[port], p.when(s.First))
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

// knocked reports whether an attempt that came to nothing is perhaps that of a
// session of another point, with all its numbers rewritten.
func (a *acquaintance) knocked(p *path, s *Session) bool {
	times := a.knocks[s.Session.Server.Port()]
	at := p.when(s.Session.First)
	n, _ := slices.BinarySearchFunc(times, at.Add(-looseTime), time.Time.Compare)
	return n < len(times) && !times[n].After(at.Add(looseTime))
}
