package diagnose

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The hosts of a session, as sides of its control connection.
const (
	client = ftp.Initiator
	server = ftp.Listener
)

// subject is what a rule looks at: one transfer of a session, or, if t is nil,
// the session as a whole.
type subject struct {
	*session.Session
	t       *session.Transfer
	place   int      // of t in the session
	memory  *memory  // attempts of this session and of earlier ones
	sights  *sights  // how the packets of hosts looked so far
	lately  lately   // how those of this session did
	vantage Vantage  // where it was captured
	capture *Capture // that it began in
	vetoes  []*veto  // that apply to it; nil where nobody asked yet, see applying
	proof   *Proof   // what captures of other points prove of it, or nil
	shown   shown    // what it and earlier sessions tell about what the capture holds
}

// host is the address of a host of the session.
func (s *subject) host(of ftp.Side) netip.AddrPort {
	if of == client {
		return s.Client
	}
	return s.Server
}

// conn is the data connection that counts, or nil.
func (s *subject) conn() *ftp.Conn {
	if s.t == nil || s.t.Data == nil {
		return nil
	}
	return s.t.Data.Conn
}

// listens is the host that listens for the data connection of the transfer:
// the server in passive mode.
func (s *subject) listens() ftp.Side {
	if s.t != nil && s.t.Mode == ftp.ModeActive {
		return client
	}
	return server
}

// passive and active report the mode of the transfer.
func (s *subject) passive() bool { return s.t != nil && s.t.Mode == ftp.ModePassive }
func (s *subject) active() bool  { return s.t != nil && s.t.Mode == ftp.ModeActive }

// accepted reports whether an announcement was accepted, or nothing is known
// against it.
func (s *subject) accepted() bool {
	a := s.t.Announcement
	return a != nil && (a.Accepted == nil || *a.Accepted)
}

// taken reports whether the server took the announcement: it said so, or what it
// said to the transfer command shows it where the capture lacks the answer.
func (s *subject) taken() bool {
	a := s.t.Announcement
	switch {
	case a == nil:
		return false
	case a.Accepted != nil:
		return *a.Accepted
	}
	return s.t.Prelim != nil || s.t.Reply != nil && serverMet(s.t.Reply) != errnoNoAnnouncement
}

// announced is the endpoint that was announced; invalid where none could be
// read.
func (s *subject) announced() netip.AddrPort {
	if s.t == nil || s.t.Announcement == nil {
		return netip.AddrPort{}
	}
	return s.t.Announcement.Endpoint
}

// target is where the data connection went, else the endpoint that was announced.
func (s *subject) target() netip.AddrPort {
	if c := s.conn(); c != nil {
		return c.Ends[ftp.Listener]
	}
	return s.announced()
}

// toServer and toClient report whether an endpoint has the address that the
// session has that host at.
func (s *subject) toServer(to netip.AddrPort) bool { return to.Addr() == s.Server.Addr() }
func (s *subject) toClient(to netip.AddrPort) bool { return to.Addr() == s.Client.Addr() }

// readable reports whether the control connection could be read when the
// transfer began.
func (s *subject) readable() bool {
	return s.t == nil && !s.Encrypted || s.t != nil && s.t.Correlation == session.CorrelationAnnounced
}

// fate is what became of the data connection.
func (s *subject) fate() fate {
	if s.t == nil || s.t.Data == nil {
		return fateNone
	}
	return fateOf(s.t.Data)
}

// completed reports whether the transfer went well.
func (s *subject) completed() bool {
	return s.t != nil && s.t.Outcome == session.OutcomeCompleted
}

// wanted is the transfer command's verb, or empty.
func (s *subject) wanted() string {
	if s.t == nil || s.t.Command == nil {
		return ""
	}
	return s.t.Command.Verb
}

// reply is the reply that speaks last of the transfer: the final one, else the
// one to the announcement; nil if there is none.
func (s *subject) reply() *session.Reply {
	switch {
	case s.t == nil:
		return nil
	case s.t.Reply != nil:
		return s.t.Reply
	case s.t.Announcement != nil && s.t.Announcement.Reply != nil && s.t.Announcement.Reply.Code >= 400:
		return s.t.Announcement.Reply
	}
	return nil
}

// tries counts the SYNs of all connections that were tried for the transfer,
// and returns the first and the last of those that are remembered.
func (s *subject) tries() (n int, first, last ftp.Seen) {
	if s.t == nil || s.t.Data == nil {
		return 0, first, last
	}
	for _, c := range s.t.Data.Attempts {
		n += max(c.SYNCount, len(c.SYNs))
		for _, syn := range c.SYNs {
			if !first.Yes() || syn.Time.Before(first.Time) {
				first = syn.Seen
			}
			if !last.Yes() || syn.Time.After(last.Time) {
				last = syn.Seen
			}
		}
	}
	return n, first, last
}

// aliveAfter is what the server sent on the control connection after a moment:
// it is up, then. The zero Seen if it sent nothing.
func (s *subject) aliveAfter(at ftp.Time) ftp.Seen {
	if s.Control == nil {
		return ftp.Seen{}
	}
	if last := s.Control.Half[server].LastPacket; last.Yes() && last.Time.After(at) {
		return last
	}
	return ftp.Seen{}
}

// finding begins a finding about the subject.
func (s *subject) finding(code Code, severity Severity) *Finding {
	f := &Finding{Code: code, Severity: severity, Session: s.ID, Count: 1}
	if s.t != nil {
		f.Transfers = []string{s.t.ID}
		f.key = s.t.Mode.String()
	}
	return f
}

// works lists the transfers of this session that went well in another mode, or by
// another announcement, than this one, at most three.
func (s *subject) works() []string {
	var out []string
	for _, t := range s.Transfers {
		if t == s.t || t.Outcome != session.OutcomeCompleted || t.Mode == ftp.ModeUnknown || len(out) == 3 {
			continue
		}
		if t.Mode != s.t.Mode || verbOf(t) != verbOf(s.t) {
			out = append(out, t.ID)
		}
	}
	return out
}

func verbOf(t *session.Transfer) string {
	if t.Announcement == nil {
		return ""
	}
	return t.Announcement.Verb
}
