package compare

import (
	"fmt"
	"slices"
	"time"

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

// ending are the findings about how a data connection ended that are only looked
// for where a transfer failed.
func (p *path) ending(v *View, clientOpened bool) *verdict {
	for _, side := range []ftp.Side{ftp.Initiator, ftp.Listener} {
		if found := p.lineOf(v, side, clientOpened).lostEnd(); found != nil {
			return found
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

// lostPayload: payload that passed a sight, that nobody acknowledges there, and
// that never passed the next one.
func (l *line) lostPayload(packet Packet) *verdict {
	for k := range l.sights {
		if !l.followed(k) {
			continue
		}
		h := l.half(k)
		if h.Bytes <= h.Acked || !l.stands(k) {
			continue
		}
		all := append([]ftp.Seen{h.Stuck.First}, h.Stuck.Repeated...)
		a := l.next(k, l.followed, all...)
		if a.sight < 0 {
			a = l.stopped(k)
		}
		if a.sight < 0 || l.half(a.sight).Acked > l.offset(k, a.sight, h.Acked)+l.slack || l.piecePassed(a.sight, l.offset(k, a.sight, h.Acked)) {
			continue
		}
		s := l.stretch(k, a.sight, packet, Lost)
		s.Text = fmt.Sprintf("what %s sent after byte %d left %s (%s) and never reached %s", l.owner(), h.Acked, l.name(k), frames(all...), l.name(a.sight))
		s.Evidence = []diagnose.Evidence{evidence(h.Stuck.First, "the first packet that is lost")}
		if g := l.half(a.sight); g.LastData.Yes() {
			s.Evidence = append(s.Evidence, evidence(g.LastData, "the last payload of %s that passed", l.owner()))
		}
		return l.dropped(s, a, k, "the packets of this connection")
	}
	return nil
}

// stopped is the sight behind k whose capture holds nothing more from the moment on
// at which the sender's payload stands still at k: it ended then, or nothing came
// any more.
func (l *line) stopped(k int) absence {
	const least, together = 3, time.Second
	st := &l.half(k).Stuck
	for n := k + 1; n < len(l.sights) && st.Repeats >= least; n++ {
		if !l.followed(n) || l.sights[n].Blind != "" {
			continue
		}
		if _, _, late := l.p.covers(l.sights[n].Point, l.p.when(st.First)); late > 0 && late < together {
			return absence{sight: n, vague: true, doubt: "its last packet is from the moment before"}
		}
	}
	return absence{sight: -1}
}

// offset is where a position of the sender's stream at the sight k is at the sight
// n: a capture that began later counts from there.
func (l *line) offset(k, n int, position int64) int64 {
	a, b := l.sights[k].Conn, l.sights[n].Conn
	if !a.Midstream && !b.Midstream {
		return position
	}
	return position + int64(int32(l.half(k).Lead.Base-l.half(n).Lead.Base))
}

// stands reports whether the sender's payload stands still at a sight: it was
// repeated in vain, or what follows it was acknowledged no further.
func (l *line) stands(k int) bool {
	h := l.half(k)
	return h.Stuck.Yes() && h.Stuck.First.Yes()
}

// piecePassed reports whether the payload from an offset on passed a sight.
func (l *line) piecePassed(k int, offset int64) bool {
	h := l.half(k)
	if h.Bytes <= offset+l.slack {
		return false
	}
	return h.Stuck.Offset != offset || !h.Stuck.Yes() || h.Stuck.First.Yes()
}

// lostACKs: what the receiver acknowledged at a sight near to it, and the sender
// repeats all the same at one near to it.
func (l *line) lostACKs(Packet) *verdict {
	for k := range l.sights {
		if !l.followed(k) || !l.stands(k) || l.half(k).Stuck.Repeats == 0 {
			continue
		}
		for next := k + 1; next < len(l.sights); next++ {
			if !l.followed(next) || l.half(next).Acked <= l.offset(k, next, l.half(k).Acked)+l.slack {
				continue
			}
			acked := l.half(next).Confirmed
			a, ok := l.tells(k, acked)
			if !ok {
				continue
			}
			a.copies += l.half(k).Stuck.Repeats // each asks for it again
			b := l.back()
			s := b.stretch(b.place(next), b.place(k), PacketACK, Lost)
			s.Text = fmt.Sprintf("the receiver's acknowledgment left %s (%s) and never came back to %s", l.name(next), frames(acked), l.name(k))
			s.Evidence = []diagnose.Evidence{evidence(acked, "the acknowledgment"), evidence(l.half(k).Stuck.First, "what it acknowledges, sent again and again")}
			return l.dropped(s, a, k, "acknowledgments")
		}
	}
	return nil
}

// lostProbes: probes of an idle connection, or of a closed window, passed a sight
// and not the next one.
func (l *line) lostProbes(Packet) *verdict {
	const least = 2
	for k := range l.sights {
		if !l.followed(k) || l.half(k).Probes < least {
			continue
		}
		h := l.half(k)
		lacks := func(n int) bool {
			return l.followed(n) && h.Probes-l.half(n).Probes >= least && l.p.when(l.half(n).LastPacket).Before(l.p.when(h.LastProbe).Add(-time.Second))
		}
		a := l.next(k, lacks, h.LastProbe)
		if a.sight < 0 || slices.ContainsFunc(l.sights[k+1:a.sight], func(v *Sight) bool { return v.Conn != nil && v.Conn.Half[l.sender].Probes >= least }) {
			continue
		}
		g := l.half(a.sight)
		a.copies = h.Probes - g.Probes
		s := l.stretch(k, a.sight, PacketACK, Lost)
		s.Text = fmt.Sprintf("probes of %s left %s (up to %s) and never reached %s", l.owner(), l.name(k), frames(h.LastProbe), l.name(a.sight))
		s.Evidence = []diagnose.Evidence{evidence(h.LastProbe, "the last probe"), evidence(g.LastPacket, "the last packet of %s that passed", l.owner())}
		return l.dropped(s, a, k, "the packets of this connection")
	}
	return nil
}

// lostEnd: the FIN or RST of the sender passed a sight and not the next one.
func (l *line) lostEnd() *verdict {
	for k := range l.sights {
		if !l.followed(k) {
			continue
		}
		h := l.half(k)
		end, packet := h.FIN, PacketFIN
		if h.RST.Yes() {
			end, packet = h.RST, PacketRST
		}
		if !end.Yes() {
			continue
		}
		a := l.next(k, l.followed, end)
		next := a.sight
		if next < 0 || l.half(next).FIN.Yes() || l.half(next).RST.Yes() || l.half(next).Bytes != l.offset(k, next, h.Bytes) {
			continue
		}
		g := l.half(next)
		switch quiet := l.p.when(g.LastPacket).Before(l.p.when(h.LastPacket).Add(-time.Second)); {
		case quiet && h.Packets-g.Packets > 2:
			a.copies++ // it was repeated
		case a.doubt == "":
			a.doubt = "it lacks one packet, which a capture may miss"
		}
		s := l.stretch(k, next, packet, Lost)
		word := map[Packet]string{PacketFIN: "FIN", PacketRST: "RST"}[packet]
		s.Text = fmt.Sprintf("the %s of %s left %s (%s) and never reached %s", word, l.owner(), l.name(k), frames(end), l.name(next))
		if a.copies > 1 {
			s.Text += fmt.Sprintf(", nor did anything else that it sent after %s there", frames(g.LastPacket))
		}
		s.Evidence = []diagnose.Evidence{evidence(end, "%s of %s", word, l.owner())}
		if v := l.dropped(s, a, next, "the end of the connection"); s.Confidence != diagnose.Possible {
			return v
		}
	}
	return nil
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
