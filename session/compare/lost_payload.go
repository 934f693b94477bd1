package compare

import (
	"fmt"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

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
		return l.dropped(s, k, a, k, "the packets of this connection")
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
	return nowhere
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
			a, ok := l.tells(k, asked{back: true, seen: []ftp.Seen{acked}})
			if !ok {
				continue
			}
			a.copies = l.half(k).Stuck.Repeats // each asks for it again
			b := l.back()
			s := b.stretch(b.place(next), b.place(k), PacketACK, Lost)
			s.Text = fmt.Sprintf("the receiver's acknowledgment left %s (%s) and never came back to %s", l.name(next), frames(acked), l.name(k))
			s.Evidence = []diagnose.Evidence{evidence(acked, "the acknowledgment"), evidence(l.half(k).Stuck.First, "what it acknowledges, sent again and again")}
			return l.dropped(s, next, a, k, "acknowledgments")
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
			return l.followed(n) && h.Probes-l.half(n).Probes >= least && l.half(n).LastPacket.Yes() && l.p.when(l.half(n).LastPacket).Before(l.p.when(h.LastProbe).Add(-time.Second))
		}
		a := l.next(k, lacks, h.LastProbe)
		if a.sight < 0 || slices.ContainsFunc(l.sights[k+1:a.sight], func(v *Sight) bool { return v.Conn != nil && v.Conn.Half[l.sender].Probes >= least }) {
			continue
		}
		g := l.half(a.sight)
		a.copies = h.Probes - g.Probes
		if a.doubt == "" {
			a.doubt = "it may have been filtered of packets without payload"
		}
		s := l.stretch(k, a.sight, PacketACK, Lost)
		s.Text = fmt.Sprintf("probes of %s left %s (up to %s) and never reached %s", l.owner(), l.name(k), frames(h.LastProbe), l.name(a.sight))
		s.Evidence = []diagnose.Evidence{evidence(h.LastProbe, "the last probe"), evidence(g.LastPacket, "the last packet of %s that passed", l.owner())}
		return l.dropped(s, k, a, k, "the packets of this connection")
	}
	return nil
}
