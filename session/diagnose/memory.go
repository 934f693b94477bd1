package diagnose

import (
	"iter"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// MaxAttempts bounds what an Engine remembers of sessions: at least so many of the
// latest attempts to open a data connection, at most twice as many.
const MaxAttempts = 1024

// fate is what became of an attempt to open a data connection.
type fate uint8

const (
	fateNone       fate = iota // nobody tried, or it cannot be told
	fateOpened                 // the handshake completed
	fateUnanswered             // no answer
	fateRefused                // RST
	fateProhibited             // ICMP
)

// failed reports whether the connection was tried and did not come up.
func (f fate) failed() bool { return f > fateOpened }

// attempt is what is remembered of a transfer, so that others can be held
// against it.
type attempt struct {
	session, transfer string
	place             int // of the transfer in its session
	capture           int
	client, server    netip.Addr // of the control connection
	control           uint16     // the server's control port
	mode              ftp.Mode
	verb              string            // of the announcement, or empty
	ends              [2]netip.AddrPort // initiator and listener of the data connection; invalid if there was none
	announced         netip.AddrPort
	fate              fate
	outcome           session.Outcome
	secured           bool // the control connection could not be read
	start, end        ftp.Time
	told              ftp.Seen // the announcement
	seen              ftp.Seen // first SYN, or the announcement
	faces             [2]face  // of who answered on the control and on the data connection
	earlier           int      // number of the attempt at the same server before this one; 0 for none
}

// memory holds the latest attempts, those of the session at hand included. Rules
// that compare seldom walk over all of them: attempts are numbered from 1, and
// found by what they have in common.
type memory struct {
	attempts  []attempt
	forgotten int                        // attempts before these: the first of these has the next number
	latestAt  map[netip.Addr]int         // number of the latest attempt at a server
	endpoints map[netip.AddrPort]mention // of the endpoints that attempts announced or went to
	contacts  []contact
	isns      map[uint32]int // how many contacts began with this sequence number

	comparison comparison // the last that was wanted, of these attempts
	experience experience // likewise
	twin       twin       // likewise, of these contacts
}

// mention says how many attempts announced an endpoint or went to it.
type mention struct {
	count  int
	latest int // number of the latest of them
}

// add remembers the transfers of a session.
func (m *memory) add(s *session.Session) {
	m.meet(s)
	skip := 0 // transfers that would be forgotten at once
	if over := len(m.attempts) + len(s.Transfers) - MaxAttempts; over >= MaxAttempts {
		skip = max(over-len(m.attempts), 0)
		m.forget(over - skip)
	}
	login := faceOf(s.Control)
	for i, t := range s.Transfers[skip:] {
		a := attemptOf(s, skip+i, t)
		a.faces[0] = login
		if t.Data != nil {
			a.faces[1] = faceOf(t.Data.Conn)
		}
		m.keep(&a)
	}
}

// keep remembers an attempt.
func (m *memory) keep(a *attempt) {
	if m.latestAt == nil {
		m.latestAt, m.endpoints = make(map[netip.Addr]int), make(map[netip.AddrPort]mention)
	}
	m.comparison, m.experience = comparison{}, experience{}
	number := m.forgotten + len(m.attempts) + 1
	a.earlier = m.latestAt[a.server]
	m.attempts = append(m.attempts, *a)
	m.latestAt[a.server] = number
	for _, to := range a.mentions() {
		m.endpoints[to] = mention{m.endpoints[to].count + 1, number}
	}
}

// forget forgets the n oldest attempts.
func (m *memory) forget(n int) {
	for i := range m.attempts[:n] {
		a := &m.attempts[i]
		if m.latestAt[a.server] == m.forgotten+i+1 {
			delete(m.latestAt, a.server)
		}
		for _, to := range a.mentions() {
			known := m.endpoints[to]
			if known.count--; known.count == 0 {
				delete(m.endpoints, to)
			} else {
				m.endpoints[to] = known
			}
		}
	}
	m.attempts = append(m.attempts[:0], m.attempts[n:]...)
	m.forgotten += n
}

// mentions are the endpoints that an attempt announced and went to.
func (a *attempt) mentions() []netip.AddrPort {
	both := [2]netip.AddrPort{a.announced, a.ends[1]}
	if a.announced == a.ends[1] {
		return both[:1]
	}
	return both[:]
}

// atServer are the attempts at a server, the latest first, and how many of all
// attempts are later.
func (m *memory) atServer(server netip.Addr) iter.Seq2[int, *attempt] {
	return func(yield func(int, *attempt) bool) {
		for n := m.latestAt[server]; n > m.forgotten; {
			a := &m.attempts[n-m.forgotten-1]
			if !yield(m.forgotten+len(m.attempts)-n, a) {
				return
			}
			n = a.earlier
		}
	}
}

// about are the attempts that announced an endpoint or went to it, and perhaps
// others, in order. Usually there is one, that at hand.
func (m *memory) about(to netip.AddrPort) []attempt {
	switch known := m.endpoints[to]; known.count {
	case 0:
		return nil
	case 1:
		i := known.latest - m.forgotten - 1
		return m.attempts[i : i+1]
	}
	return m.attempts
}

// attemptOf is what is remembered of a transfer, which has that place in its
// session; but for the faces.
func attemptOf(s *session.Session, place int, t *session.Transfer) attempt {
	a := attempt{
		session: s.ID, transfer: t.ID, place: place, capture: s.First.Capture, client: s.Client.Addr(), server: s.Server.Addr(),
		control: s.Server.Port(), mode: t.Mode, outcome: t.Outcome, start: t.Start(), end: t.Start(),
		secured: t.Correlation == session.CorrelationInferred,
	}
	if t.Announcement != nil {
		a.verb, a.announced, a.seen = t.Announcement.Verb, t.Announcement.Endpoint, t.Announcement.Seen
		a.told = t.Announcement.Seen
	}
	if d := t.Data; d != nil {
		a.ends, a.end, a.fate = [2]netip.AddrPort{d.Source, d.Destination}, d.Last.Time, fateOf(d)
		a.seen = d.First
	}
	return a
}

// latest is the latest of some attempts, in order, that fits; nil if none does.
func latest(attempts []attempt, fits func(*attempt) bool) *attempt {
	for i := len(attempts) - 1; i >= 0; i-- {
		if a := &attempts[i]; fits(a) {
			return a
		}
	}
	return nil
}

// latestHere is the latest attempt at a server that fits; nil if none does.
func (m *memory) latestHere(server netip.Addr, fits func(*attempt) bool) *attempt {
	for _, a := range m.atServer(server) {
		if fits(a) {
			return a
		}
	}
	return nil
}

// fateOf says what became of a data connection.
func fateOf(d *session.Data) fate {
	switch d.State {
	case session.StateUnanswered:
		return fateUnanswered
	case session.StateRefused:
		return fateRefused
	case session.StateProhibited:
		return fateProhibited
	}
	if d.Conn != nil && !d.Conn.Established.Yes() && !d.Conn.Midstream {
		return fateUnanswered
	}
	return fateOpened
}
