package diagnose

import (
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// MaxSights bounds the hosts, and the stations of the link, whose packets' looks
// an Engine remembers. The oldest are forgotten.
const MaxSights = 4096

// sights remembers how the packets of hosts looked in each capture, in all
// sessions so far.
type sights struct {
	hosts    bounded[sightKey, *sight]
	stations bounded[stationKey, *station]
}

type sightKey struct {
	capture int
	host    netip.Addr
}

type stationKey struct {
	capture int
	mac     ftp.MAC
}

// sight is how the packets of one host looked at one capture point.
type sight struct {
	ttlMin, ttlMax uint8         // of its packets, SYN and RST excepted; 0 if there were none
	synTTL         uint8         // of its first SYN
	closing        [2]uint8      // of the first FIN and the first RST of a connection that had been open
	near           time.Duration // least time that TCP took to answer for it, there and back; valid if timed
	timed          int           // answers that this rests on, counted up to 2
	out, in, aside int           // packets that the capturing host sent, received, overheard
	checked, bad   int           // packets of control connections whose checksum was verified, and was wrong
	routed         int           // packets that the capture holds before and after routing
	station        *station      // that its packets came from, or nil
}

// station is a sender on the link that was captured.
type station struct {
	mac   ftp.MAC
	hosts [maxBehind]netip.Addr // that its packets came from
	n     int
}

// So many hosts behind one station make it a router.
const maxBehind = 3

// router reports whether the station sends for several hosts.
func (t *station) router() bool { return t != nil && t.n == maxBehind }

func (t *station) behind(a netip.Addr) {
	for _, known := range t.hosts[:t.n] {
		if known == a || known.Is4() != a.Is4() { // one host may have an address of each family
			return
		}
	}
	if t.n < maxBehind {
		t.hosts[t.n] = a
		t.n++
	}
}

// of is what was seen of a host; the zero sight if nothing was.
func (g *sights) of(capture int, host netip.Addr) sight {
	if g == nil {
		return sight{}
	}
	if at, ok := g.hosts.items[sightKey{capture, host}]; ok {
		return *at
	}
	return sight{}
}

// lately is how the packets of one session looked. It is found out when somebody
// asks: only rules about who answered do.
type lately struct {
	session *session.Session
	sights  *sights // nil where nobody asked yet
}

func (l *lately) of(capture int, host netip.Addr) sight {
	switch {
	case l.sights != nil:
	case l.session == nil:
		return sight{}
	default:
		l.sights = new(sights)
		l.sights.add(l.session)
	}
	return l.sights.of(capture, host)
}

// straddling names a host whose packets came both with and without a router
// behind them.
func (g *sights) straddling(capture int) (string, bool) {
	for _, k := range g.hosts.order {
		if k.capture == capture && g.hosts.items[k].reach().straddles() {
			return k.host.String(), true
		}
	}
	return "", false
}

// add takes what the connections of a session show.
func (g *sights) add(s *session.Session) {
	if s.Control != nil {
		g.conn(s.Control, true)
	}
	for _, t := range s.Transfers {
		if t.Data == nil {
			continue
		}
		for _, c := range t.Data.Attempts {
			g.conn(c, false)
		}
	}
}

func (g *sights) conn(c *ftp.Conn, control bool) {
	for side := range c.Half {
		w := &c.Half[side].Wire
		if c.Half[side].Packets == 0 {
			continue
		}
		at := g.host(sightKey{c.First.Capture, c.Ends[side].Addr()})
		at.packets(w)
		if control {
			at.checked += int(w.Checked)
			at.bad += int(w.Bad)
		}
		if w.Sources == 1 && w.Source != (ftp.MAC{}) {
			at.station = g.stationOf(stationKey{c.First.Capture, w.Source})
			at.station.behind(c.Ends[side].Addr())
		}
	}
	if len(c.SYNs) > 0 {
		g.host(sightKey{c.First.Capture, c.Ends[ftp.Initiator].Addr()}).synTTL = c.SYNs[0].TTL
	}
	g.time(c)
}

// packets takes how the packets of one direction of a connection looked. A host
// whose connection was never open may not have sent them.
func (at *sight) packets(w *ftp.Wire) {
	if w.TTLMin > 0 {
		if at.ttlMin == 0 || w.TTLMin < at.ttlMin {
			at.ttlMin = w.TTLMin
		}
		at.ttlMax = max(at.ttlMax, w.TTLMax)
		for i, ttl := range [2]uint8{w.FINTTL, w.RSTTTL} {
			if at.closing[i] == 0 {
				at.closing[i] = ttl
			}
		}
	}
	at.out += w.Out
	at.in += w.In
	at.aside += w.Aside
	at.routed += w.Routed
}

// time takes how long the TCP of both hosts took to answer in the handshake, if
// it is clear what answered what: a program has no part in that.
func (g *sights) time(c *ftp.Conn) {
	if len(c.SYNs) != 1 || c.SYNCount != 1 || len(c.Answers) != 1 || c.Answers[0].Kind != ftp.AnswerSYNACK {
		return
	}
	answer := c.Answers[0]
	g.host(sightKey{c.First.Capture, c.Ends[ftp.Listener].Addr()}).took(answer.Time.Sub(c.SYNs[0].Time))
	if c.Established.Yes() {
		g.host(sightKey{c.First.Capture, c.Ends[ftp.Initiator].Addr()}).took(c.Established.Time.Sub(answer.Time))
	}
}

func (at *sight) took(d time.Duration) {
	if d < 0 {
		return // the clock was set back, or the frames are not in order
	}
	if at.timed == 0 || d < at.near {
		at.near = d
	}
	at.timed = min(at.timed+1, 2)
}

func (g *sights) host(k sightKey) *sight {
	return g.hosts.get(k, func() *sight { return new(sight) })
}

func (g *sights) stationOf(k stationKey) *station {
	return g.stations.get(k, func() *station { return &station{mac: k.mac} })
}

// bounded is a map that forgets its oldest entries beyond MaxSights.
type bounded[K comparable, V any] struct {
	items  map[K]V
	order  []K
	recent [2]entry[K, V] // asked for last: the two hosts of a session come again and again
	next   int            // of recent, to be replaced
}

// entry is a key with its value.
type entry[K comparable, V any] struct {
	key   K
	value V
	ok    bool
}

func (b *bounded[K, V]) get(k K, fresh func() V) V {
	for i := range b.recent {
		if e := &b.recent[i]; e.ok && e.key == k {
			return e.value
		}
	}
	v := b.find(k, fresh)
	b.recent[b.next] = entry[K, V]{k, v, true}
	b.next = 1 - b.next
	return v
}

func (b *bounded[K, V]) find(k K, fresh func() V) V {
	if v, ok := b.items[k]; ok {
		return v
	}
	if b.items == nil {
		b.items = make(map[K]V)
	}
	if len(b.order) == MaxSights {
		for _, old := range b.order[:MaxSights/2] {
			delete(b.items, old)
		}
		b.order = append(b.order[:0:0], b.order[MaxSights/2:]...)
		b.recent = [2]entry[K, V]{} // they may be among these
	}
	v := fresh()
	b.items[k] = v
	b.order = append(b.order, k)
	return v
}

// reach is how far away a host is, as the TTL of its packets tells.
type reach struct {
	hops   int  // routers that its packets had passed: those that passed least
	known  bool // some TTL was seen
	steady bool // it was always the same
	spent  bool // no packet came with the TTL it was sent with
	ttl    uint8
}

// Initial TTLs of the systems in use are at most a few; what came further than
// maxHops began with another one.
const maxHops = 40

func (at *sight) reach() reach {
	least, most := at.ttlMin, at.ttlMax
	if most == 0 {
		least, most = at.synTTL, at.synTTL
	}
	r := reach{hops: int(hops(most)), known: most > 0, steady: least == most, ttl: most}
	r.spent = r.known && hops(least) > 0 && hops(most) > 0
	if r.steady && r.hops > maxHops {
		r.steady = false
	}
	return r
}

// hops is how many routers a packet with this TTL passed, if it began with one
// of the usual values.
func hops(ttl uint8) uint8 {
	for _, initial := range [2]uint8{64, 128} {
		if ttl <= initial {
			return initial - ttl
		}
	}
	return 255 - ttl
}
