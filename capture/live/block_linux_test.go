package live

import (
	"bytes"
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/capture"
)

// packet is one of a block, as the kernel writes it.
type packet struct {
	data   []byte
	status uint32
	tci    uint32
	tpid   uint16
	kind   uint16 // ARPHRD
	way    byte
}

// blockOf is a block with packets.
func blockOf(packets ...packet) block {
	const start = packetHeader + room + 4
	b := make([]byte, blockHeader)
	native.PutUint32(b[blockStatus:], unix.TP_STATUS_USER)
	native.PutUint32(b[blockPackets:], uint32(len(packets)))
	native.PutUint32(b[blockFirst:], blockHeader)
	for _, p := range packets {
		h := make([]byte, start, start+len(p.data))
		native.PutUint32(h[packetSecond:], 1_800_000_000)
		native.PutUint32(h[packetNano:], 999_999_999)
		native.PutUint32(h[packetCaptured:], uint32(len(p.data)))
		native.PutUint32(h[packetLength:], uint32(len(p.data)))
		native.PutUint32(h[packetStatus:], p.status)
		native.PutUint32(h[packetTCI:], p.tci)
		native.PutUint16(h[packetTPID:], p.tpid)
		native.PutUint16(h[packetMAC:], start)
		binary.BigEndian.PutUint16(h[packetProtocol:], 0x0800)
		native.PutUint32(h[packetIndex:], 7)
		native.PutUint16(h[packetKind:], p.kind)
		h[packetType] = p.way
		h = append(h, p.data...)
		for len(h)%8 != 0 {
			h = append(h, 0)
		}
		native.PutUint32(h[packetNext:], uint32(len(h)))
		b = append(b, h...)
	}
	return b
}

// TestBlock: packets as the kernel writes them, in cases that are hard to make in
// a lab.
func TestBlock(t *testing.T) {
	addresses := []byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02")
	tagged := uint32(unix.TP_STATUS_VLAN_VALID)
	for _, c := range []struct {
		name   string
		layout layout
		packet packet
		want   string // the frame; empty where it is ignored
	}{
		{"no tag", layout{link: capture.LinkEthernet}, packet{data: []byte(string(addresses) + "\x08\x00ip")}, string(addresses) + "\x08\x00ip"},
		{
			"a tag of which an old kernel doesn't say the type",
			layout{link: capture.LinkEthernet},
			packet{data: []byte(string(addresses) + "\x08\x00ip"), status: tagged, tci: 0x64, tpid: 0xffff},
			string(addresses) + "\x81\x00\x00\x64\x08\x00ip",
		},
		{
			"a tag of a provider",
			layout{link: capture.LinkEthernet},
			packet{data: []byte(string(addresses) + "\x08\x00ip"), status: tagged | unix.TP_STATUS_VLAN_TPID_VALID, tci: 0x64, tpid: 0x88a8},
			string(addresses) + "\x88\xa8\x00\x64\x08\x00ip",
		},
		{"a tag, and too few bytes to put it between", layout{link: capture.LinkEthernet}, packet{data: []byte("12345"), status: tagged, tci: 1}, "12345"},
		{"a tunnel", layout{link: capture.LinkRaw}, packet{data: []byte("\x45ip"), kind: unix.ARPHRD_NONE}, "\x45ip"},
		{
			"cooked, with a tag",
			layout{link: capture.LinkLinuxSLL2, cooked: true},
			packet{data: []byte("ip"), status: tagged, tci: 0x64, kind: unix.ARPHRD_PPP, way: unix.PACKET_OUTGOING},
			"\x81\x00\x00\x00\x00\x00\x00\x07\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x64\x08\x00ip",
		},
		{"leaving by the loopback interface", layout{link: capture.LinkEthernet, loopback: true}, packet{data: addresses, kind: unix.ARPHRD_LOOPBACK, way: unix.PACKET_OUTGOING}, ""},
		{"leaving by the loopback interface, seen on any", layout{link: capture.LinkLinuxSLL2, cooked: true}, packet{data: addresses, kind: unix.ARPHRD_LOOPBACK, way: unix.PACKET_OUTGOING}, ""},
		{"nothing, which would look like a tick", layout{link: capture.LinkRaw}, packet{}, ""},
	} {
		frames := 0
		err := blockOf(c.packet, packet{data: addresses}).frames(&c.layout, 0, func(f *capture.Frame) bool {
			frames++
			if frames == 1 && c.want != "" {
				if string(f.Data) != c.want || f.Length != len(c.want) {
					t.Errorf("%s: %d bytes: %x\nwant %d: %x", c.name, f.Length, f.Data, len(c.want), c.want)
				}
				if f.Time.Nanosecond() != 999_999_999 || f.Time.Unix() != 1_800_000_000 {
					t.Errorf("%s: time %v", c.name, f.Time)
				}
			}
			return true
		})
		want := 2
		if c.want == "" {
			want = 1
		}
		if err != nil || frames != want {
			t.Errorf("%s: %d frames, %v", c.name, frames, err)
		}
	}
}

// FuzzBlock: whatever a block holds, frames lie within it.
func FuzzBlock(f *testing.F) {
	good := blockOf(
		packet{data: bytes.Repeat([]byte("x"), 60), status: unix.TP_STATUS_VLAN_VALID},
		packet{data: bytes.Repeat([]byte("y"), 9), way: unix.PACKET_OUTGOING},
	)
	f.Add([]byte(good), true, 0)
	f.Add([]byte(good), false, 40)
	f.Add([]byte(good[:len(good)-50]), false, 0)
	f.Fuzz(func(t *testing.T, b []byte, cooked bool, snap int) {
		if len(b) < blockHeader {
			return // the kernel's are much longer
		}
		l := layout{link: capture.LinkEthernet, cooked: cooked}
		if cooked {
			l.link = capture.LinkLinuxSLL2
		}
		room := len(b) * len(b) // packets may overlap, but come to an end
		err := block(b).frames(&l, snap, func(fr *capture.Frame) bool {
			if len(fr.Data) > fr.Length || len(fr.Data) > len(b) {
				t.Fatalf("%d bytes of %d in a block of %d", len(fr.Data), fr.Length, len(b))
			}
			room--
			return room > 0
		})
		if err != nil && err != errBlock {
			t.Fatal(err)
		}
	})
}
