package compare

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

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
		switch quiet := g.LastPacket.Yes() && l.p.when(g.LastPacket).Before(l.p.when(h.LastPacket).Add(-time.Second)); {
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
		if v := l.dropped(s, k, a, next, "the end of the connection"); s.Confidence != diagnose.Possible {
			return v
		}
	}
	return nil
}
