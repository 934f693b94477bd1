package gen

import (
	"fmt"
	"slices"
)

// burst is how many segments are sent before the receiver's ACKs come.
const burst = 10

func (s *scene) doSend(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	data, err := content(a)
	if err != nil {
		return err
	}
	var skip []int
	if a.accept("skip") {
		if skip, err = a.numbers("the number of a segment", 10000); err != nil {
			return err
		}
	}
	if from.conn.sealed {
		data = from.conn.tls.seal(data)
	}
	parts := from.split(data, nil)
	mod := s.mod
	defer func() { s.mod = mod }()
	for at := 0; at < len(parts); at += burst {
		group := parts[at:min(at+burst, len(parts))]
		acks := []uint32{}
		for i, part := range group {
			n := at + i + 1
			s.mod.unseen = mod.unseen || slices.Contains(skip, n)
			var f flags
			if n == len(parts) {
				f = flagPSH
			}
			s.segment(from, part, f)
			if n%2 == 0 || n == len(parts) {
				acks = append(acks, from.next)
			}
		}
		s.mod = mod
		if !mod.lost {
			s.acks(from.peer, acks)
		}
	}
	return nil
}

// acks lets sd acknowledge what has come, one step after the other.
func (s *scene) acks(sd *side, steps []uint32) {
	last := sd.rcv
	for _, n := range steps {
		if int32(n-last) > 0 {
			break // behind a hole
		}
		sd.rcv = n
		s.bareACK(sd)
	}
	sd.rcv = last
	sd.owesACK = false
}

// content reads N or texts.
func content(a *args) ([]byte, error) {
	if len(a.rest) > 0 && a.rest[0].quoted {
		var b []byte
		for len(a.rest) > 0 && a.rest[0].quoted {
			b = append(b, a.rest[0].text...)
			a.rest = a.rest[1:]
		}
		if len(b) == 0 {
			return nil, fmt.Errorf("nothing to send")
		}
		return b, nil
	}
	n, err := a.number("a number of bytes", 20000)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fmt.Errorf("nothing to send")
	}
	var b []byte
	for i := 1; len(b) < int(n); i++ {
		b = fmt.Appendf(b, "line %05d of a file made for ftpscope\r\n", i)
	}
	return b[:n], nil
}

func (s *scene) doResend(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	back := uint64(1)
	if a.more() {
		if back, err = a.number("how many segments back", 10000); err != nil {
			return err
		}
	}
	i := len(from.sent) - int(back)
	if back == 0 || i < 0 {
		return fmt.Errorf("%s sent %d segments on %s", from.host.name, len(from.sent), from.conn.name)
	}
	if !s.mod.lost {
		from.sent[i].arrived = true
	}
	s.repeat(from, from.sent[i], flagPSH)
	if !s.mod.lost {
		from.arrive(from.sent[i])
	}
	return nil
}

func (s *scene) doACK(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	if a.accept("window") {
		n, err := a.number("a window", 1<<20)
		if err != nil {
			return err
		}
		from.window = int(n)
	}
	p := &packet{from: from, seq: from.next, flags: flagACK}
	if ahead := a.accept("plus"); ahead || a.accept("minus") {
		n, err := a.number("a number of bytes", 1<<30)
		if err != nil {
			return err
		}
		p.acks, p.ack = true, from.peer.next-uint32(n)
		if ahead {
			p.ack = from.peer.next + uint32(n)
		}
	}
	s.tcp(p)
	return nil
}

func (s *scene) doProbe(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	s.tcp(&packet{from: from, seq: from.peer.rcv - 1, flags: flagACK})
	return nil
}
