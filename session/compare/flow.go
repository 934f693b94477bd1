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
	if found := forged(lines); found != nil {
		return found
	}
	for _, find := range []func(*line, Packet) *verdict{(*line).rejected, (*line).lostPayload, (*line).lostACKs, (*line).lostProbes} {
		for _, l := range lines {
			if found := find(l, name(l)); found != nil {
				return found
			}
		}
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
	if h := l.half(last); !l.stands(last) || l.piecePassed(next, l.offset(last, next, h.Acked)) {
		return nil // what it is about got through all the same
	}
	a.copies += l.half(last).Stuck.Repeats
	s := l.stretch(last, next, packet, Answered)
	s.Text = fmt.Sprintf("%s rejects packets of %s by ICMP: its error is in %s (%s) and not in %s", icmp.From, l.owner(), l.name(last), frames(icmp.Seen), l.name(next))
	s.Evidence = []diagnose.Evidence{evidence(icmp.Seen, "ICMP error of %s", icmp.From)}
	v := l.dropped(s, last, a, last, "the packets")
	if s.Confidence == diagnose.Possible {
		return v
	}
	v.proof.Box = true
	v.proof.Place.Text = fmt.Sprintf("%s, which sent the ICMP error, %s", icmp.From, l.p.where(s))
	v.proof.Cause = diagnose.Statement{}
	v.proof.Unknown = []string{fmt.Sprintf("which rule of %s applies", icmp.From)}
	v.proof.Next, v.proof.Command = "", ""
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
