package gen

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The times at which systems repeat a SYN (diagnoses, 4.3).
var synClocks = map[string][]time.Duration{
	// Since 6.5 the first four repetitions come every second.
	"linux": {
		0, 1020 * time.Millisecond, 2050 * time.Millisecond, 3070 * time.Millisecond, 4100 * time.Millisecond,
		5120 * time.Millisecond, 7140 * time.Millisecond, 11200 * time.Millisecond, 19400 * time.Millisecond,
	},
	"oldlinux": {0, 1 * time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second, 63 * time.Second},
	"windows":  {0, 3 * time.Second, 9 * time.Second},
}

func (s *scene) doOpen(a *args) error {
	c, err := s.newConn(a)
	if err != nil {
		return err
	}
	s.syn(c)
	s.establish(c, nil)
	return nil
}

func (s *scene) doMidstream(a *args) error {
	c, err := s.newConn(a)
	if err != nil {
		return err
	}
	c.a.next++
	c.b.next++
	c.a.rcv, c.b.rcv = c.b.next, c.a.next
	c.synned, c.acked, c.open = true, true, true
	return nil
}

func (s *scene) doSYN(a *args) error {
	var c *conn
	var err error
	if len(a.rest) > 0 && s.conns[a.rest[0].text] != nil && !(len(a.rest) > 1 && strings.Contains(a.rest[1].text, ":")) {
		c, err = s.conn(a)
		if err == nil && c.open {
			err = fmt.Errorf("%s is open", c.name)
		}
	} else {
		c, err = s.newConn(a)
	}
	if err != nil {
		return err
	}
	times, err := clock(a)
	if err != nil {
		return err
	}
	if !c.synned || times == nil {
		s.syn(c)
	}
	for _, t := range times {
		if c.first+t < s.now {
			return fmt.Errorf("%v after the first SYN is past", t)
		}
		s.now = c.first + t
		s.stamp(c.a.host, 0)
		s.synNow(c)
	}
	return nil
}

// clock reads when a SYN is repeated after the first one.
func clock(a *args) ([]time.Duration, error) {
	if !a.more() {
		return nil, nil
	}
	name, err := a.next("a clock")
	if err != nil {
		return nil, err
	}
	if name == "at" {
		var out []time.Duration
		for a.more() {
			d, err := a.duration("a time")
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
		if !slices.IsSorted(out) {
			return nil, fmt.Errorf("these times run backwards")
		}
		return out, nil
	}
	all, ok := synClocks[name]
	if !ok {
		return nil, fmt.Errorf("want linux, oldlinux, windows or at, got %q", name)
	}
	n, err := a.number("how many SYNs", uint64(len(all)))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fmt.Errorf("want at least one SYN")
	}
	return all[1:n], nil
}

func (s *scene) doSYNACK(a *args) error {
	c, err := s.conn(a)
	if err != nil {
		return err
	}
	box, err := s.box(a)
	if err != nil {
		return err
	}
	s.synACK(c, box)
	return nil
}

func (s *scene) doEstablish(a *args) error {
	c, err := s.conn(a)
	if err != nil {
		return err
	}
	if c.open {
		return fmt.Errorf("%s is open already", c.name)
	}
	box, err := s.box(a)
	if err != nil {
		return err
	}
	if box != nil && c.acked {
		return fmt.Errorf("%s has its SYN-ACK already", c.name)
	}
	s.establish(c, box)
	return nil
}

func (s *scene) establish(c *conn, box *host) {
	if !c.acked {
		s.synACK(c, box)
	}
	c.a.rcv = c.b.next
	c.open = true
	s.bareACK(c.a)
}

// syn sends the SYN of c after the usual pause, synNow without.
func (s *scene) syn(c *conn) {
	s.step(c.a.host)
	s.synNow(c)
}

func (s *scene) synNow(c *conn) {
	if !c.synned {
		c.synned, c.first = true, s.now
		c.a.next = c.a.isn + 1
	}
	s.tcpNow(&packet{from: c.a, seq: c.a.isn, flags: flagSYN})
}

// synACK sends the answer of the listener, or that of a box in its name, which
// introduces itself. What follows on an open connection repeats it.
func (s *scene) synACK(c *conn, box *host) {
	p := &packet{from: c.b, box: box, seq: c.b.isn, flags: flagSYN | flagACK, ack: c.a.isn + 1, acks: true}
	if !c.open {
		c.acked = true
		c.b.next = c.b.isn + 1
		c.b.rcv = c.a.next
		c.b.stack = &p.sender().stack
	}
	s.tcp(p)
}

// doChallenge lets the listener answer a SYN by an ACK for the connection that
// had these ports before.
// https://www.rfc-editor.org/rfc/rfc5961#section-4.2
func (s *scene) doChallenge(a *args) error {
	c, err := s.conn(a)
	if err != nil {
		return err
	}
	if !c.synned || c.open {
		return fmt.Errorf("%s does not wait for an answer to its SYN", c.name)
	}
	p := &packet{from: c.b, flags: flagACK, acks: true}
	if old := s.before(c); old != nil {
		p.seq, p.ack = old.next, old.rcv
	} else {
		p.seq, p.ack = s.hash("challenge", c.name, "seq"), s.hash("challenge", c.name, "ack")
	}
	c.stale = p
	s.tcp(p)
	return nil
}

// before returns the listener's side of the connection that had the ports of c
// before, if there was one.
func (s *scene) before(c *conn) *side {
	for _, old := range slices.Backward(s.order) {
		for _, sd := range []*side{old.a, old.b} {
			if old != c && sd.same(c.b) && sd.peer.same(c.a) {
				return sd
			}
		}
	}
	return nil
}

// same says whether two sides have the same address and port.
func (sd *side) same(other *side) bool { return sd.host == other.host && sd.port == other.port }

func (s *scene) doFIN(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	if from.sentFIN {
		return fmt.Errorf("%s has closed %s already", from.host.name, from.conn.name)
	}
	half := a.accept("half")
	s.fin(from)
	switch {
	case s.mod.lost:
		return nil
	case half || from.peer.sentFIN:
		s.bareACK(from.peer)
	default:
		s.fin(from.peer)
		s.bareACK(from)
	}
	return nil
}

func (s *scene) fin(from *side) {
	s.tcp(&packet{from: from, seq: from.next, flags: flagFIN | flagACK})
	if !s.mod.lost && from.peer.rcv == from.next {
		from.peer.rcv++
	}
	from.next++
	from.sentFIN = true
}

func (s *scene) doRefin(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	if !from.sentFIN {
		return fmt.Errorf("%s has not closed %s", from.host.name, from.conn.name)
	}
	s.tcp(&packet{from: from, seq: from.next - 1, flags: flagFIN | flagACK})
	if s.mod.lost {
		return nil
	}
	if from.peer.rcv == from.next-1 {
		from.peer.rcv++
	}
	s.bareACK(from.peer)
	return nil
}

func (s *scene) doRST(a *args) error {
	c, err := s.conn(a)
	if err != nil {
		return err
	}
	from, err := s.sideOf(c, a)
	if err != nil {
		return err
	}
	p := &packet{from: from, seq: from.next, flags: flagRST | flagACK, ipid0: true}
	if p.box, err = s.box(a); err != nil {
		return err
	}
	if p.box != nil {
		p.flags = flagRST // what a filter knows is the ACK number of the segment it hit
	}
	switch {
	case c.acked:
	case from == c.a && c.stale != nil:
		// The answer to an ACK that is not for the SYN: <SEQ=SEG.ACK><CTL=RST>.
		// https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.3
		p.seq, p.flags = c.stale.ack, flagRST
	case from == c.b:
		// The answer to a SYN: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>.
		// https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.1
		p.seq, p.flags = 0, flagRST|flagACK
		from.rcv = c.a.next
	}
	s.tcp(p)
	from.peer.owesACK = false
	return nil
}
