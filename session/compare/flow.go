package compare

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// flow finds where an open connection came to harm: a RST that nobody behind it
// sent, a packet that was rejected, payload or acknowledgments that were lost.
// It returns nil where the points show the same. Positions of one point may differ
// by slack from those of another, where a device changed the text.
func (p *path) flow(v *View, clientOpened bool, slack int64, name func(*line) Packet) *verdict {
	lines := []*line{p.lineOf(v, ftp.Initiator, clientOpened), p.lineOf(v, ftp.Listener, clientOpened)}
	for _, l := range lines {
		l.slack = slack
	}
	for _, find := range []func(*line, Packet) *verdict{(*line).forged, (*line).rejected, (*line).lostPayload, (*line).lostACKs, (*line).lostProbes} {
		for _, l := range lines {
			if found := find(l, name(l)); found != nil {
				return found
			}
		}
	}
	return nil
}

// forged: a RST of the sender at a sight that a sight nearer to the sender has not.
func (l *line) forged(Packet) *verdict {
	for k := range l.sights {
		if !l.followed(k) || !l.half(k).RST.Yes() {
			continue
		}
		rst := l.half(k).RST
		a := absence{sight: -1}
		for n := k - 1; n >= 0 && a.sight < 0; n-- {
			if l.followed(n) && !l.half(n).RST.Yes() {
				if b, ok := l.tells(n, rst); ok {
					a = b
				}
			}
		}
		before := a.sight
		if before < 0 {
			return nil // the first sight that has it has it from the sender
		}
		s := l.stretch(before, k, PacketRST, Answered)
		s.Text = fmt.Sprintf("the RST in the name of %s that %s has (%s) never passed %s, which is nearer to %s: somebody between made it", l.owner(), l.name(k), frames(rst), l.name(before), l.owner())
		s.Evidence = []diagnose.Evidence{evidence(rst, "RST in the name of %s", l.sights[k].Conn.Ends[l.sender])}
		a.copies++ // a RST that passed makes its connection end there too
		v := l.dropped(s, a, k, "the connection")
		if s.Confidence == diagnose.Possible {
			return v
		}
		v.proof.Box = true
		v.proof.Place.Text = "a box " + l.p.where(s) + ", in the name of " + l.owner()
		v.proof.Cause = diagnose.Statement{Text: "a firewall or another box " + l.p.where(s) + " cut the connection by a RST of its own", Confidence: diagnose.Likely}
		return v
	}
	return nil
}

// owner is the sender as people call it.
func (l *line) owner() string {
	if l.toServer {
		return "the client"
	}
	return "the server"
}

// rejected: an ICMP error about packets of the sender, which a sight farther on
// has not: the packets never came so far.
func (l *line) rejected(packet Packet) *verdict {
	last := -1
	var icmp ftp.PacketError
	for k := range l.sights {
		if !l.followed(k) {
			continue
		}
		for _, e := range l.sights[k].Conn.Errors {
			if e.About == l.sender && e.Established && e.MTU == 0 && (last < 0 || e.From == icmp.From) {
				last, icmp = k, e
			}
		}
	}
	if last < 0 {
		return nil
	}
	a := l.next(last, l.followed, icmp.Seen)
	next := a.sight
	if next < 0 {
		return nil
	}
	a.copies++ // neither the packet nor the error is there
	s := l.stretch(last, next, packet, Answered)
	s.Text = fmt.Sprintf("%s rejects packets of %s by ICMP: its error is in %s (%s) and not in %s", icmp.From, l.owner(), l.name(last), frames(icmp.Seen), l.name(next))
	s.Evidence = []diagnose.Evidence{evidence(icmp.Seen, "ICMP error of %s", icmp.From)}
	v := l.dropped(s, a, last, "the packets")
	if s.Confidence == diagnose.Possible {
		return v
	}
	v.proof.Box = true
	v.proof.Place.Text = fmt.Sprintf("%s, which sent the ICMP error, %s", icmp.From, l.p.where(s))
	v.proof.Cause = diagnose.Statement{}
	v.proof.Unknown = []string{fmt.Sprintf("which rule of %s applies", icmp.From)}
	return v
}

// payloadOf names what a side of a data connection sends.
func payloadOf(*line) Packet { return PacketData }

// controlPayloadOf names what a side of the control connection sends. The piece
// that stands still may be an announcement.
func (s *Session) controlPayloadOf(l *line) Packet {
	stands := func(k int) ftp.Seen {
		if !l.followed(k) {
			return ftp.Seen{}
		}
		return l.half(k).Stuck.First
	}
	for k, v := range l.sights {
		if at := stands(k); at.Yes() && s.announcesIn(v.Point, at) {
			return PacketAnnouncement
		}
	}
	if l.toServer {
		return PacketCommand
	}
	return PacketReply
}

// announcesIn reports whether a frame carries an announcement.
func (s *Session) announcesIn(point int, at ftp.Seen) bool {
	return slices.ContainsFunc(s.Views, func(v View) bool {
		return slices.ContainsFunc(v.Points, func(one Sight) bool { return one.Point == point && one.Announced == at && at.Yes() })
	})
}
