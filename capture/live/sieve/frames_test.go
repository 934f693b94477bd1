package sieve

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/samples"
)

// plain is what most captures ask for, for a virtual machine that knows only
// bytes.
func plain() Config {
	return Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, Plain: true}
}

// segment is a TCP segment to be, with what the sieve looks at.
type segment struct {
	from, to string // an address and a port
	seq, ack uint32
	flags    uint8
	window   uint16
	options  int // bytes of options of TCP
	payload  int // bytes
}

const flagACK = 0x10

// data is a segment in the middle of a transfer, with sequence numbers that the
// hash does not let pass.
func data() segment {
	return segment{from: "198.51.100.20:20000", to: "192.0.2.10:40000", seq: 1000, ack: 1, flags: flagACK, window: 500, options: 12, payload: 1448}
}

func (s segment) bytes() []byte {
	from, to := netip.MustParseAddrPort(s.from), netip.MustParseAddrPort(s.to)
	b := binary.BigEndian.AppendUint16(nil, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	b = append(b, byte(20+s.options)/4<<4, s.flags)
	b = binary.BigEndian.AppendUint16(b, s.window)
	return append(b, make([]byte, 4+s.options+s.payload)...)
}

// packet is an IP packet to be, of either version.
type packet struct {
	from, to string // addresses
	protocol uint8
	pieces   uint16 // flags and offset of IPv4
	options  int    // bytes of options of IPv4
	body     []byte
}

func (p packet) bytes() []byte {
	from, to := netip.MustParseAddr(p.from), netip.MustParseAddr(p.to)
	var b []byte
	if from.Is4() {
		b = append(b, 0x40|byte(20+p.options)/4, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+p.options+len(p.body)))
		b = append(b, 0, 1)
		b = binary.BigEndian.AppendUint16(b, p.pieces)
		b = append(b, 64, p.protocol, 0, 0)
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.body)))
		b = append(b, p.protocol, 64)
	}
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	return append(append(b, make([]byte, p.options)...), p.body...)
}

// ip is the segment in an IP packet.
func (s segment) ip() []byte {
	from, to := netip.MustParseAddrPort(s.from), netip.MustParseAddrPort(s.to)
	return packet{from: from.Addr().String(), to: to.Addr().String(), protocol: protoTCP, body: s.bytes()}.bytes()
}

// ether puts an Ethernet header before an IP packet, with these VLAN tags and
// types, written in hexadecimal. The last EtherType follows from the packet.
func ether(tags string, ip []byte) []byte {
	b := unhex("020000000001 020000000002" + tags)
	if ip[0]>>4 == 4 {
		b = append(b, 0x08, 0x00)
	} else {
		b = append(b, 0x86, 0xdd)
	}
	return append(b, ip...)
}

// unhex reads bytes written in hexadecimal, blanks for the eye.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// datagram is UDP between two ports.
func datagram(from, to uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, from)
	b = binary.BigEndian.AppendUint16(b, to)
	return append(b, 0, 12, 0, 0, 'd', 'a', 't', 'a')
}

// shown is a frame and the link type that it is shown as.
type shown struct {
	link  capture.LinkType
	frame []byte
}

// sampled returns all frames of the samples, as Ethernet where they are, and from
// the IP header on.
var sampled = sync.OnceValues(func() ([]shown, error) {
	var all []shown
	for _, name := range samples.Names() {
		file, err := samples.Open(name)
		if err != nil {
			return nil, err
		}
		set, err := capture.Open([]string{capture.Stdin}, capture.Options{Stdin: bytes.NewReader(file)})
		if err != nil {
			return nil, err
		}
		for f, err := range set.Frames(context.Background()) {
			if err != nil {
				return nil, err
			}
			all = append(all, shows(f)...)
		}
		set.Close()
	}
	return all, nil
})

// shows returns f in the layouts that the kernel could show it in.
func shows(f *capture.Frame) []shown {
	b := bytes.Clone(f.Data)
	header := map[capture.LinkType]int{capture.LinkEthernet: 14, capture.LinkLinuxSLL: 16, capture.LinkLinuxSLL2: 20}[f.Link]
	if len(b) < header {
		return nil
	}
	all := []shown{
		{capture.LinkRaw, b[header:]},
		{capture.LinkLinuxSLL2, b[header:]},
		{capture.LinkNull, append([]byte{2, 0, 0, 0}, b[header:]...)},
	}
	if f.Link == capture.LinkEthernet {
		all = append(all, shown{capture.LinkEthernet, b})
	} else {
		all = append(all, shown{capture.LinkEthernet, append(unhex("020000000001 020000000002 0800"), b[header:]...)})
	}
	return all
}

// frames is sampled, or the end of the test.
func frames(t testing.TB) []shown {
	t.Helper()
	all, err := sampled()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 1000 {
		t.Fatalf("only %d frames in the samples", len(all))
	}
	return all
}

// machine is the program of c in the virtual machine.
func machine(t testing.TB, c Config) *bpf.VM {
	t.Helper()
	program, err := c.Program()
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return vm
}

// execute is what a program returns for a frame in the virtual machine.
func execute(t *testing.T, program []bpf.Instruction, frame []byte) int {
	t.Helper()
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	n, err := vm.Run(frame)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// same fails unless the program and Keep say the same of a frame, and returns
// what they say.
func same(t testing.TB, c Config, vm *bpf.VM, frame []byte) int {
	t.Helper()
	want, err := vm.Run(frame)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Keep(frame); got != want {
		t.Fatalf("%+v\n% x\nthe program passes %d, Keep %d", c, frame, want, got)
	}
	return want
}

// random returns a Config that asks for something that is in some of the frames.
func random(rng *rand.Rand, link capture.LinkType, from []shown) Config {
	c := Config{Link: link, Plain: true, Ports: []uint16{21, 990}, Payload: rng.IntN(4) == 0, Thin: 1 << rng.IntN(8)}
	for range rng.IntN(4) {
		c.Ports = append(c.Ports, uint16(1+rng.IntN(65535)))
	}
	pick := func() netip.Addr {
		for range 100 {
			s := from[rng.IntN(len(from))]
			if s.link != capture.LinkRaw || len(s.frame) < 40 {
				continue
			}
			if s.frame[0]>>4 == 4 {
				return netip.AddrFrom4([4]byte(s.frame[12:16]))
			}
			return netip.AddrFrom16([16]byte(s.frame[8:24]))
		}
		return netip.IPv6Unspecified()
	}
	if rng.IntN(2) == 0 {
		for range rng.IntN(4) {
			c.Hosts = append(c.Hosts, pick())
		}
		for range rng.IntN(4) {
			a := pick()
			c.Nets = append(c.Nets, netip.PrefixFrom(a, rng.IntN(a.BitLen()+1)))
		}
	}
	if link == capture.LinkEthernet && rng.IntN(3) == 0 {
		for range 1 + rng.IntN(3) {
			c.VLANs = append(c.VLANs, uint16(rng.IntN(8)))
		}
	}
	return c
}

// tagged returns an Ethernet frame with up to four more tags.
func tagged(rng *rand.Rand, frame []byte) []byte {
	if len(frame) < 12 {
		return frame
	}
	b := bytes.Clone(frame[:12])
	for range rng.IntN(5) {
		b = binary.BigEndian.AppendUint16(b, uint16(etherTags[rng.IntN(len(etherTags))]))
		b = binary.BigEndian.AppendUint16(b, uint16(rng.IntN(8)|rng.IntN(8)<<13))
	}
	return append(b, frame[12:]...)
}
