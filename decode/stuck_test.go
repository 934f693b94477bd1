package decode

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// later is the same segment, sent again by TCP.
func later(g seg, after time.Duration) seg {
	g.after = after
	g.ipID++
	return g
}

// stuckOf plays a data connection and returns where the server's stream stands.
func stuckOf(t *testing.T, segs ...seg) *ftp.Stuck {
	t.Helper()
	return &play(t, Limits{}, announced(dataEnd), segs...).conn().Half[server].Stuck
}

// ackTo is an acknowledgment of the client.
func (s *script) ackTo(ack uint32) seg {
	g := s.segment(client, flagACK, "")
	g.ack = ack
	return g
}

func TestStuck(t *testing.T) {
	s := dataScript().handshake().server("abcd").send(client, flagACK, "")
	s.server(strings.Repeat("x", 100)).server("y").server("z")
	for i := range 10 {
		s.add(later(s.segs[5], time.Duration(i+1)*time.Second))
	}
	got := stuckOf(t, s.segs...)
	equal(t, "stuck", got.Yes(), true)
	equal(t, "offset", got.Offset, 4)
	equal(t, "length", got.Length, 100)
	equal(t, "first", got.First.Frame, 6)
	equal(t, "repeats", got.Repeats, 10)
	equal(t, "repeats kept", len(got.Repeated), ftp.MaxStuck)
	equal(t, "first of them", got.Repeated[0].Frame, 9)
	equal(t, "last of them", got.Repeated[ftp.MaxStuck-1].Frame, 18)
	equal(t, "beyond", got.Beyond, 2)
	equal(t, "may be fragmented", got.DF, false)

	s.add(s.ackTo(9000 + 1 + 4 + 100 + 2))
	equal(t, "stuck once it is acknowledged", stuckOf(t, s.segs...).First, ftp.Seen{})
}

// The frontier goes through what is on its way: the first packet there was sent
// long before.
func TestStuckBehindAFrontierThatMoved(t *testing.T) {
	for _, flight := range []int{3, maxSent, 100} {
		s := dataScript().handshake()
		for range flight {
			s.server("0123456789")
		}
		stands := uint32(flight-1) * 10
		s.add(s.ackTo(9001+stands/2), s.ackTo(9001+stands))
		got := stuckOf(t, s.segs...)
		equal(t, "stuck", got.Yes(), false) // only on its way
		equal(t, "offset", got.Offset, int64(stands))
		equal(t, "first passed", got.First.Yes(), true)
		if flight <= maxSent {
			equal(t, "first", got.First.Frame, int64(3+flight))
		}
		s.segs = append(s.segs, later(s.segs[2+flight], time.Second))
		got = stuckOf(t, s.segs...)
		equal(t, "repeats", got.Repeats, 1)
		equal(t, "length", got.Length, 10)
	}
}

// Where more is on its way than is remembered, one close by is the first.
func TestStuckOfALongFlight(t *testing.T) {
	const flight = 200
	s := dataScript().handshake()
	for range flight {
		s.server("0123456789")
	}
	for at := uint32(10); at < flight*10; at += 10 {
		got := stuckOf(t, append(s.segs, s.ackTo(9001+at))...)
		frame := int64(4 + at/10)
		if got.Offset != int64(at) || got.Yes() || got.First.Frame > frame || got.First.Frame < frame-16 || got.Beyond < flight-1-int(at/10) {
			t.Errorf("at %d: %+v, want frame %d", at, got, frame)
		}
	}
}

// Beyond the place where packets are lost only those behind the loss pass.
func TestStuckBeyondTheLoss(t *testing.T) {
	s := dataScript().handshake().server("abcd").send(client, flagACK, "").lost(server, "lost").server("later")
	dup := s.ackTo(9005)
	s.add(dup).server("more").add(dup)
	got := stuckOf(t, s.segs...)
	equal(t, "stuck", got.Yes(), true)
	equal(t, "offset", got.Offset, 4)
	equal(t, "first passed", got.First.Yes(), false)
	equal(t, "beyond", got.Beyond, 2)

	// Likewise where the acknowledgment comes behind them.
	s = dataScript().handshake().server("abcd").lost(server, "lost").server("later").server("more").add(dup)
	equal(t, "beyond, acknowledged late", stuckOf(t, s.segs...).Beyond, 2)

	// What is only missing from the capture is acknowledged.
	s = dataScript().handshake().server("abcd").lost(server, "lost").server("later").send(client, flagACK, "")
	equal(t, "stuck by a loss of the capture", stuckOf(t, s.segs...).Yes(), false)
}

// A middlebox that alters lengths and not the numbers makes a partial
// acknowledgment: the rest is sent again.
func TestStuckInsideASegment(t *testing.T) {
	s := dataScript().handshake().server("0123456789")
	s.add(s.ackTo(9001 + 7))
	rest := later(s.segs[3], time.Second)
	rest.seq, rest.payload = rest.seq+7, "789"
	whole := later(s.segs[3], 3*time.Second)
	s.add(rest, later(rest, 2*time.Second), whole)
	got := stuckOf(t, s.segs...)
	equal(t, "offset", got.Offset, 7)
	equal(t, "first", got.First.Frame, 4)
	equal(t, "repeats", got.Repeats, 3)
	equal(t, "length", got.Length, 3)
}

// Acknowledgments of what was never sent are none: the sender drops them.
func TestStuckIgnoresAcknowledgmentsOfNothing(t *testing.T) {
	s := dataScript().handshake().server("0123456789")
	s.add(s.ackTo(9001+12), later(s.segs[3], time.Second), s.ackTo(9001+12), later(s.segs[3], 2*time.Second))
	got := stuckOf(t, s.segs...)
	equal(t, "offset", got.Offset, 0)
	equal(t, "repeats", got.Repeats, 2)
}

func TestStuckDF(t *testing.T) {
	s := dataScript().handshake().server("abcd")
	p := play(t, Limits{}, announced(dataEnd), s.segs[:3]...)
	b := s.segs[3].ip()
	b[6] = 0x40
	p.raw(0, b, 0)
	equal(t, "DF", p.conn().Half[server].Stuck.DF, true)

	six := newScript()
	six.ends[client], six.ends[server] = client6, server6
	p = play(t, Limits{}, nil, six.handshake().server("220 hi\r\n").segs...)
	equal(t, "DF of IPv6", p.conn().Half[server].Stuck.DF, true)
}

// Where the capture begins in the middle, nothing stands still before an
// acknowledgment says so.
func TestStuckMidstream(t *testing.T) {
	s := dataScript().handshake().client("x").server("abcd").server("efgh").server("ijkl")
	segs := s.segs[3:]
	segs = append(segs, later(segs[2], time.Second)) // what came before is not there
	got := stuckOf(t, segs...)
	equal(t, "stuck", got.First.Yes() || got.Beyond > 0, false)

	// What came before is sent again, and the positions move.
	got = stuckOf(t, s.segs[3], s.segs[5], s.ackTo(9001), s.segs[4], s.ackTo(9001), later(s.segs[4], time.Second))
	equal(t, "offset", got.Offset, 0)
	equal(t, "repeats", got.Repeats, 1)
}

// What stands still keeps its place where an earlier byte turns up.
func TestStuckMoves(t *testing.T) {
	s := dataScript().handshake().client("x").server("abcd").server("efgh")
	got := stuckOf(t, s.segs[3], s.segs[5], s.ackTo(9005), later(s.segs[5], time.Second), s.segs[4])
	equal(t, "offset", got.Offset, 4)
	equal(t, "repeats", got.Repeats, 1)
}

// A keep-alive is no payload; one byte that was not acknowledged is.
func TestStuckOneByte(t *testing.T) {
	s := dataScript().handshake().server("x")
	again := later(s.segs[3], time.Second)
	c := play(t, Limits{}, announced(dataEnd), append(s.segs, again)...).conn()
	equal(t, "repeats", c.Half[server].Stuck.Repeats, 1)
	equal(t, "retransmissions", c.Half[server].Retransmissions, 1)
	equal(t, "probes", c.Half[server].Probes, 0)

	s.send(client, flagACK, "").add(later(again, time.Minute))
	c = play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "stuck", c.Half[server].Stuck.First.Yes(), false)
	equal(t, "probes", c.Half[server].Probes, 1)
}

// What the capture lacks had arrived if the sender repeats what follows it, again and
// again; not if it did so once, or at once, or if what stands before it is there.
func TestStuckBehindWhatTheCaptureLacks(t *testing.T) {
	for _, c := range []struct {
		name   string
		missed bool // the segment before is not in the capture
		waits  []time.Duration
		offset int64
	}{
		{"three times", true, []time.Duration{200 * time.Millisecond, 600 * time.Millisecond}, 14},
		{"twice", true, []time.Duration{200 * time.Millisecond}, 4},
		{"at once", true, []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond}, 4},
		{"nothing is missing", false, []time.Duration{200 * time.Millisecond, 600 * time.Millisecond, time.Second}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := dataScript().handshake().server("abcd").send(client, flagACK, "")
			s.server("0123456789").server("xyz")
			segs := s.segs
			last := segs[len(segs)-1]
			if c.missed {
				segs = append(segs[:len(segs)-2:len(segs)-2], last)
			}
			for _, after := range c.waits {
				last = later(last, after)
				segs = append(segs, last)
			}
			got := stuckOf(t, segs...)
			equal(t, "offset", got.Offset, c.offset)
			if c.offset > 4 {
				equal(t, "length", got.Length, 3)
				equal(t, "repeats", got.Repeats, len(c.waits))
			}
		})
	}
}
