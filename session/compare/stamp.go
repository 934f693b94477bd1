package compare

import (
	"strconv"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// stamp is one packet that two points hold.
type stamp struct {
	at         ftp.Time      // at the first of the points, by its clock
	delta      time.Duration // later at the second, by the difference of the clocks
	fromClient bool          // the client's host sent it, else the server's
	ttl        int           // how much less it has at the second; noTTL where that is not known
}

const noTTL = -1 << 8

// stamps are the packets that two points hold of a connection whose initiator is
// the client's host, or the server's.
func stamps(a, b *ftp.Conn, clientOpened bool) []stamp {
	var out []stamp
	add := func(side ftp.Side, p, q ftp.Seen, ttl int) {
		if p.Yes() && q.Yes() {
			out = append(out, stamp{p.Time, q.Time.Sub(p.Time), (side == ftp.Initiator) == clientOpened, ttl})
		}
	}
	for _, p := range samePackets(synsOf(a), synsOf(b)) {
		add(ftp.Initiator, p[0].Seen, p[1].Seen, int(p[0].ttl)-int(p[1].ttl))
	}
	for _, p := range samePackets(synAcksOf(a), synAcksOf(b)) {
		add(ftp.Listener, p[0].Seen, p[1].Seen, int(p[0].ttl)-int(p[1].ttl))
	}
	midstream := a.Midstream || b.Midstream // the lines of its session may tell
	if len(out) > 0 && !midstream && a.Half[ftp.Initiator].Packets > 1 && b.Half[ftp.Initiator].Packets > 1 {
		add(ftp.Initiator, a.Established, b.Established, noTTL)
	}
	for side := range ftp.Side(2) {
		h, k := &a.Half[side], &b.Half[side]
		if h.Lead.Known && k.Lead.Known && h.Lead.Base+uint32(h.Bytes) == k.Lead.Base+uint32(k.Bytes) || !midstream && h.Bytes == k.Bytes {
			add(side, h.FIN, k.FIN, int(h.Wire.FINTTL)-int(k.Wire.FINTTL))
		}
		if midstream {
			continue
		}
		if h.Missing == 0 && k.Missing == 0 && h.Lead.N > 0 && h.Lead.N == k.Lead.N {
			add(side, h.FirstData, k.FirstData, noTTL)
		}
	}
	return out
}

// opening is a SYN or SYN-ACK.
type opening struct {
	ftp.Seen
	clock uint32
	ipID  uint16
	ttl   uint8
}

func synsOf(c *ftp.Conn) []opening {
	var out []opening
	for _, s := range c.SYNs {
		out = append(out, opening{s.Seen, s.Clock, s.IPID, s.TTL})
	}
	return out
}

func synAcksOf(c *ftp.Conn) []opening {
	var out []opening
	for _, a := range c.Answers {
		if a.Kind == ftp.AnswerSYNACK {
			out = append(out, opening{a.Seen, a.Clock, 0, a.TTL})
		}
	}
	return out
}

// samePackets pairs repetitions: by TCP timestamp, by IP identification, or by
// order where both points hold as many.
func samePackets(a, b []opening) [][2]opening {
	var out [][2]opening
	for _, p := range a {
		for _, q := range b {
			if p.clock != 0 && p.clock == q.clock || p.clock == 0 && p.ipID != 0 && p.ipID == q.ipID {
				out = append(out, [2]opening{p, q})
				break
			}
		}
	}
	if len(out) == 0 && len(a) == len(b) {
		for i := range a {
			out = append(out, [2]opening{a[i], b[i]})
		}
	}
	return out
}

// lineStamps are the lines of a session that two points hold.
func lineStamps(a, b *session.Session) []stamp {
	var out []stamp
	for side := range ftp.Side(2) {
		x, y := spoken(a, side), spoken(b, side)
		shift, ok := shifted(x, y)
		for i := range x {
			if j := i - shift; ok && j >= 0 && j < len(y) {
				ttl := int(a.Control.Half[side].Wire.TTLMax) - int(b.Control.Half[side].Wire.TTLMax)
				out = append(out, stamp{x[i].Time, y[j].Time.Sub(x[i].Time), side == ftp.Initiator, ttl})
			}
		}
	}
	return out
}

// said is a line of the control connection.
type said struct {
	ftp.Seen
	text string
}

// spoken are the lines of a side, as a device on the way leaves them.
func spoken(s *session.Session, side ftp.Side) []said {
	const most = 512
	var out []said
	for i := range s.Commands {
		c := &s.Commands[i]
		if side == ftp.Initiator {
			out = append(out, said{c.Seen, plain(c)})
			continue
		}
		for _, r := range c.Replies {
			out = append(out, said{r.Seen, strconv.Itoa(r.Code)})
		}
	}
	return out[max(0, len(out)-most):]
}

// plain is a command without the endpoint that a device may rewrite.
func plain(c *session.Command) string {
	switch c.Verb {
	case "PORT", "EPRT", "LPRT":
		return c.Verb
	}
	return c.Verb + " " + c.Argument
}

// shifted is how many lines y begins after x, so that all that both have are the
// same; ok is false where none or several numbers do.
func shifted(x, y []said) (shift int, ok bool) {
	const least = 2
	if len(x) == len(y) && matches(x, y, 0) {
		return 0, len(x) > 0
	}
	for d := least - len(y); d <= len(x)-least; d++ {
		both := min(len(x), d+len(y)) - max(0, d)
		if 2*both < min(len(x), len(y)) || !matches(x, y, d) {
			continue
		}
		if ok {
			return 0, false
		}
		shift, ok = d, true
	}
	return shift, ok
}

// matches reports whether y fits x from the index d of x on.
func matches(x, y []said, d int) bool {
	for j := range y {
		if i := d + j; i >= 0 && i < len(x) && x[i].text != y[j].text {
			return false
		}
	}
	return true
}
