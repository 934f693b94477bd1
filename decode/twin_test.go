package decode

import (
	"testing"
	"time"
)

func TestTwins(t *testing.T) {
	s := dataScript().handshake().server("abcdef")
	data := s.segs[3]
	data.ipID = 4711
	bare := s.segment(client, flagACK, "")
	change := func(g seg, after time.Duration, by func(*seg)) seg {
		g.after = after
		if by != nil {
			by(&g)
		}
		return g
	}
	withoutID := change(data, time.Millisecond, func(g *seg) { g.ipID = 0 })
	tests := []struct {
		name, why     string
		first, second seg
		twin          bool
	}{
		{"mirror port", "the same frame, twice", data, change(data, 0, nil), true},
		{"before and after routing", "one hop less is left", data, change(data, time.Millisecond, func(g *seg) { g.ttl = 63 }), true},
		{"after a queue in the router", "the identification vouches for it", data, change(data, 300*time.Millisecond, nil), true},
		{"same identification much later", "it comes round after 65536 packets", data, change(data, 2*time.Second, nil), false},
		{"retransmission", "another packet, so another identification", data, change(data, time.Millisecond, func(g *seg) { g.ipID++ }), false},
		{"without identification, at once", "no retransmission is that quick", withoutID, change(withoutID, time.Millisecond, nil), true},
		{"without identification, later", "a retransmission", withoutID, change(withoutID, 200*time.Millisecond, nil), false},
		{"other options", "a retransmission has its own timestamp", withoutID, change(withoutID, time.Millisecond, func(g *seg) { g.options = []byte{8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1} }), false},
		{"other window", "another packet", withoutID, change(withoutID, time.Millisecond, func(g *seg) { g.window = 99 }), false},
		{"bare acknowledgment", "a duplicate acknowledgment looks the same", bare, change(bare, time.Millisecond, nil), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, announced(dataEnd), s.segs[:3]...)
			p.play(tt.first, tt.second)
			c := p.conn()
			equal(t, "twins", c.Duplicates, map[bool]int{true: 1}[tt.twin])
			equal(t, "packets", c.Packets(), map[bool]int{true: 4, false: 5}[tt.twin])
			if tt.twin {
				equal(t, "retransmissions", c.Half[server].Retransmissions, 0)
			}
		})
	}
}

// Once a connection had twins, bare acknowledgments are believed to be some.
func TestTwinsOfBareAcknowledgments(t *testing.T) {
	s := dataScript().handshake().server("abcdef")
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	again := s.segs[3]
	again.after = time.Microsecond
	bare := s.segment(client, flagACK, "")
	p.play(again, bare, bare)
	equal(t, "twins", p.conn().Duplicates, 2)
}

// The "any" device shows a routed control connection twice: it is told once.
func TestTwinsOfAControlConnection(t *testing.T) {
	s := opened().server("220 hi\r\n").client("USER a\r\n").server("331 password\r\n")
	var segs []seg
	for i, g := range s.segs {
		g.ipID = uint16(i + 1)
		twin := g
		twin.ttl, twin.after = 63, time.Microsecond
		segs = append(segs, g, twin)
	}
	p := play(t, Limits{}, nil, segs...)
	p.wantSaid("S 220 hi", "C USER a", "S 331 password")
	equal(t, "twins", p.conn().Duplicates, len(s.segs))
}
