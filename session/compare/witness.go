package compare

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// witness says for each sight whether absence there proves anything.
func (p *path) witness(s *Session, ts *traces) {
	loosely := ts.of[s.Session.Control].loose
	shared := s.Control.established()
	for k := range s.Control.Points {
		v := &s.Control.Points[k]
		switch {
		case s.At[v.Point] == nil && shared:
			v.Blind = "it holds nothing of this session"
		case s.At[v.Point] == nil:
			v.unheard = true
			v.Blind, v.doubt = p.unrelated(s, v.Point)
		default:
			v.doubt = p.doubts(s, v.Point)
		}
	}
	for i := range s.Views {
		t := s.Transfers[i]
		for k := range s.Views[i].Points {
			v := &s.Views[i].Points[k]
			v.Blind, v.doubt = p.blindTo(s, t, v)
			if v.doubt == "" {
				v.doubt = s.Control.Points[k].doubt
			}
			if v.doubt == "" && loosely {
				v.doubt = "sequence numbers are rewritten on the way, so that connections were told by ports and time"
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

// unrelated says what keeps a point from telling anything of a session that never
// came up, and of which it holds nothing; or what makes that doubtful.
func (p *path) unrelated(s *Session, point int) (blind, doubt string) {
	if c := p.points[point].Capture; c.LeavesOut(s.Client, s.Session.Server) {
		return fmt.Sprintf("its capture filter %q leaves the session out", c.Filters[0]), ""
	}
	for _, r := range p.points[point].Sessions {
		if r.Server.Addr() == s.Session.Server.Addr() || r.Client.Addr() == s.Client.Addr() {
			return "", ""
		}
	}
	if p.place(point) < 0 {
		return "", "it holds nothing that another of the captures holds, so that nothing shows that it is on the path"
	}
	return "", "it holds no other session of these hosts"
}

// doubts says what makes absence from a capture doubtful.
func (p *path) doubts(s *Session, point int) string {
	c := &p.points[point].Capture
	switch {
	case c.Drops > 0:
		return fmt.Sprintf("the capturing program says that it dropped %d packets", c.Drops)
	case s.At[point].LostBytes > 0:
		return fmt.Sprintf("it lacks %d bytes of the control connection", s.At[point].LostBytes)
	case !c.Complete:
		return "its file is cut or damaged"
	}
	return ""
}

// blindTo says why a point cannot tell anything of a data connection by its
// absence; or what makes that doubtful.
func (p *path) blindTo(s *Session, t *session.Transfer, v *Sight) (blind, doubt string) {
	at, c := s.At[v.Point], &p.points[v.Point]
	if at == nil {
		return "it holds nothing of this session", ""
	}
	if v.Conn != nil {
		return "", ""
	}
	if c.Book.full {
		return "it has more connections than are kept", ""
	}
	from, to := endsAt(at, t)
	if c.LeavesOut(from, to) {
		return fmt.Sprintf("its capture filter %q leaves the data connection out", c.Filters[0]), ""
	}
	if id := s.without(v.Point, t.Mode); id != "" {
		return fmt.Sprintf("it holds no packet of the data connection of %s either, which went well", id), ""
	}
	if h := at.Control.Half; h[0].Packets == 0 || h[1].Packets == 0 {
		return "it shows only one direction", ""
	}
	if c.PortsOnly(t.Mode == ftp.ModeActive) {
		return "it holds nothing but the ports of FTP, as if it had been filtered by them", ""
	}
	return "", ""
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

// without is a transfer of the same mode that went well, of whose data connection
// a point holds nothing though others do; empty if there is none.
func (s *Session) without(point int, mode ftp.Mode) string {
	for i, t := range s.Transfers {
		if t.Outcome != session.OutcomeCompleted || t.Mode != mode {
			continue
		}
		here, elsewhere := false, 0
		for _, v := range s.Views[i].Points {
			switch {
			case v.Conn != nil && v.Point == point:
				here = true
			case v.Conn != nil:
				elsewhere++
			}
		}
		if here {
			return ""
		}
		if elsewhere > 0 {
			return t.ID
		}
	}
	return ""
}
