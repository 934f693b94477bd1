package workload

import (
	"net/netip"
	"time"
)

// mss is what a segment carries with timestamps over Ethernet.
const mss = 1448

// conn is a TCP connection. Side 0 opens it.
type conn struct {
	t    *talk
	ends [2]netip.AddrPort
	next [2]uint32 // sequence number of the next byte
	id   [2]uint16
	rtt  time.Duration
}

func (t *talk) conn(from, to netip.AddrPort, rtt time.Duration) *conn {
	return &conn{
		t: t, ends: [2]netip.AddrPort{from, to}, rtt: rtt,
		next: [2]uint32{t.rng.Uint32(), t.rng.Uint32()}, id: [2]uint16{uint16(t.rng.Uint32()), uint16(t.rng.Uint32())},
	}
}

// send puts one segment on the wire.
func (c *conn) send(side int, flags byte, payload []byte) {
	p := &c.t.out
	*p = packet{
		at: c.t.now, src: c.ends[side], dst: c.ends[1-side], seq: c.next[side], ack: c.next[1-side], flags: flags,
		ttl: [2]byte{63, 60}[side], id: c.id[side], bare: c.t.bare, payload: payload,
	}
	if flags&flagACK == 0 {
		p.ack = 0
	}
	c.id[side]++
	c.next[side] += uint32(len(payload))
	if flags&(flagSYN|flagFIN) != 0 {
		c.next[side]++
	}
	c.t.yield(p)
}

// open is a handshake.
func (c *conn) open() {
	c.send(0, flagSYN, nil)
	c.t.pause(c.rtt)
	c.send(1, flagSYN|flagACK, nil)
	c.t.pause(30 * time.Microsecond)
	c.send(0, flagACK, nil)
}

// say sends a few bytes, which the other side answers or acknowledges.
func (c *conn) say(side int, words string) {
	c.t.pause(c.rtt)
	c.send(side, flagACK|flagPSH, []byte(words))
}

// ack is a bare acknowledgment.
func (c *conn) ack(side int) {
	c.t.pause(20 * time.Microsecond)
	c.send(side, flagACK, nil)
}

// stream sends n bytes; every other segment is acknowledged.
func (c *conn) stream(side, n int) {
	for i := 0; n > 0; i++ {
		size := min(n, mss)
		n -= size
		c.t.pause(12 * time.Microsecond)
		c.send(side, flagACK, noise(c.next[side], size))
		if i%2 == 1 || n == 0 {
			c.ack(1 - side)
		}
	}
}

// close ends both directions.
func (c *conn) close(side int) {
	c.t.pause(50 * time.Microsecond)
	c.send(side, flagFIN|flagACK, nil)
	c.t.pause(c.rtt)
	c.send(1-side, flagFIN|flagACK, nil)
	c.ack(side)
}

// unanswered is a SYN that nobody answers, and its repetitions.
func (c *conn) unanswered() {
	isn := c.next[0]
	for _, wait := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second} {
		c.t.now += wait
		c.next[0] = isn
		c.send(0, flagSYN, nil)
	}
}

// noise are n bytes of a file, at most mss; they are neither text nor TLS.
func noise(at uint32, n int) []byte {
	from := int(at % (uint32(len(noiseBlock)) - mss))
	return noiseBlock[from : from+n]
}

var noiseBlock = func() []byte {
	b := make([]byte, 64<<10)
	x := uint32(2463534242) // xorshift
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x) | 0x80
	}
	return b
}()
