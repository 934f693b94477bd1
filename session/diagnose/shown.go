package diagnose

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// MaxServers bounds of how many servers it is remembered what a capture shows of
// their data connections.
const MaxServers = 1024

// dataShown is what a capture shows of the data connections of one server in one
// mode: so far, the session at hand included.
type dataShown struct {
	seen bool      // packets of some are in it
	gone []without // transfers that went well without, at most MaxProofs
}

// MaxProofs bounds dataShown.gone.
const MaxProofs = 8

// without is a transfer that went well though no packet of its data connection is
// in the capture: it does not show such connections.
type without struct {
	session, transfer string
	endpoint          netip.AddrPort
	seen              ftp.Seen // the reply
	code              int      // of the reply
}

// missesData reports whether the capture does not hold data connections: some
// are known to have been there, and not one was seen.
func (d *dataShown) missesData() bool { return !d.seen && len(d.gone) > 0 }

// shown is what a subject's session, and earlier ones, tell about the capture.
type shown struct {
	passive, active *dataShown // of this server
	lost            loss       // of this session
}

// of is what is shown of data connections in a mode.
func (s shown) of(mode ftp.Mode) *dataShown {
	switch {
	case mode == ftp.ModePassive && s.passive != nil:
		return s.passive
	case mode == ftp.ModeActive && s.active != nil:
		return s.active
	}
	return &dataShown{}
}

// loss is what the capture lacks of a session: bytes that the other side
// acknowledged, and that are in no captured packet.
type loss struct {
	control, data int64
	at            ftp.Seen // a packet of a connection that lacks some
}

// yes reports whether anything is missing.
func (l loss) yes() bool { return l.control+l.data > 0 }

// lostOf adds up what the capture lacks of a session.
func lostOf(s *session.Session) loss {
	var l loss
	if s.Control != nil {
		if l.control = lostBytes(s.Control); l.control > 0 {
			l.at = s.First
		}
	}
	for _, t := range s.Transfers {
		if t.Data == nil || t.Data.Conn == nil {
			continue
		}
		n := lostBytes(t.Data.Conn)
		if n > 0 && !l.at.Yes() {
			l.at = t.Data.First
		}
		l.data += n
	}
	return l
}

// lostBytes is how many bytes of a connection are in no captured packet though
// their receiver acknowledged them. What it did not acknowledge was perhaps lost
// on the way; and where the sender repeats itself in vain, the acknowledgments are
// about something else.
func lostBytes(c *ftp.Conn) int64 {
	var n int64
	if c.Thinned {
		return 0 // nobody knows
	}
	for i := range c.Half {
		h, other := &c.Half[i], &c.Half[1-i]
		if waiting := h.Bytes - h.Acked; h.Missing > waiting {
			n += h.Missing - max(waiting, 0)
		}
		if other.Unsent.Count > 0 && other.Unsent.Delta > 0 && !h.Stuck.Yes() {
			n += other.Unsent.Delta
		}
	}
	return n
}

// sighting names the data connections of a server in one mode.
type sighting struct {
	server netip.Addr
	mode   ftp.Mode
}

// look takes notice of what a session shows of data connections.
func (w *wide) look(s *session.Session, m *memory) shown {
	c := w.of(s.First.Capture)
	var seen [ftp.ModePassive + 1]bool // data connections in that mode
	for _, t := range s.Transfers {
		switch {
		case t.Mode == ftp.ModeUnknown:
		case t.Data != nil:
			if seen[t.Mode] {
				continue
			}
			if d := c.sight(s.Server.Addr(), t.Mode); d != nil {
				d.seen, seen[t.Mode] = true, true
			}
		case t.Announcement != nil && t.Announcement.Endpoint.IsValid():
			c.unseen(s, t, m)
		}
	}
	return shown{passive: c.sight(s.Server.Addr(), ftp.ModePassive), active: c.sight(s.Server.Addr(), ftp.ModeActive), lost: lostOf(s)}
}

// unseen takes notice of a transfer without data connection.
func (c *overall) unseen(s *session.Session, t *session.Transfer, m *memory) {
	to := t.Announcement.Endpoint
	if t.Mode == ftp.ModeActive && to.Addr() != s.Client.Addr() {
		// Another host is to be called: no connection of this session's hosts.
		if d := c.sights[sighting{to.Addr(), ftp.ModePassive}]; d != nil {
			d.forget(to)
		}
		return
	}
	if !wentWell(t) || len(s.Notices) > 0 || t.Mode == ftp.ModePassive && m.called(to) != nil {
		return
	}
	if d := c.sight(s.Server.Addr(), t.Mode); d != nil && len(d.gone) < MaxProofs {
		d.gone = append(d.gone, without{s.ID, t.ID, to, t.Reply.Seen, t.Reply.Code})
	}
}

// wentWell reports whether the server said that bytes were moved: it announced
// the data connection, and then that all went well.
func wentWell(t *session.Transfer) bool {
	return t.Outcome == session.OutcomeCompleted && t.Command != nil && t.Prelim != nil && t.Reply != nil && t.Reply.Code/100 == 2
}

// called is another session that told its server to connect to a passive endpoint:
// a transfer between two servers, which need not pass here.
func (m *memory) called(to netip.AddrPort) *attempt {
	return latest(m.about(to), func(a *attempt) bool { return a.mode == ftp.ModeActive && a.announced == to })
}

// forget takes one back.
func (d *dataShown) forget(endpoint netip.AddrPort) {
	for i, p := range d.gone {
		if p.endpoint == endpoint {
			d.gone = append(d.gone[:i], d.gone[i+1:]...)
			return
		}
	}
}

// sight is what is known of a server's data connections; nil if there are too
// many servers.
func (c *overall) sight(server netip.Addr, mode ftp.Mode) *dataShown {
	k := sighting{server, mode}
	if d := c.sights[k]; d != nil {
		return d
	}
	if len(c.sights) >= 2*MaxServers {
		return nil
	}
	d := new(dataShown)
	c.sights[k] = d
	return d
}
