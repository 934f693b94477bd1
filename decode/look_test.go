package decode

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// both takes both looks at an IP packet.
func both(b []byte, wire int) (first, second found, p, q packet) {
	ether, at, _ := version(b, 0)
	first = look(ether, b[at:], wire, &p)
	var e icmpError
	second = New(Config{}, interest(nil)).secondLook(ether, b[at:], wire, &q, &e)
	return first, second, p, q
}

// sameLooks fails unless the second look sees what the first did, if that saw
// anything.
func sameLooks(t *testing.T, b []byte, wire int) {
	t.Helper()
	first, second, p, q := both(b, wire)
	if first != foundTCP {
		return
	}
	if second != foundTCP {
		t.Fatalf("first look found TCP, second %d:\n% x", second, b)
	}
	if p.src != q.src || p.dst != q.dst || p.seq != q.seq || p.ack != q.ack || p.window != q.window || p.ipID != q.ipID ||
		p.ttl != q.ttl || p.flags != q.flags || p.length != q.length || !bytes.Equal(p.options, q.options) || !bytes.Equal(p.payload, q.payload) ||
		p.fixed != q.fixed || p.short != q.short || !bytes.Equal(p.segment, q.segment) {
		t.Fatalf("first look\n%+v\nsecond\n%+v", p, q)
	}
}

func TestBothLooksAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		s := seg{
			src: clientEnd, dst: serverEnd, seq: rng.Uint32(), ack: rng.Uint32(), flags: uint8(rng.Uint32()), window: uint16(rng.Uint32()),
			ipID: uint16(rng.Uint32()), ttl: uint8(rng.Uint32()), options: make([]byte, 4*rng.IntN(11)), payload: string(make([]byte, rng.IntN(60))),
		}
		if rng.IntN(2) == 0 {
			s.src, s.dst = client6, server6
		}
		b := s.ip()
		first, _, p, _ := both(b, len(b))
		if first != foundTCP || p.seq != s.seq || len(p.payload) != len(s.payload) || len(p.options) != len(s.options) {
			t.Fatalf("first look: %d, %+v", first, p)
		}
		sameLooks(t, b, len(b))
		padded := append(b, make([]byte, rng.IntN(30))...)
		sameLooks(t, padded, len(padded))
	}
}

func FuzzBothLooks(f *testing.F) {
	for _, s := range []seg{
		{src: clientEnd, dst: serverEnd, flags: flagSYN, options: []byte{2, 4, 5, 180}},
		{src: client6, dst: server6, flags: flagACK, payload: "USER anonymous\r\n"},
	} {
		f.Add(s.ip(), uint16(0))
		f.Add(append(s.ip(), 0, 0, 0, 0, 0, 0), uint16(1400))
	}
	for _, b := range samplePackets(f) {
		f.Add(b, uint16(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, beyond uint16) {
		if len(b) < 40 || b[0] > 0x45 && b[0]>>4 == 4 {
			return // gopacket refuses options that the first look steps over
		}
		if b[0]>>4 == 6 && binary.BigEndian.Uint16(b[4:]) == 0 {
			return // gopacket refuses IPv6 of TCP segmentation offload
		}
		if said := binary.BigEndian.Uint16(b[2:]); b[0]>>4 == 4 && (said == 0 && len(b) > 65535 || said > 0 && said < 20) {
			return
		}
		sameLooks(t, b, len(b)+int(beyond))
	})
}

func TestLook(t *testing.T) {
	text := "USER anonymous\r\n"
	four := seg{src: clientEnd, dst: serverEnd, seq: 7, flags: flagACK, payload: text}
	six := seg{src: client6, dst: server6, seq: 7, flags: flagACK, payload: text}
	change := func(b []byte, at int, v ...byte) []byte {
		c := bytes.Clone(b)
		copy(c[at:], v)
		return c
	}
	extension := func(next byte, body string) []byte { // 8 bytes
		return append([]byte{next, 0}, body...)
	}
	through := func(next byte, headers ...[]byte) []byte {
		return ipv6(client6.Addr(), server6.Addr(), next, 64, append(bytes.Join(headers, nil), six.tcp()...))
	}
	hop := func(next byte) []byte { return extension(next, "\x01\x04\x00\x00\x00\x00") }
	gre := append([]byte{0, 0, 8, 0}, four.ip()...)
	tests := []struct {
		name, why string
		b         []byte
		wire      int // 0 is len(b)
		found     found
		payload   string
		length    int // -1 is len(payload)
	}{
		{"IPv4", "the plain case", four.ip(), 0, foundTCP, text, -1},
		{"IPv6", "the plain case", six.ip(), 0, foundTCP, text, -1},
		{"IPv4 options", "router alert", ipv4(clientEnd.Addr(), serverEnd.Addr(), protoTCP, 64, 1, 0, []byte{148, 4, 0, 0}, four.tcp()), 0, foundTCP, text, -1},
		{"IPv4 don't fragment", "no fragment", change(four.ip(), 6, 0x40), 0, foundTCP, text, -1},
		{"padding", "Ethernet frames have 60 bytes at least", append(four.ip(), "padding"...), 0, foundTCP, text, -1},
		{"padding behind IPv6", "likewise", append(six.ip(), "padding"...), 0, foundTCP, text, -1},
		{"offload, IPv4", "total length 0: the frame knows", change(four.ip(), 2, 0, 0), 0, foundTCP, text, -1},
		{"offload, IPv6", "payload length 0: the frame knows", change(six.ip(), 4, 0, 0), 0, foundTCP, text, -1},
		{"offload, cut", "the snap length took the end", change(four.ip(), 2, 0, 0), 5000, foundTCP, text, 4960},
		{"cut in the payload", "snap length 50", four.ip()[:50], 56, foundTCP, text[:10], len(text)},
		{"cut in the options", "what is there is read", seg{src: clientEnd, dst: serverEnd, options: make([]byte, 20), payload: text}.ip()[:48], 76, foundTCP, "", len(text)},
		{"cut in the TCP header", "there are no flags", four.ip()[:39], 56, foundNothing, "", 0},
		{"cut in the IP header", "there is no address", four.ip()[:19], 56, foundNothing, "", 0},
		{"cut in the IPv6 header", "there is no address", six.ip()[:39], 76, foundNothing, "", 0},
		{"IPv4 length beyond the frame", "a tool cut the frame and its length", change(four.ip(), 2, 5, 220), 0, foundTCP, text, 1500 - 40},
		{"IPv4 length less than its header", "a lie", change(four.ip(), 2, 0, 19), 0, foundNothing, "", 0},
		{"IPv4 header length of 4 words", "a lie", change(four.ip(), 0, 0x44), 0, foundNothing, "", 0},
		{"IPv4 header beyond the frame", "a lie", change(four.ip()[:40], 0, 0x4f), 0, foundNothing, "", 0},
		{"TCP header of 4 words", "a lie", change(four.ip(), 32, 0x40), 0, foundNothing, "", 0},
		{"TCP header beyond the segment", "a lie", change(four.ip(), 2, 0, 50), 0, foundTCP, text[:10], -1},
		{"TCP header longer than the segment", "a lie", change(four.ip(), 32, 0xf0), 0, foundNothing, "", 0},
		{"hop-by-hop", "router alert", through(0, hop(protoTCP)), 0, foundTCP, text, -1},
		{"destination options", "mobile IPv6", through(60, hop(protoTCP)), 0, foundTCP, text, -1},
		{"hop-by-hop and destination options", "a chain", through(0, hop(60), hop(protoTCP)), 0, foundTCP, text, -1},
		{"routing", "type 0 without addresses", through(43, extension(protoTCP, "\x00\x00\x00\x00\x00\x00")), 0, foundTCP, text, -1},
		{"extension and padding", "the trailer is no payload", append(through(0, hop(protoTCP)), "padding"...), 0, foundTCP, text, -1},
		{"extension and cut", "the length is that of the wire", through(0, hop(protoTCP))[:78], 84, foundTCP, text[:10], len(text)},
		{"IPv4 in IPv4", "tunnels are not looked into", ipv4(router, router, 4, 64, 1, 0, nil, four.ip()), 0, foundOther, "", 0},
		{"IPv6 in IPv4", "likewise", ipv4(router, router, 41, 64, 1, 0, nil, six.ip()), 0, foundOther, "", 0},
		{"GRE", "tunnels are not looked into", ipv4(router, router, 47, 64, 1, 0, nil, gre), 0, foundOther, "", 0},
		{"IPv4 in IPv6", "behind an extension header", ipv6(client6.Addr(), server6.Addr(), 60, 64, append(hop(4), four.ip()...)), 0, foundOther, "", 0},
		{"UDP", "only counted", ipv4(router, router, protoUDP, 64, 1, 0, nil, make([]byte, 8)), 0, foundUDP, "", 0},
		{"UDP over IPv6", "only counted", ipv6(client6.Addr(), server6.Addr(), protoUDP, 64, make([]byte, 8)), 0, foundUDP, "", 0},
		{"ICMP echo", "no error", ipv4(router, router, 1, 64, 1, 0, nil, make([]byte, 8)), 0, foundOther, "", 0},
		{"OSPF", "neither TCP nor ICMP", ipv4(router, router, 89, 64, 1, 0, nil, make([]byte, 8)), 0, foundOther, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			wire := orElse(tt.wire, len(tt.b))
			ether, _, _ := version(tt.b, 0)
			var p packet
			var e icmpError
			got := look(ether, tt.b, wire, &p)
			if got == 0 {
				got = New(Config{}, interest(nil)).secondLook(ether, tt.b, wire, &p, &e)
			}
			equal(t, "found", got, tt.found)
			if got != foundTCP {
				return
			}
			if tt.length < 0 {
				tt.length = len(tt.payload)
			}
			equal(t, "source port", p.src.Port(), 40000)
			equal(t, "payload", string(p.payload), tt.payload)
			equal(t, "length", p.length, tt.length)
		})
	}
}

// The labels before the header are not bytes of the packet.
func TestOffloadBehindMPLS(t *testing.T) {
	four := seg{src: clientEnd, dst: serverEnd, flags: flagACK, payload: "NOOP\r\n"}.ip()
	four[2], four[3] = 0, 0
	b := append([]byte{0, 2, 0, 0x40, 0, 3, 1, 0x40}, four...)
	for _, cut := range []int{0, 4} {
		var p packet
		got := New(Config{}, interest(nil)).secondLook(capture.EtherMPLS, b[:len(b)-cut], len(b), &p, nil)
		equal(t, "found", got, foundTCP)
		equal(t, "length", p.length, 6)
		equal(t, "captured", len(p.payload), 6-cut)
	}
}

// Random frames never make it panic, and what it keeps is bounded.
func FuzzDecode(f *testing.F) {
	control := opened().server("220 hi\r\n").client("USER a\r\n").server("331 more\r\n")
	var frames []byte
	for _, s := range control.segs {
		b := s.ip()
		frames = append(binary.BigEndian.AppendUint16(frames, uint16(len(b))), b...)
	}
	f.Add(frames, uint16(capture.LinkRaw))
	f.Add([]byte("\x00\x0e"+string(unhex(macs+"0800"))+"\x00\x03\x45\x00\x00"), uint16(capture.LinkEthernet))
	f.Add([]byte("\x00\x13"+string(make([]byte, 19))), uint16(capture.LinkRaw))
	short := append(unhex(macs+"0800"), ipv4(clientEnd.Addr(), serverEnd.Addr(), protoTCP, 64, 1, 0x2000, nil, make([]byte, 24))...)
	f.Add(append([]byte{0, byte(len(short))}, short...), uint16(capture.LinkEthernet))
	for _, frames := range sampleFrames(f) {
		var b []byte
		for _, frame := range frames {
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(frame.Data))), frame.Data...)
		}
		f.Add(b, uint16(frames[0].Link))
	}
	f.Fuzz(func(t *testing.T, b []byte, linkType uint16) {
		limits := Limits{Connections: 8, Remembered: 4, Fragments: 4096, Queue: 2048, QueueLength: 4, Waiting: 1024}
		d := New(Config{Limits: limits}, announced(dataEnd))
		emit := func(ev *ftp.Event) { _ = ev.Conn }
		frame := capture.Frame{Link: capture.LinkType(linkType)}
		for len(b) > 2 {
			n := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
			frame.Data, b = b[2:2+n], b[2+n:]
			frame.Length = n + int(b0(frame.Data))*int(frame.Number%2)
			frame.Number++
			d.Decode(&frame, emit)
			if d.flows.count() > limits.Connections || d.dormant.length > limits.Remembered || d.fragments.bytes > limits.Fragments || d.waiting.bytes > limits.Waiting {
				t.Fatalf("%d connections, %d dormant, %d bytes of fragments, %d waiting", d.flows.count(), d.dormant.length, d.fragments.bytes, d.waiting.bytes)
			}
		}
		d.Finish(emit)
		if d.flows.count() > 0 || d.dormant.length > 0 || d.waiting.bytes != 0 {
			t.Fatalf("%d connections, %d dormant, %d bytes waiting at the end", d.flows.count(), d.dormant.length, d.waiting.bytes)
		}
	})
}

func b0(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
