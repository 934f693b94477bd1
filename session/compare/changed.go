package compare

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// translated are the stretches on which a device gave a connection other
// addresses or ports: NAT. l is the line of its initiator.
func (l *line) translated() []*Stretch {
	var out []*Stretch
	before := -1
	for k, v := range l.sights {
		if v.Conn == nil {
			continue
		}
		if before >= 0 && (l.sights[before].Source != v.Source || l.sights[before].Destination != v.Destination) {
			s := l.stretch(before, k, PacketSYN, Changed)
			s.Confidence = l.known()
			a, b := l.sights[before], v
			s.Text = fmt.Sprintf("%s → %s at %s (%s) is %s → %s at %s (%s)", a.Source, a.Destination, l.name(before), frames(a.Conn.First), b.Source, b.Destination, l.name(k), frames(b.Conn.First))
			s.Evidence = []diagnose.Evidence{
				evidence(a.Conn.First, "%s → %s", a.Source, a.Destination),
				evidence(b.Conn.First, "%s → %s", b.Source, b.Destination),
			}
			out = append(out, s)
		}
		before = k
	}
	return out
}

// rewritten are the stretches on which a device changed the text of the
// announcement.
func (p *path) rewritten(v *View, toServer bool) []*Stretch {
	l := p.lineOf(v, ftp.Initiator, toServer)
	var out []*Stretch
	before := -1
	for k, one := range l.sights {
		if one.Announcement == "" {
			continue
		}
		if before >= 0 && l.sights[before].Announcement != one.Announcement {
			a, b := l.sights[before], one
			s := l.stretch(before, k, PacketAnnouncement, Changed)
			s.Confidence = l.known()
			s.Text = fmt.Sprintf("%q at %s (%s) is %q at %s (%s)", a.Announcement, l.name(before), frames(a.Announced), b.Announcement, l.name(k), frames(b.Announced))
			s.Evidence = []diagnose.Evidence{
				evidence(a.Announced, "%q", a.Announcement),
				evidence(b.Announced, "%q", b.Announcement),
			}
			out = append(out, s)
		}
		before = k
	}
	return out
}

// known is how sure it is that all sights are of one connection.
func (l *line) known() diagnose.Confidence {
	if l.loose {
		return diagnose.Likely
	}
	return diagnose.Certain
}
