package compare

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// judged is what the points show together of a session: a verdict for each
// transfer, and one for the control connection.
type judged struct {
	control   *verdict
	transfers []*verdict
}

// judge finds where on the path something happened to the packets of a session.
// Each transfer gets a verdict; that of the control connection may be nil.
func (p *path) judge(s *Session) judged {
	var out judged
	out.control = p.judgeControl(s)
	for i, t := range s.Transfers {
		v := p.judgeTransfer(s, t, &s.Views[i])
		if (v == nil || !v.harmed()) && out.control != nil && out.control.harmed() && p.teller(s, i, out.control.point) {
			shared := &verdict{point: out.control.point, proof: out.control.proof}
			if v != nil {
				shared.stretches = v.stretches
			}
			v = shared
		}
		if v == nil {
			v = &verdict{point: p.bestPoint(s, i), proof: &diagnose.Proof{}}
		}
		own := *v.proof // that of the control connection is shared
		v.proof = &own
		p.judgeAnnouncement(s, t, &s.Views[i], v)
		out.transfers = append(out.transfers, v)
	}
	return out
}

// harmed reports whether a packet was lost or answered on the way.
func (v *verdict) harmed() bool {
	return slices.ContainsFunc(v.stretches, func(s *Stretch) bool { return s.What != Changed })
}

// judgeControl judges the control connection.
func (p *path) judgeControl(s *Session) *verdict {
	l := p.lineOf(&s.Control, ftp.Initiator, true)
	nat := l.translated()
	var v *verdict
	if !s.Control.established() {
		v = l.handshake()
	} else if v = l.handshake(); v == nil {
		v = p.flow(&s.Control, true, s.stretched(), s.controlPayloadOf)
	}
	if v == nil && len(nat) == 0 {
		return nil
	}
	if v == nil {
		v = &verdict{point: s.nearestPoint(), proof: &diagnose.Proof{}}
	}
	v.proof.Control = true
	v.stretches = append(v.stretches, nat...)
	return v
}

// stretched is by how many bytes announcements that were rewritten on the way may
// have moved what follows them on the control connection.
func (s *Session) stretched() int64 {
	n := 0
	for _, v := range s.Views {
		for k := 1; k < len(v.Points); k++ {
			a, b := len(v.Points[k-1].Announcement), len(v.Points[k].Announcement)
			if a > 0 && b > 0 {
				n += max(a-b, b-a)
			}
		}
	}
	return int64(n)
}

// nearestPoint is the point nearest to the client that has the session.
func (s *Session) nearestPoint() int {
	for _, i := range s.Order {
		if s.At[i] != nil {
			return i
		}
	}
	return -1
}

// judgeTransfer judges the data connection of a transfer.
func (p *path) judgeTransfer(s *Session, t *session.Transfer, view *View) *verdict {
	if t.Data == nil || t.Mode == ftp.ModeUnknown || t.Data.Initiator == session.InitiatorOther || p.betweenServers(s, t) {
		return nil // not on the path between this client and its server
	}
	passive := t.Data.Initiator == session.InitiatorClient
	l := p.lineOf(view, ftp.Initiator, passive)
	nat := l.translated()
	var v *verdict
	if t.Outcome == session.OutcomeCompleted {
		v = p.unfinished(view, passive)
	} else if v = l.handshake(); v == nil {
		if v = p.flow(view, passive, 0, payloadOf); v == nil {
			v = p.ending(view, passive)
		}
	}
	if v == nil && len(nat) > 0 {
		v = &verdict{point: p.bestPointOf(s, view, t), proof: &diagnose.Proof{}}
	}
	if v != nil {
		v.stretches = append(v.stretches, nat...)
	}
	return v
}

// betweenServers reports whether the data connection goes to the server of another
// session: FXP.
func (p *path) betweenServers(s *Session, t *session.Transfer) bool {
	to := t.Data.Destination.Addr()
	for i, h := range p.hosts {
		if h.servers[to] && (s.At[i] == nil || s.At[i].Server.Addr() != to) {
			return true
		}
	}
	return false
}

// unfinished: a transfer that a reply calls complete, whose payload did not come
// through.
func (p *path) unfinished(view *View, passive bool) *verdict {
	for _, side := range []ftp.Side{ftp.Initiator, ftp.Listener} {
		if v := p.lineOf(view, side, passive).lostPayload(PacketData); v != nil {
			return v
		}
	}
	return nil
}

// judgeAnnouncement adds what became of the announcement on its way.
func (p *path) judgeAnnouncement(s *Session, t *session.Transfer, view *View, v *verdict) {
	if t.Announcement == nil {
		return
	}
	toServer := t.Mode == ftp.ModeActive
	changes := p.rewritten(view, toServer)
	v.stretches = append(v.stretches, changes...)
	if len(changes) > 0 {
		v.proof.Change = p.changeOf(s, view, changes[0], toServer)
		return
	}
	if nat := p.lineOf(&s.Control, ftp.Initiator, true).translated(); len(nat) > 0 {
		v.proof.NAT = fmt.Sprintf("%s the addresses of the control connection are translated (%s), and the announcement is not", p.where(nat[0]), nat[0].Text)
	}
}

// changeOf is the change of an announcement on a stretch.
func (p *path) changeOf(s *Session, view *View, st *Stretch, toServer bool) *diagnose.Change {
	from, to := st.Between[0], st.Between[1]
	if !toServer {
		from, to = to, from
	}
	before, after := view.at(from), view.at(to)
	if before.Transfer == nil || after.Transfer == nil || s.At[to] == nil {
		return nil
	}
	a, b := before.Transfer.Announcement, after.Transfer.Announcement
	c := &diagnose.Change{
		Before: a.Endpoint, After: b.Endpoint, BeforeSeen: before.Announced, AfterSeen: after.Announced,
		Header: s.At[to].Server.Addr(), Shows: st.Text,
		Place: diagnose.Place{Statement: diagnose.Statement{Text: p.where(st) + ": a router that translates addresses", Confidence: st.Confidence}, Where: diagnose.Middle},
	}
	if toServer {
		c.Header = s.At[to].Client.Addr()
	}
	if !c.Before.IsValid() || !c.After.IsValid() || c.Before == c.After {
		return nil
	}
	return c
}

// at is the sight of a point.
func (v *View) at(point int) *Sight {
	for k := range v.Points {
		if v.Points[k].Point == point {
			return &v.Points[k]
		}
	}
	return &Sight{Point: point}
}

// teller reports whether a point has the transfer at index i, so that a finding
// about it can be made there.
func (p *path) teller(s *Session, i, point int) bool {
	return s.Views[i].at(point).Transfer != nil
}

// bestPoint is the point whose finding about a transfer is worth most.
func (p *path) bestPoint(s *Session, i int) int {
	return p.bestPointOf(s, &s.Views[i], s.Transfers[i])
}

// bestPointOf is the point nearest to who opens the data connection of those where
// the transfer came to what all points together prove.
func (p *path) bestPointOf(s *Session, view *View, t *session.Transfer) int {
	best := -1
	for k := range view.Points {
		one := &view.Points[k]
		if one.Transfer == nil || one.Transfer.Outcome != t.Outcome {
			continue
		}
		if best < 0 || t.Mode == ftp.ModeActive && t.Outcome == session.OutcomeUnseen {
			best = one.Point
		}
	}
	if best < 0 {
		return s.nearestPoint()
	}
	return best
}
