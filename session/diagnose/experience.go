package diagnose

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// experience is what the latest attempts at a server tell to those who give
// advice to one of its clients.
type experience struct {
	known           bool
	client          netip.Addr
	server          netip.AddrPort
	passive, active seenPorts // of the server, of the client
	tried           []tried   // between the two, one of each mode and verb
}

// tried is what became of the attempts in a mode by an announcement.
type tried struct {
	mode           ftp.Mode
	verb           string // of the announcement, or empty
	worked, failed bool
}

// experience is that of the subject's hosts. All that is advised in a session
// rests on the same one, so the last is kept.
func (s *subject) experience() *experience {
	e := &s.memory.experience
	if e.known && e.client == s.Client.Addr() && e.server == s.Server {
		return e
	}
	*e = experience{known: true, client: s.Client.Addr(), server: s.Server}
	for age, a := range s.memory.atServer(s.Server.Addr()) {
		if age >= lookBack {
			break
		}
		if a.control == s.Server.Port() {
			e.add(a)
		}
	}
	return e
}

// add takes an attempt at the server.
func (e *experience) add(a *attempt) {
	if a.mode == ftp.ModePassive {
		e.passive.add(a)
	}
	if a.client != e.client {
		return
	}
	if a.mode == ftp.ModeActive {
		e.active.add(a)
	}
	t := e.of(a.mode, a.verb)
	switch {
	case a.outcome == session.OutcomeCompleted || a.fate == fateOpened:
		t.worked = true
	case a.fate.failed() || a.outcome == session.OutcomeUnseen || a.outcome == session.OutcomeRejected && a.announced.Port() == 0:
		t.failed = true
	}
}

// of is what became of attempts of that kind so far.
func (e *experience) of(mode ftp.Mode, verb string) *tried {
	for i := range e.tried {
		if t := &e.tried[i]; t.mode == mode && t.verb == verb {
			return t
		}
	}
	e.tried = append(e.tried, tried{mode: mode, verb: verb})
	return &e.tried[len(e.tried)-1]
}
