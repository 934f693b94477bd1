package diagnose

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// MaxAttempts bounds what an Engine remembers of sessions: at least so many of the
// latest attempts to open a data connection, at most twice as many. Every rule
// that compares walks over them, so they are not many.
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
}

// memory holds the latest attempts, those of the session at hand included.
type memory struct {
	attempts []attempt
	contacts []contact
	isns     map[uint32]int // how many contacts began with this sequence number

	comparison comparison // the last that was wanted, of these attempts
}

// add remembers the transfers of a session.
func (m *memory) add(s *session.Session) {
	m.meet(s)
	m.comparison = comparison{}
	for i, t := range s.Transfers {
		m.attempts = append(m.attempts, attemptOf(s, i, t))
	}
	if over := len(m.attempts) - MaxAttempts; over >= MaxAttempts {
		m.attempts = append(m.attempts[:0], m.attempts[over:]...)
	}
}

// attemptOf is what is remembered of a transfer, which has that place in its
// session.
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
		a.faces[1] = faceOf(d.Conn)
	}
	a.faces[0] = faceOf(s.Control)
	return a
}

// latest is the latest attempt that fits; nil if none does.
func (m *memory) latest(fits func(*attempt) bool) *attempt {
	for i := len(m.attempts) - 1; i >= 0; i-- {
		if a := &m.attempts[i]; fits(a) {
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
