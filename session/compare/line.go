package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// line is a connection at the points of the path, in the order in which what one
// of its sides sends passes them.
type line struct {
	p        *path
	transfer string   // id, or empty for the control connection
	sights   []*Sight // the nearest to the sender first
	toServer bool     // the way that the sender's packets take
	sender   ftp.Side // of the connection
	loose    bool     // connections were joined by guesswork
	slack    int64    // bytes by which positions may differ between points
}

// lineOf is the line of what a side of a view's connection sends; clientOpened
// says that the client is its initiator.
func (p *path) lineOf(v *View, sender ftp.Side, clientOpened bool) *line {
	l := &line{p: p, transfer: v.Transfer, sender: sender, toServer: (sender == ftp.Initiator) == clientOpened}
	l.loose = v.loose
	for k := range v.Points {
		l.sights = append(l.sights, &v.Points[k])
	}
	if !l.toServer {
		slices.Reverse(l.sights)
	}
	return l
}

// back is the line of what the other side sends.
func (l *line) back() *line {
	return &line{p: l.p, transfer: l.transfer, sights: l.reversed(), toServer: !l.toServer, sender: l.sender.Other(), slack: l.slack, loose: l.loose}
}

func (l *line) reversed() []*Sight {
	out := slices.Clone(l.sights)
	slices.Reverse(out)
	return out
}

// half is what the sender sent past a sight.
func (l *line) half(k int) *ftp.Half { return &l.sights[k].Conn.Half[l.sender] }

// followed reports whether the packets of the connection are known at a sight, and
// not only its SYNs.
func (l *line) followed(k int) bool {
	c := l.sights[k].Conn
	return c != nil && c.Role != ftp.RoleNone
}

// stretch makes a stretch between two sights.
func (l *line) stretch(k, next int, packet Packet, what What) *Stretch {
	a, b := l.sights[k].Point, l.sights[next].Point
	s := &Stretch{Transfer: l.transfer, Between: [2]int{a, b}, Packet: packet, What: what, ToServer: l.toServer}
	if !l.toServer {
		s.Between = [2]int{b, a}
	}
	return s
}

// name is a sight's point.
func (l *line) name(k int) string { return l.p.names[l.sights[k].Point] }

// frames names frames of one capture: "frame 18", "frames 18 20 21".
func frames(seen ...ftp.Seen) string {
	const most = 4
	seen = slices.DeleteFunc(seen, func(s ftp.Seen) bool { return !s.Yes() })
	if len(seen) == 0 {
		return ""
	}
	word := "frame"
	if len(seen) > 1 {
		word = "frames"
	}
	var numbers []string
	for i, s := range seen {
		if i == most {
			numbers = append(numbers, "…")
			break
		}
		numbers = append(numbers, fmt.Sprint(s.Frame))
	}
	return word + " " + strings.Join(numbers, " ")
}

// where says between which points a stretch is.
func (p *path) where(s *Stretch) string {
	return fmt.Sprintf("between %s and %s", p.names[s.Between[0]], p.names[s.Between[1]])
}

// evidence is a packet, and what it shows.
func evidence(seen ftp.Seen, format string, args ...any) diagnose.Evidence {
	return diagnose.Evidence{Seen: seen, Text: fmt.Sprintf(format, args...)}
}

// synsAt are the SYNs at a sight.
func (l *line) synsAt(k int) []ftp.Seen {
	var out []ftp.Seen
	for _, s := range l.sights[k].Conn.SYNs {
		out = append(out, s.Seen)
	}
	if len(out) == 0 {
		out = append(out, l.sights[k].Conn.First)
	}
	return out
}

// first is the sight nearest to the initiator that holds the connection.
func (l *line) first() int {
	return slices.IndexFunc(l.sights, func(v *Sight) bool { return v.Conn != nil })
}

// holders counts the sights that hold the connection.
func (l *line) holders() int {
	n := 0
	for _, v := range l.sights {
		if v.Conn != nil {
			n++
		}
	}
	return n
}

// namesUpTo names the sights up to one that hold the connection: "a, b and c".
func (l *line) namesUpTo(last int) string {
	var names []string
	for k := 0; k <= last; k++ {
		if l.sights[k].Conn != nil {
			names = append(names, l.name(k))
		}
	}
	return listed(names)
}

// place is where a sight of the other direction stands.
func (l *line) place(k int) int { return len(l.sights) - 1 - k }
