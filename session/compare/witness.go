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
			v.lossy = v.doubt != ""
		}
		v.heard = p.known[v.Point].servers[s.Session.Server.Addr()]
		deaf, doubt := p.deafOf(s, v.Point)
		if v.deaf = deaf; v.doubt == "" {
			v.doubt = doubt
		}
	}
	loosely := ts.loosely(s.Session.Control)
	s.Control.loose = loosely
	data := make([]dataKnown, len(s.Control.Points))
	for k := range s.Control.Points {
		data[k] = p.dataKnown(s, s.Control.Points[k].Point)
	}
	for i := range s.Views {
		t := s.Transfers[i]
		s.Views[i].loose = loosely || t.Data != nil && ts.loosely(t.Data.Conn)
		for k := range s.Views[i].Points {
			v := &s.Views[i].Points[k]
			doubt := v.doubt
			v.Blind, v.doubt = p.blindTo(s, t, v, &data[k])
			v.heard, v.lossy = data[k].answered[t.Mode], s.Control.Points[k].lossy
			for _, other := range []string{doubt, s.Control.Points[k].doubt} {
				if v.doubt == "" {
					v.doubt = other
				}
			}
			if v.doubt == "" && loosely {
				v.doubt = "sequence numbers are rewritten on the way, so that connections were told by ports and time"
			}
			for d := range v.deaf {
				v.deaf[d] = s.Control.Points[k].deaf[d] || data[k].deaf[d]
			}
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

// deafToData are the directions in which data connections that went well do not pass
// a point: they take another way.
func (s *Session) deafToData(point int) (deaf [2]bool) {
	for i, t := range s.Transfers {
		if t.Outcome != session.OutcomeCompleted || t.Data == nil {
			continue
		}
		here := s.Views[i].at(point).Conn
		if here == nil || here.Role == ftp.RoleNone {
			continue
		}
		for side := range ftp.Side(2) {
			d := toServer
			if (side == ftp.Initiator) != (t.Data.Initiator == session.InitiatorClient) {
				d = toClient
			}
			if missed(here, side) && !missed(t.Data.Conn, side) {
				deaf[d] = true
			}
		}
	}
	return deaf
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
	switch {
	case p.knocked(s, point):
		return "it holds an attempt to connect to the same port at that time, which may be the same behind a NAT", ""
	case p.place(point) < 0:
		return "", "it holds nothing that another of the captures holds, so that nothing shows that it is on the path"
	}
	if _, ok := p.known[point].servers[s.Session.Server.Addr()]; !ok {
		return "", strangers
	}
	return "", "it holds nothing of this session, which may have taken another way"
}

// strangers is said of a point that never saw the hosts of a session.
const strangers = "it holds no session with that server, so that nothing shows that it is on the way to it"

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
	for _, h := range s.At[point].Control.Half {
		if h.Unsent.Count > 0 {
			return "it lacks bytes of the control connection that are acknowledged in it"
		}
	}
	return p.damage(point)
}

// blindTo says why a point cannot tell anything of a data connection by its
// absence; or what makes that doubtful.
func (p *path) blindTo(s *Session, t *session.Transfer, v *Sight, known *dataKnown) (blind, doubt string) {
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
	seen, without := known.seen[t.Mode], known.without[t.Mode]
	switch {
	case !seen && without != "":
		return fmt.Sprintf("it holds no packet of the data connection of %s either, which went well", without), ""
	case !seen && point.PortsOnly(t.Mode == ftp.ModeActive):
		return "it holds nothing but the ports of FTP, as if it had been filtered by them", ""
	case seen, doubt != "":
		return "", doubt
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

// dataKnown is what a point shows of data connections of the hosts of a session.
type dataKnown struct {
	dataShown
	deaf [2]bool // directions that data connections of the session itself do not pass there
}

// dataKnown looks at all that a point has of these hosts.
func (p *path) dataKnown(s *Session, point int) dataKnown {
	out := dataKnown{deaf: s.deafToData(point)}
	if at := s.At[point]; at != nil {
		out.dataShown = p.known[point].data[hostsOf(at)]
	}
	return out
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
