package diagnose

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// substituted reports whether the server called the client's address in place of
// the one that the client announced, as ProFTPD does with private ones.
func (s *subject) substituted() bool {
	c, a := s.conn(), s.announced()
	return c != nil && a.IsValid() && s.toClient(c.Ends[ftp.Listener]) && !s.toClient(a)
}

// calledElsewhere reports whether the server is to connect to a public address that is
// not the client's. Helpers open nothing for that.
func (s *subject) calledElsewhere() bool {
	to := s.announced()
	if c := s.conn(); c != nil {
		to = c.Ends[ftp.Listener]
	}
	return to.IsValid() && !s.toClient(to) && routable(to.Addr())
}

// callsFromElsewhere reports whether the server connects from another address than
// that of its control connection, as one behind a load balancer may. Helpers expect
// it from there.
func (s *subject) callsFromElsewhere() bool {
	c := s.conn()
	return c != nil && s.active() && c.Ends[ftp.Initiator].Addr() != s.Server.Addr()
}

// leftBefore reports whether the client had ended the control connection before
// something happened.
func (s *subject) leftBefore(what ftp.Seen) bool {
	if s.Control == nil {
		return false
	}
	h := &s.Control.Half[client]
	return h.FIN.Yes() && h.FIN.Time.Before(what.Time) || h.RST.Yes() && h.RST.Time.Before(what.Time)
}

// asked is when the server had all that it needed to connect in active mode: the
// transfer command, or, where it connected at once, the announcement.
func (s *subject) asked() ftp.Time {
	if s.t.Command != nil && s.accepted() {
		return s.t.Command.Seen.Time
	}
	return s.t.Start()
}

// waited is how long the server took from there to its last word; false if it
// said none.
func (s *subject) waited() (time.Duration, bool) {
	r := s.word()
	if r == nil {
		return 0, false
	}
	return r.Seen.Time.Sub(s.asked()), true
}

// fixesForCalls are what lets a server's connections, which passed here, reach
// the client; where is who keeps them from it.
func (s *subject) fixesForCalls(where Where) []fix {
	switch {
	case s.calledElsewhere():
		return []fix{fixUsePassive, fixClientPortRange}
	case where == AtClient:
		return []fix{fixClientInbound, fixUsePassive}
	case s.readable():
		return []fix{fixUsePassive, fixFollowFTP, fixClientInbound, fixClientPortRange}
	}
	return []fix{fixUsePassive, fixClientInbound, fixClientPortRange} // nobody can read along
}
