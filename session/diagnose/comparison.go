package diagnose

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// maxAlike is how many attempts are held against each other.
const maxAlike = 256

// pair is a client and a server of one capture.
type pair struct {
	capture        int
	client, server netip.Addr
}

// comparison is what the latest passive attempts of a pair tell together.
type comparison struct {
	pair
	attempts []*attempt // in order
	split    *portSplit
	extended *extendedFailure
}

// compared holds the passive attempts of a pair against each other. All transfers
// of a session want the same comparison, so the last one is kept.
func (m *memory) compared(p pair) *comparison {
	if m.comparison.pair == p {
		return &m.comparison
	}
	c := comparison{pair: p}
	for _, a := range m.atServer(p.server) {
		if len(c.attempts) == maxAlike {
			break
		}
		if a.mode == ftp.ModePassive && a.capture == p.capture && a.client == p.client {
			c.attempts = append(c.attempts, a)
		}
	}
	slices.Reverse(c.attempts)
	c.split, c.extended = separateRange(c.attempts), extendedFails(c.attempts)
	m.comparison = c
	return &m.comparison
}

// compared is the comparison that the subject's transfer belongs to, with the
// port of its own attempt; nil if that did not fail, or says nothing of the port.
func (s *subject) compared() (*comparison, uint16) {
	if !s.passive() {
		return nil, 0
	}
	own := attemptOf(s.Session, s.place, s.t)
	port, opened := own.passivePort()
	if port == 0 || opened {
		return nil, 0
	}
	return s.memory.compared(pair{own.capture, own.client, own.server}), port
}

// passivePort is the server's port that an attempt was about, and whether a
// connection to it came up; 0 where that says nothing about the port.
func (a *attempt) passivePort() (port uint16, opened bool) {
	switch {
	case a.fate == fateOpened || a.fate.failed():
		if a.ends[1].Addr() == a.server {
			return a.ends[1].Port(), a.fate == fateOpened
		}
	case a.outcome == session.OutcomeUnseen && (!a.announced.IsValid() || a.announced.Addr() == a.server):
		return a.announced.Port(), false
	}
	return 0, false
}

// whereLost is where those of some passive attempts failed that did: behind the
// capture point, unless not one of their SYNs passed here.
func (s *subject) whereLost(attempts []*attempt) Place {
	if slices.ContainsFunc(attempts, func(a *attempt) bool { return a.fate.failed() }) {
		return s.beyond(server)
	}
	return s.before(client)
}
