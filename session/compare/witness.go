package compare

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// witness says for each sight whether absence there proves anything.
func (p *path) witness(s *Session, ts *traces) {
	shared := s.Control.established()
	for k := range s.Control.Points {
		v := &s.Control.Points[k]
		switch {
		case s.At[v.Point] == nil && shared:
			v.Blind = "it holds nothing of this session"
		case s.At[v.Point] == nil:
			v.Blind, v.doubt = p.unrelated(s, v.Point)
			v.unheard = v.doubt != ""
		default:
			v.doubt = p.doubts(s, v.Point)
		}
		deaf, doubt := p.deafOf(s, v.Point)
		if v.deaf = deaf; v.doubt == "" {
			v.doubt = doubt
		}
	}
	loosely := ts.loosely(s.Session.Control)
	for i := range s.Views {
		t := s.Transfers[i]
		for k := range s.Views[i].Points {
			v := &s.Views[i].Points[k]
			doubt := v.doubt
			v.Blind, v.doubt = p.blindTo(s, t, v)
			for _, other := range []string{doubt, s.Control.Points[k].doubt} {
				if v.doubt == "" {
					v.doubt = other
				}
			}
			if v.doubt == "" && loosely {
				v.doubt = "sequence numbers are rewritten on the way, so that connections were told by ports and time"
			}
			v.deaf = s.Control.Points[k].deaf
			p.deafToData(s, v)
		}
	}
}

// established reports whether the connection came up at any point.
func (v *View) established() bool {
	for _, one := range v.Points {
		if one.Conn != nil && (one.Conn.Established.Yes() || one.Conn.Midstream) {
			return true
		}
	}
	return false
}

// Directions, as an index.
const (
	toServer = 0
	toClient = 1
)

// deafOf says of which directions a point captured nothing, of this session, or, of
// one that never came up, of any. Where nothing at all tells, doubt says so.
func (p *path) deafOf(s *Session, point int) (deaf [2]bool, doubt string) {
	var seen [2]bool
	look := func(c *ftp.Conn) {
		seen[toServer] = seen[toServer] || c.Half[ftp.Initiator].Packets > 0
		seen[toClient] = seen[toClient] || c.Half[ftp.Listener].Packets > 0
	}
	at, known := s.At[point], false
	if at != nil {
		look(at.Control)
		known = at.Control.Established.Yes()
	}
	for _, other := range p.points[point].Sessions {
		if known {
			break
		}
		look(other.Control)
		known = seen[toServer] && seen[toClient]
	}
	if !known {
		return deaf, "it may have captured one direction only"
	}
	return [2]bool{!seen[toServer], !seen[toClient]}, ""
}

// deafToData adds the directions in which data connections that went well do not
// pass a point: they take another way.
func (p *path) deafToData(s *Session, v *Sight) {
	for i, t := range s.Transfers {
		if t.Outcome != session.OutcomeCompleted || t.Data == nil {
			continue
		}
		here := s.Views[i].at(v.Point).Conn
		if here == nil || here.Role == ftp.RoleNone {
			continue
		}
		for side := range ftp.Side(2) {
			d := toServer
			if (side == ftp.Initiator) != (t.Data.Initiator == session.InitiatorClient) {
				d = toClient
			}
			if missed(here, side) && !missed(t.Data.Conn, side) {
				v.deaf[d] = true
			}
		}
	}
}

// missed reports whether a capture lacks what a side of an open connection sent: all
// of it, all of its payload, or its SYN-ACK.
func missed(c *ftp.Conn, side ftp.Side) bool {
	h := &c.Half[side]
	return h.Packets == 0 || h.Bytes > 0 && h.Missing == h.Bytes || side == ftp.Listener && len(c.SYNs) > 0 && len(synAcksOf(c)) == 0
}

// unrelated says what keeps a point from telling anything of a session that never
// came up, and of which it holds nothing; and what makes that doubtful.
func (p *path) unrelated(s *Session, point int) (blind, doubt string) {
	c := &p.points[point].Capture
	switch {
	case c.LeavesOut(s.Client, s.Session.Server):
		return fmt.Sprintf("its capture filter %q leaves the session out", c.Filters[0]), ""
	case p.points[point].Book.full:
		return "it has more connections than are kept", ""
	case c.Drops > 0 || !c.Complete:
		return "", p.damage(point)
	}
	knows := false
	for _, other := range p.points[point].Sessions {
		switch {
		case p.mayBe(s, other):
			return "it holds an attempt to connect to the same port at that time, which may be the same behind a NAT", ""
		case other.Server.Addr() != s.Session.Server.Addr():
		case other.Client.Addr() == s.Client.Addr() && other.Control.Established.Yes() && nextTo(other, ftp.ModePassive):
			return "", ""
		default:
			knows = true
		}
	}
	if p.place(point) < 0 {
		return "", "it holds nothing that another of the captures holds, so that nothing shows that it is on the path"
	}
	if !knows {
		return "", strangers
	}
	return "", "it holds nothing of this session, which may have taken another way"
}

// strangers is said of a point that never saw the hosts of a session.
const strangers = "it holds no session with that server, so that nothing shows that it is on the way to it"

// mayBe reports whether a session of another point, that came to nothing as well, is
// perhaps the same, with all its numbers rewritten.
func (p *path) mayBe(s *Session, other *session.Session) bool {
	return !other.Control.Established.Yes() && other.Server.Port() == s.Session.Server.Port() &&
		!p.met[other] && (!p.related(s.Session.First.Capture, other.First.Capture) || p.when(other.First).Sub(p.when(s.Session.First)).Abs() <= looseTime)
}

// damage says what is wrong with a capture; empty where nothing is known to be.
func (p *path) damage(point int) string {
	c := &p.points[point].Capture
	switch {
	case c.Drops > 0:
		return fmt.Sprintf("the capturing program says that it dropped %d packets", c.Drops)
	case !c.Complete:
		return "its file is cut or damaged"
	}
	return ""
}

// doubts says what makes absence from a capture doubtful.
func (p *path) doubts(s *Session, point int) string {
	if lost := s.At[point].LostBytes; lost > 0 {
		return fmt.Sprintf("it lacks %d bytes of the control connection", lost)
	}
	return p.damage(point)
}

// blindTo says why a point cannot tell anything of a data connection by its
// absence; or what makes that doubtful.
func (p *path) blindTo(s *Session, t *session.Transfer, v *Sight) (blind, doubt string) {
	at, point := s.At[v.Point], &p.points[v.Point]
	switch {
	case at == nil:
		return "it holds nothing of this session", ""
	case v.Conn != nil:
		return "", ""
	case point.Book.full:
		return "it has more connections than are kept", ""
	}
	blind, doubt = s.astray(t)
	if blind != "" {
		return blind, ""
	}
	from, to := endsAt(at, t)
	if point.LeavesOut(from, to) {
		return fmt.Sprintf("its capture filter %q leaves the data connection out", point.Filters[0]), ""
	}
	seen, without := point.dataOf(at, t.Mode)
	switch {
	case !seen && without != "":
		return fmt.Sprintf("it holds no packet of the data connection of %s either, which went well", without), ""
	case seen, doubt != "":
		return "", doubt
	case point.PortsOnly(t.Mode == ftp.ModeActive):
		return "it holds nothing but the ports of FTP, as if it had been filtered by them", ""
	case !point.Unfiltered():
		return "", "it holds no data connection of these hosts, and may have been filtered by ports"
	case !nextTo(at, t.Mode):
		return "", "it holds no data connection of these hosts, which may take another way than the control connection"
	}
	return "", ""
}

// astray says what it means that a data connection goes to another host than the
// session's: a public one is reached by whatever way, a private one by none.
func (s *Session) astray(t *session.Transfer) (blind, doubt string) {
	if t.Data == nil || s.At[t.Data.First.Capture] == nil {
		return "", ""
	}
	at, to := s.At[t.Data.First.Capture], t.Data.Destination.Addr().Unmap()
	host := at.Server.Addr().Unmap()
	if t.Data.Initiator == session.InitiatorServer {
		host = at.Client.Addr().Unmap()
	}
	switch text := fmt.Sprintf("the data connection goes to %s, not to %s, and need not pass there", to, host); {
	case to == host:
		return "", ""
	case to.IsPrivate() || to.IsLinkLocalUnicast() || to.IsLoopback():
		return "", text
	default:
		return text, ""
	}
}

// dataOf tells whether a point holds data connections of the hosts of a session in
// a mode; if not, without is a transfer that went well although.
func (p *Point) dataOf(s *session.Session, mode ftp.Mode) (seen bool, without string) {
	for _, other := range p.Sessions {
		if other.Server.Addr() != s.Server.Addr() || other.Client.Addr() != s.Client.Addr() {
			continue
		}
		for _, t := range other.Transfers {
			switch {
			case t.Mode != mode:
			case t.Data != nil:
				return true, ""
			case t.Outcome == session.OutcomeCompleted && without == "":
				without = t.ID
			}
		}
	}
	return false, without
}

// nextTo reports whether no router lies between a point and the host that listens
// for the data connection: what comes to it by whatever way passes there.
func nextTo(s *session.Session, mode ftp.Mode) bool {
	side := ftp.Listener
	if mode == ftp.ModeActive {
		side = ftp.Initiator
	}
	switch s.Control.Half[side].Wire.TTLMax {
	case 64, 128, 255: // the values that systems begin with
		return true
	}
	return false
}

// endsAt are the ends that the data connection would have at a point.
func endsAt(s *session.Session, t *session.Transfer) (from, to netip.AddrPort) {
	from, to = netip.AddrPortFrom(s.Client.Addr(), 0), netip.AddrPortFrom(s.Server.Addr(), 0)
	if t.Mode == ftp.ModeActive {
		from, to = to, from
	}
	if t.Announcement != nil && t.Announcement.Endpoint.IsValid() {
		to = netip.AddrPortFrom(to.Addr(), t.Announcement.Endpoint.Port())
	}
	return from, to
}
