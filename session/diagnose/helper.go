package diagnose

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// blindSpot is why a firewall that follows FTP as Linux does
// (nf_conntrack_ftp) would not have expected the data connection of a transfer.
type blindSpot struct {
	At      ftp.Seen // the packet that it would have stumbled over
	Why     string   // a sentence without full stop
	Dropped bool     // it would have dropped that packet, rather than only not understood it
}

// expectation is how long nf_conntrack_ftp waits for a data connection.
const expectation = 5 * time.Minute

// helperLost replays the control connection up to the subject's transfer through
// the rules of nf_conntrack_ftp. It returns nil where such a firewall would have
// expected the data connection.
//
// The rules: only what stands at the beginning of a segment that begins a line is
// read; PORT, EPRT, 227 and 229 are known; what begins so and cannot be read to
// its end in that segment is dropped; the address must be that of the packet; one
// connection is expected at a time, for five minutes; TLS cannot be read. The
// addresses are those at the capture point: a firewall on the other side of a NAT
// sees others. A line that it would have dropped and that got through shows that
// no such firewall is on the way: what is left is one that reads single segments
// too, but drops nothing.
//
// https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/net/netfilter/nf_conntrack_ftp.c
func (s *subject) helperLost() *blindSpot {
	if s.t == nil {
		return nil
	}
	a := s.t.Announcement
	switch {
	case !s.readable() && s.Secured.Yes() && !s.t.Start().Before(s.Secured.Time):
		return &blindSpot{At: s.Secured, Why: "the control connection is encrypted, and such a firewall cannot read it"}
	case a == nil || !s.readable():
		return nil // what was announced is not known
	}
	line, ok := s.announcing(a)
	if !ok {
		return nil
	}
	if spot := line.stumbled(); spot != nil {
		if spot.Dropped && s.heard(a) {
			return line.passedInPieces()
		}
		return spot
	}
	if d := s.t.Data; d != nil {
		if late := d.First.Time.Sub(a.Seen.Time); late > expectation {
			return &blindSpot{At: d.First, Why: fmt.Sprintf("the connection was tried %s after it was announced, and such a firewall waits for %s", Duration(late), Duration(expectation))}
		}
		for _, later := range s.announcedSince(a, d.First) {
			if later.stumbled() == nil {
				return &blindSpot{At: later.at, Why: "a newer announcement came before the connection, and such a firewall waits for one connection at a time"}
			}
		}
	}
	return nil
}

// heard reports whether the other side showed that an announcement reached it.
func (s *subject) heard(a *session.Announcement) bool {
	if s.passive() {
		return s.t.Data != nil || s.t.Command != nil || s.t.Next.Yes()
	}
	return a.Reply != nil
}

// helperLine is a line of the control connection that nf_conntrack_ftp may take
// for an announcement.
type helperLine struct {
	at   ftp.Seen
	cast session.Cast
	verb string     // PORT, EPRT, 227 or 229; or one that is not known
	rest string     // what follows it
	from netip.Addr // its sender
}

// announcing is the line that carries an announcement; false if it is not known.
func (s *subject) announcing(a *session.Announcement) (helperLine, bool) {
	if s.passive() {
		if a.Reply == nil || a.Reply.Code/100 != 2 {
			return helperLine{}, false
		}
		return helperLine{a.Reply.Seen, a.Cast, fmt.Sprint(a.Reply.Code), a.Reply.Text, s.Server.Addr()}, true
	}
	c := s.commandAt(a.Asked, a.Verb)
	if c == nil || c.Cut {
		return helperLine{}, false
	}
	return helperLine{c.Seen, c.Cast, c.Verb, c.Argument, s.Client.Addr()}, true
}

// announcedSince are the lines between an announcement and a packet that announce
// something else.
func (s *subject) announcedSince(a *session.Announcement, until ftp.Seen) []helperLine {
	between := func(at ftp.Seen) bool { return at.Yes() && sooner(a.Seen, at) && sooner(at, until) }
	var out []helperLine
	for i := range s.Commands {
		c := &s.Commands[i]
		if (c.Verb == "PORT" || c.Verb == "EPRT") && between(c.Seen) {
			out = append(out, helperLine{c.Seen, c.Cast, c.Verb, c.Argument, s.Client.Addr()})
		}
		for _, r := range c.Replies {
			if (r.Code == 227 || r.Code == 229) && between(r.Seen) {
				out = append(out, helperLine{r.Seen, r.Cast, fmt.Sprint(r.Code), r.Text, s.Server.Addr()})
			}
		}
	}
	return out
}

// stumbled is why nf_conntrack_ftp would not expect a connection after this line;
// nil if it would.
func (l helperLine) stumbled() *blindSpot {
	switch {
	case l.verb != "PORT" && l.verb != "EPRT" && l.verb != "227" && l.verb != "229":
		return &blindSpot{At: l.at, Why: fmt.Sprintf("%s is not one of the lines that such a firewall knows: PORT, EPRT, 227 and 229", l.verb)}
	case l.cast.Within:
		return &blindSpot{At: l.at, Why: fmt.Sprintf("the %s line stands behind another line in its segment, and such a firewall reads only the beginning of a segment", l.verb)}
	case l.cast.Pieces > 1:
		return &blindSpot{At: l.at, Why: fmt.Sprintf("the %s line came in %s, and such a firewall drops one that it cannot read to its end", l.verb, count(l.cast.Pieces, "segment")), Dropped: true}
	}
	to, ok := l.endpoint()
	switch {
	case !ok && l.verb == "EPRT" && l.otherFamily():
		return &blindSpot{At: l.at, Why: "EPRT names another version of IP than that of the control connection, and such a firewall drops such a line", Dropped: true}
	case !ok:
		return &blindSpot{At: l.at, Why: fmt.Sprintf("such a firewall cannot read the %s line as it is written, and drops it", l.verb), Dropped: true}
	case to.IsValid() && to != l.from.Unmap():
		return &blindSpot{At: l.at, Why: fmt.Sprintf("the %s line names %s, but was sent by %s: such a firewall opens nothing for another address", l.verb, to, l.from.Unmap())}
	}
	return nil
}

// passedInPieces is what a firewall that reads single segments, and drops none,
// would not have understood of a line that got through; nil if it would have.
func (l helperLine) passedInPieces() *blindSpot {
	if l.cast.Pieces < 2 {
		return nil
	}
	return &blindSpot{At: l.at, Why: fmt.Sprintf("the %s line came in %s, and a firewall that does not put segments together cannot read it", l.verb, count(l.cast.Pieces, "segment"))}
}

// otherFamily reports whether an EPRT names another version of IP than that of
// its packet.
func (l helperLine) otherFamily() bool {
	return len(l.rest) > 2 && (l.rest[1] == '1' || l.rest[1] == '2') && l.rest[1] != family(l.from)
}

// family is the number of a version of IP in EPRT.
//
// https://www.rfc-editor.org/rfc/rfc2428#section-2
func family(a netip.Addr) byte {
	if a.Unmap().Is4() {
		return '1'
	}
	return '2'
}

// endpoint reads the address of the line as nf_conntrack_ftp does; the invalid
// address for 229, which names none. False where it could not read the line.
func (l helperLine) endpoint() (netip.Addr, bool) {
	switch l.verb {
	case "PORT":
		return sixNumbers(l.rest, true)
	case "227":
		at := strings.IndexAny(l.rest, "0123456789")
		if at < 0 {
			return netip.Addr{}, false
		}
		return sixNumbers(l.rest[at:], false)
	case "EPRT":
		return extendedPort(l.rest, family(l.from))
	}
	_, text, ok := strings.Cut(l.rest, "(")
	if !ok || len(text) < 4 || !delimits(text[0]) || text[1] != text[0] || text[2] != text[0] {
		return netip.Addr{}, false
	}
	return netip.Addr{}, portThen(text[3:], text[0])
}

// sixNumbers reads h1,h2,h3,h4,p1,p2 at the beginning of a text. whole: nothing
// may follow.
func sixNumbers(text string, whole bool) (netip.Addr, bool) {
	var n [6]int
	at := 0
	for i := range n {
		digits := at
		for at < len(text) && '0' <= text[at] && text[at] <= '9' {
			if n[i] = n[i]*10 + int(text[at]-'0'); n[i] > 255 {
				return netip.Addr{}, false
			}
			at++
		}
		switch {
		case at == digits:
			return netip.Addr{}, false
		case i < len(n)-1 && (at == len(text) || text[at] != ','):
			return netip.Addr{}, false
		case i < len(n)-1:
			at++
		}
	}
	if whole && at < len(text) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte{byte(n[0]), byte(n[1]), byte(n[2]), byte(n[3])}), true
}

// extendedPort reads |family|address|port| of a family.
func extendedPort(text string, family byte) (netip.Addr, bool) {
	if len(text) < 4 || !delimits(text[0]) || text[1] != family || text[2] != text[0] {
		return netip.Addr{}, false
	}
	address, port, ok := strings.Cut(text[3:], text[:1])
	a, err := netip.ParseAddr(address)
	if !ok || err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), portThen(port, text[0])
}

// delimits reports whether a byte may stand between the parts of EPRT and 229.
//
// https://www.rfc-editor.org/rfc/rfc2428#section-2
func delimits(c byte) bool { return 33 <= c && c <= 126 && (c < '0' || c > '9') }

// portThen reports whether a text begins with a port other than 0 and, behind it,
// the delimiter.
func portThen(text string, delimiter byte) bool {
	port := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == delimiter:
			return port > 0
		case c < '0' || c > '9' || port > 65535/10:
			return false
		default:
			port = port*10 + int(c-'0')
		}
	}
	return false
}
