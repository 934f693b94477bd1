package decode

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// summed gives an IP packet with TCP its right checksum.
func summed(b []byte) []byte {
	ether, _, _ := version(b, 0)
	var p packet
	look(ether, b, len(b), &p)
	at := len(b) - len(p.segment) + 16
	for sum := range 0x10000 {
		binary.BigEndian.PutUint16(b[at:], uint16(sum))
		if rightChecksum(&p) {
			return b
		}
	}
	panic("no checksum is right")
}

// The sum is made by hand, not by what is tested.
func TestRightChecksum(t *testing.T) {
	b := unhex("45000034ef834000 4006fe13 c0a80068 c0a80001 c93c0050 8e2a0b1c 00000000 8002faf0 0000 0000 020405b4 01030308 01010402")
	var p packet
	look(capture.EtherIPv4, b, len(b), &p)
	// By hand: the words of the pseudo header and of the segment, folded.
	sum := 0xc0a8 + 0x0068 + 0xc0a8 + 0x0001 + 6 + 32 +
		0xc93c + 0x0050 + 0x8e2a + 0x0b1c + 0x8002 + 0xfaf0 + 0x0204 + 0x05b4 + 0x0103 + 0x0308 + 0x0101 + 0x0402
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	binary.BigEndian.PutUint16(b[36:], ^uint16(sum))
	equal(t, "right", rightChecksum(&p), true)
	b[36] ^= 1
	equal(t, "wrong", rightChecksum(&p), false)
	equal(t, "odd length", sum16([]byte{1, 2, 3}), 0x0102+0x0300)
	equal(t, "words", sum16([]byte{1, 2, 3, 4, 5, 6, 7}), 0x01020304+0x0506+0x0700)
}

func TestChecksums(t *testing.T) {
	s := dataScript().handshake().server("abc")
	change := func(b []byte, at int, v ...byte) []byte {
		c := bytes.Clone(b)
		copy(c[at:], v)
		return c
	}
	good := summed(s.segs[3].ip())
	six := seg{src: client6, dst: server6, flags: flagSYN}
	tests := []struct {
		name, why    string
		frame        []byte
		cut          int
		side         ftp.Side
		checked, bad uint8
	}{
		{"right", "the plain case", good, 0, server, 1, 0},
		{"wrong", "offload, or damage", change(good, 41, 'B'), 0, server, 1, 1},
		{"padded", "the trailer does not count", append(bytes.Clone(good), 1, 2, 3), 0, server, 1, 0},
		{"cut", "it cannot be verified", good, 1, server, 0, 0},
		{"offload", "the length is not that of the wire", change(good, 2, 0, 0), 0, server, 0, 0},
		{"IPv6", "another pseudo header", summed(six.ip()), 0, client, 1, 0},
		{"IPv6, wrong", "likewise", change(summed(six.ip()), 23, 77), 0, client, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, announced(dataEnd))
			if tt.side == server {
				p.raw(0, summed(s.segs[0].ip()), 0)
			}
			p.raw(0, tt.frame, tt.cut)
			w := p.conn().Half[tt.side].Wire
			equal(t, "checked", w.Checked, tt.checked)
			equal(t, "bad", w.Bad, tt.bad)
		})
	}
}

// A datagram that was in pieces is not checked, one with MPLS labels is, and no
// more than MaxChecked are.
func TestChecksumsOfTheSecondLook(t *testing.T) {
	s := opened().server("220 hi\r\n")
	p := play(t, Limits{}, nil)
	p.frame.Link = capture.LinkEthernet
	for _, g := range s.segs {
		p.raw(time.Millisecond, append(unhex(macs+"8847 00010140"), summed(g.ip())...), 0)
	}
	c := p.conn()
	equal(t, "checked", c.Half[server].Wire.Checked, 2)
	equal(t, "bad", c.Half[server].Wire.Bad, 0)

	p.frame.Link = capture.LinkRaw
	tcp := s.segment(server, flagACK|flagPSH, "331 what is your name?\r\n").tcp()
	p.raw(0, ipv4(serverEnd.Addr(), clientEnd.Addr(), protoTCP, 64, 7, 0x2000, nil, tcp[:24]), 0)
	p.raw(0, ipv4(serverEnd.Addr(), clientEnd.Addr(), protoTCP, 64, 7, 3, nil, tcp[24:]), 0)
	equal(t, "packets", c.Half[server].Packets, 3)
	equal(t, "checked", c.Half[server].Wire.Checked, 2)

	for range 30 {
		s.server("x")
	}
	p.play(s.segs[4:]...)
	equal(t, "checked at most", c.Half[server].Wire.Checked, ftp.MaxChecked)
}

// A router may alter the TTL, and who forges a RST mostly has another one.
func TestWireTTL(t *testing.T) {
	s := dataScript().handshake().server("abc").client("x").send(server, flagFIN|flagACK, "").send(server, flagRST, "").send(client, flagRST, "")
	for i, ttl := range []uint8{99, 98, 60, 50, 61, 51, 200, 201} {
		s.segs[i].ttl = ttl
	}
	again := s.segs[6]
	again.ttl, again.after = 202, time.Second
	c := play(t, Limits{}, announced(dataEnd), s.add(again).segs...).conn()
	w := [2]ftp.Wire{c.Half[0].Wire, c.Half[1].Wire}
	equal(t, "least of the client", w[client].TTLMin, 60)
	equal(t, "greatest of the client", w[client].TTLMax, 61)
	equal(t, "least of the server", w[server].TTLMin, 50)
	equal(t, "greatest of the server", w[server].TTLMax, 51)
	equal(t, "FIN", w[server].FINTTL, 51)
	equal(t, "no FIN", w[client].FINTTL, 0)
	equal(t, "RST of the server", w[server].RSTTTL, 200)
	equal(t, "RST of the client", w[client].RSTTTL, 201)

	refused := dataScript().send(client, flagSYN, "").refuse()
	refused.segs[1].ttl = 63
	c = play(t, Limits{}, announced(dataEnd), refused.segs...).conn()
	equal(t, "RST that refuses", c.Half[server].Wire.RSTTTL, 63)
	equal(t, "TTL of no other packet", c.Half[server].Wire.TTLMin, 0)
}

func TestStations(t *testing.T) {
	frame := seg{src: clientEnd, dst: serverEnd, seq: 1, flags: flagSYN}.ip()
	a, b := ftp.MAC{2, 0, 0, 0, 0, 1}, ftp.MAC{2, 0, 0, 0, 0, 2}
	tests := []struct {
		name, why      string
		link           capture.LinkType
		header         string
		way            capture.Direction
		source, target ftp.MAC
		out, in, aside int
	}{
		{"Ethernet", "the target stands first", capture.LinkEthernet, macs + "0800", 0, b, a, 0, 0, 0},
		{"VLAN", "the addresses stand before the tag", capture.LinkEthernet, macs + "8100 0005 0800", 0, b, a, 0, 0, 0},
		{"pcapng, sent", "epb_flags", capture.LinkEthernet, macs + "0800", capture.DirectionOut, b, a, 1, 0, 0},
		{"pcapng, received", "epb_flags", capture.LinkEthernet, macs + "0800", capture.DirectionIn, b, a, 0, 1, 0},
		{"SLL, received", "packet type 0", capture.LinkLinuxSLL, "0000 0001 0006 020000000001 0000 0800", 0, a, ftp.MAC{}, 0, 1, 0},
		{"SLL, multicast", "packet type 2 says nothing of us", capture.LinkLinuxSLL, "0002 0001 0006 020000000001 0000 0800", 0, a, ftp.MAC{}, 0, 0, 0},
		{"SLL, overheard", "packet type 3", capture.LinkLinuxSLL, "0003 0001 0006 020000000001 0000 0800", 0, a, ftp.MAC{}, 0, 0, 1},
		{"SLL, sent", "packet type 4", capture.LinkLinuxSLL, "0004 0001 0006 020000000001 0000 0800", 0, a, ftp.MAC{}, 1, 0, 0},
		{"SLL without an address", "a tunnel", capture.LinkLinuxSLL, "0004 fffe 0000 020000000001 0000 0800", 0, ftp.MAC{}, ftp.MAC{}, 1, 0, 0},
		{"SLL2, overheard", "the type stands elsewhere", capture.LinkLinuxSLL2, "0800 0000 00000002 0001 03 06 0200000000010000", 0, a, ftp.MAC{}, 0, 0, 1},
		{"SLL2, sent", "likewise", capture.LinkLinuxSLL2, "0800 0000 00000002 0001 04 06 0200000000010000", 0, a, ftp.MAC{}, 1, 0, 0},
		{"SLL2 without an address", "a tunnel", capture.LinkLinuxSLL2, "0800 0000 00000002 fffe 00 00 0200000000010000", 0, ftp.MAC{}, ftp.MAC{}, 0, 1, 0},
		{"raw", "there are no addresses", capture.LinkRaw, "", 0, ftp.MAC{}, ftp.MAC{}, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, nil)
			p.frame.Link, p.frame.Direction = tt.link, tt.way
			p.raw(0, append(unhex(tt.header), frame...), 0)
			w := p.conn().Half[client].Wire
			equal(t, "source", w.Source, tt.source)
			equal(t, "target", w.Target, tt.target)
			equal(t, "sources", w.Sources, map[bool]int{false: 1}[tt.source == ftp.MAC{}])
			equal(t, "out", w.Out, tt.out)
			equal(t, "in", w.In, tt.in)
			equal(t, "aside", w.Aside, tt.aside)
		})
	}
}

// Different senders of one direction are counted up to three.
func TestSources(t *testing.T) {
	s := dataScript().handshake()
	p := play(t, Limits{}, announced(dataEnd))
	p.frame.Link = capture.LinkEthernet
	p.raw(0, append(unhex(macs+"0800"), s.segs[0].ip()...), 0)
	for i, want := range []int{1, 2, 2, 2, 3, 3, 3} {
		s.client("x")
		from := []string{"02", "03", "02", "03", "04", "05", "02"}[i]
		p.raw(time.Second, append(unhex("020000000001 0200000000"+from+"0800"), s.segs[len(s.segs)-1].ip()...), 0)
		equal(t, "sources", p.conn().Half[client].Wire.Sources, want)
	}
	equal(t, "first source", p.conn().Half[client].Wire.Source, ftp.MAC{2, 0, 0, 0, 0, 2})
}

func TestOversized(t *testing.T) {
	s := dataScript().handshake().server(strings.Repeat("x", 1000)).server(strings.Repeat("x", 1001)).server(strings.Repeat("y", 3000))
	s.segs[0].options = []byte{2, 4, 1000 >> 8, 1000 & 0xff}
	p := play(t, Limits{}, announced(dataEnd), s.segs[:4]...)
	p.raw(0, summed(s.segs[4].ip()), 0)
	p.raw(0, s.segs[5].ip(), 0)
	w := p.conn().Half[server].Wire
	equal(t, "oversized", w.Oversized, 2)
	equal(t, "largest", w.Largest, 3000)

	unknown := dataScript().handshake().server(strings.Repeat("x", 9000))
	w = play(t, Limits{}, announced(dataEnd), unknown.segs...).conn().Half[server].Wire
	equal(t, "oversized without MSS", w.Oversized, 0)
}

// Oversized packets are counted on when MaxChecked checksums were verified.
func TestOversizedLate(t *testing.T) {
	s := dataScript().handshake()
	s.segs[0].options = []byte{2, 4, 0, 100}
	for range 20 {
		s.server("x")
	}
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	for range 2 * ftp.MaxChecked {
		s.server(strings.Repeat("x", 101))
		p.raw(0, summed(s.segs[len(s.segs)-1].ip()), 0)
	}
	w := p.conn().Half[server].Wire
	equal(t, "oversized", w.Oversized, 2*ftp.MaxChecked)
	equal(t, "checked", w.Checked, ftp.MaxChecked)
}

func TestRouted(t *testing.T) {
	for ttl, want := range map[uint8]int{63: 1, 65: 1, 64: 0, 62: 0} {
		s := dataScript().handshake().server("abc")
		twin := s.segs[3]
		twin.ttl, twin.after = ttl, time.Microsecond
		c := play(t, Limits{}, announced(dataEnd), s.add(twin).segs...).conn()
		equal(t, "twins", c.Duplicates, 1)
		equal(t, "routed", c.Half[server].Wire.Routed, want)
		equal(t, "routed of the other side", c.Half[client].Wire.Routed, 0)
	}
}
