package gen

import (
	"fmt"
	"hash/fnv"
	"time"
)

// conn is a TCP connection. a is its initiator.
type conn struct {
	name   string
	a, b   *side
	first  time.Duration // of the first SYN
	synned bool          // the SYN was sent
	acked  bool          // the SYN-ACK was sent
	open   bool          // the handshake is complete
	tls    *tlsState     // nil: no TLS yet
	sealed bool          // lines and data are encrypted
	last   *packet       // the last one sent
	stale  *packet       // the answer to the SYN that belongs to an earlier connection
}

// side is one end of a connection.
type side struct {
	host  *host
	port  uint16
	via   *host  // that sends its packets; nil: host
	stack *stack // that introduces itself
	peer  *side
	conn  *conn

	isn     uint32
	next    uint32 // sequence number of the next byte it sends
	rcv     uint32 // next byte it expects
	ipid    uint16 // of its last packet
	window  int    // it offers, in bytes
	owesACK bool   // something arrived that it did not acknowledge
	sentFIN bool
	tsval   uint32 // of its last packet
	sent    []segment
}

// segment is payload that was sent.
type segment struct {
	seq     uint32
	data    []byte
	arrived bool
}

// hash derives the numbers that a real stack would draw.
func (s *scene) hash(parts ...any) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, s.seed, parts)
	return h.Sum32()
}

// newConn reads NAME A:p [via BOX] > B:q [via BOX] [isn HOST N]….
func (s *scene) newConn(a *args) (*conn, error) {
	name, err := a.next("a name")
	if err != nil {
		return nil, err
	}
	if s.conns[name] != nil {
		return nil, fmt.Errorf("connection %s is already there", name)
	}
	c := &conn{name: name}
	if c.a, err = s.newSide(a, c); err != nil {
		return nil, err
	}
	if err := a.expect(">"); err != nil {
		return nil, err
	}
	if c.b, err = s.newSide(a, c); err != nil {
		return nil, err
	}
	if err := canTalk(c.a.host, c.b.host); err != nil {
		return nil, err
	}
	c.a.peer, c.b.peer = c.b, c.a
	for a.accept("isn") {
		sd, err := s.sideOf(c, a)
		if err != nil {
			return nil, err
		}
		n, err := a.number("a sequence number", 1<<32-1)
		if err != nil {
			return nil, err
		}
		sd.isn = uint32(n)
	}
	c.a.next, c.b.next = c.a.isn, c.b.isn
	s.flushAcks(nil)
	s.conns[name] = c
	s.order = append(s.order, c)
	return c, nil
}

func (s *scene) newSide(a *args, c *conn) (*side, error) {
	h, port, err := s.endpoint(a)
	if err != nil {
		return nil, err
	}
	sd := &side{host: h, port: port, conn: c, window: 64256}
	if a.accept("via") {
		if sd.via, err = s.host(a); err != nil {
			return nil, err
		}
	}
	sd.stack = &sd.sender().stack
	if sd.stack.windows {
		sd.window = 262656
	}
	sd.isn = s.hash("isn", c.name, h.name)
	sd.ipid = uint16(s.hash("ip id", c.name, h.name))
	return sd, nil
}

// sender is the host that sends the packets of sd.
func (sd *side) sender() *host {
	if sd.via != nil {
		return sd.via
	}
	return sd.host
}

// conn takes the name of a connection. What others owe is settled first.
func (s *scene) conn(a *args) (*conn, error) {
	name, err := a.next("a connection")
	if err != nil {
		return nil, err
	}
	c := s.conns[name]
	if c == nil {
		return nil, fmt.Errorf("no connection %q", name)
	}
	s.flushAcks(c)
	return c, nil
}

// sideOf takes a host and returns its side of c.
func (s *scene) sideOf(c *conn, a *args) (*side, error) {
	h, err := s.host(a)
	switch {
	case err != nil:
		return nil, err
	case c.a.host == h:
		return c.a, nil
	case c.b.host == h:
		return c.b, nil
	}
	return nil, fmt.Errorf("%s has no part in %s", h.name, c.name)
}

// openSide takes a connection that is open, and a host at one end.
func (s *scene) openSide(a *args) (*side, error) {
	c, err := s.conn(a)
	if err != nil {
		return nil, err
	}
	if !c.open {
		return nil, fmt.Errorf("%s is not open", c.name)
	}
	return s.sideOf(c, a)
}

// flushAcks sends the ACKs that are due, but for those of except.
func (s *scene) flushAcks(except *conn) {
	mod := s.mod
	s.mod = modifiers{}
	for _, c := range s.order {
		for _, sd := range []*side{c.a, c.b} {
			if c != except && sd.owesACK {
				s.bareACK(sd)
			}
		}
	}
	s.mod = mod
}

// transmit sends payload in segments that end at the cuts and at the MSS.
func (s *scene) transmit(from *side, data []byte, cuts []int, flags flags) {
	for _, part := range from.split(data, cuts) {
		s.segment(from, part, flags)
	}
}

// split cuts data as from would.
func (sd *side) split(data []byte, cuts []int) [][]byte {
	mss := sd.mss()
	var out [][]byte
	at := 0
	for _, end := range append(append([]int(nil), cuts...), len(data)) {
		for at < end {
			n := min(end-at, mss)
			out = append(out, data[at:at+n])
			at += n
		}
	}
	return out
}

// mss is the most that sd puts into one segment.
func (sd *side) mss() int {
	if sd.sender().offload || sd.peer.sender().gro {
		return 60000
	}
	n := int(min(sd.stack.mss, sd.peer.stack.segment()))
	if sd.timestamps() {
		n -= 12
	}
	return n
}

// segment sends one segment of payload.
func (s *scene) segment(from *side, data []byte, f flags) {
	seg := segment{seq: from.next, data: data, arrived: !s.mod.lost}
	from.sent = append(from.sent, seg)
	from.next += uint32(len(data))
	s.repeat(from, seg, f)
	from.arrive(seg)
}

// repeat puts a segment on the wire; it may have been there before.
func (s *scene) repeat(from *side, seg segment, f flags) {
	p := &packet{from: from, seq: seg.seq, flags: f | flagACK, payload: seg.data}
	if f&flagURG != 0 {
		p.urgent = uint16(len(seg.data))
	}
	s.tcp(p)
}

// arrive tells the peer of a segment: what it expects next moves on as far as
// there is no hole.
func (sd *side) arrive(seg segment) {
	if !seg.arrived {
		return
	}
	peer := sd.peer
	for _, have := range sd.sent {
		if have.arrived && have.seq == peer.rcv {
			peer.rcv += uint32(len(have.data))
		}
	}
	peer.owesACK = true
}

func (s *scene) bareACK(from *side) {
	s.tcp(&packet{from: from, seq: from.next, flags: flagACK})
}
