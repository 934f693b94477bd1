package sieve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/capture"
)

// wire is the loopback interface of a network namespace of the test's own. What is
// sent on it comes back: Linux takes the outer VLAN tag out of it as on any
// interface.
type wire struct {
	t     *testing.T
	send  int // a packet socket
	index int
}

const patience = 5 * time.Second // for a frame to come back

// newWire makes the namespace. It is that of the thread, which ends with the test.
func newWire(t *testing.T) *wire {
	if os.Geteuid() != 0 {
		t.Skip("needs root: a network namespace and packet sockets")
	}
	runtime.LockOSThread() // and never unlocked: the thread, and with it the namespace, ends with the goroutine
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace of our own: %v", err)
	}
	control, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(control)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(control, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
	lo, _ = unix.NewIfreq("lo")
	if err := unix.IoctlIfreq(control, unix.SIOCGIFINDEX, lo); err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, index: int(lo.Uint32())}
	w.send = w.socket(unix.SOCK_RAW, 0, nil)
	return w
}

// socket opens a packet socket on the interface, with a filter or none.
func (w *wire) socket(kind int, protocol uint16, filter []bpf.RawInstruction) int {
	w.t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		w.t.Skipf("no packet socket: %v", err)
	}
	w.t.Cleanup(func() { unix.Close(fd) })
	if filter != nil {
		if err := attach(fd, filter); err != nil {
			w.t.Fatalf("%d instructions: %v", len(filter), err)
		}
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
		w.t.Fatal(err)
	}
	patient := unix.NsecToTimeval(patience.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &patient); err != nil {
		w.t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: protocol<<8 | protocol>>8, Ifindex: w.index}); err != nil {
		w.t.Fatal(err)
	}
	return fd
}

// attach gives the kernel a filter.
func attach(fd int, filter []bpf.RawInstruction) error {
	code := make([]unix.SockFilter, len(filter))
	for i, ins := range filter {
		code[i] = unix.SockFilter{Code: ins.Op, Jt: ins.Jt, Jf: ins.Jf, K: ins.K}
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]})
}

// put sends a frame.
func (w *wire) put(frame []byte) {
	w.t.Helper()
	if err := unix.Sendto(w.send, frame, 0, &unix.SockaddrLinklayer{Ifindex: w.index}); err != nil {
		w.t.Fatalf("%d bytes: %v", len(frame), err)
	}
}

// heard is a frame as a packet socket gives it.
type heard struct {
	data     []byte
	length   int // before the filter cut it
	outgoing bool
	tagged   bool // the kernel says that it had a tag
	tag      uint16
}

// take receives a frame.
func (w *wire) take(fd int) heard {
	w.t.Helper()
	data, aside := make([]byte, 1<<17), make([]byte, 128)
	for {
		n, asides, _, from, err := unix.Recvmsg(fd, data, aside, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			w.t.Fatalf("nothing came for %v: %v", patience, err)
		}
		link := from.(*unix.SockaddrLinklayer)
		h := heard{data: data[:n], outgoing: link.Pkttype == unix.PACKET_OUTGOING}
		messages, err := unix.ParseSocketControlMessage(aside[:asides])
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range messages {
			if m.Header.Level == unix.SOL_PACKET && m.Header.Type == unix.PACKET_AUXDATA {
				a := (*unix.TpacketAuxdata)(unsafe.Pointer(&m.Data[0]))
				h.length = int(a.Len)
				h.tagged, h.tag = a.Status&unix.TP_STATUS_VLAN_VALID != 0, a.Vlan_tci
			}
		}
		return h
	}
}

// mark is a frame that passes every filter for Ethernet, and every cooked one: it
// has more tags than the program looks behind, whether they leave or come.
var mark = append(unhex("020000000001 02000000face 8100 0001 8100 0001 8100 0001 8100 0001 0800"), "the mark of the test, which nothing else has"...)

// until receives what comes before the mark, in both directions.
func (w *wire) until(fd int) (all []heard) {
	w.t.Helper()
	for marks := 0; marks < 2; {
		if h := w.take(fd); bytes.HasSuffix(h.data, mark[len(mark)-40:]) {
			marks++
		} else {
			all = append(all, h)
		}
	}
	return all
}

// What passes the program in the kernel is what passes Keep: of frames of the
// samples, with and without VLAN tags, as they leave and as they come.
func TestKernel(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind int
		link capture.LinkType
	}{
		{"from the Ethernet header on", unix.SOCK_RAW, capture.LinkEthernet},
		{"cooked", unix.SOCK_DGRAM, capture.LinkLinuxSLL2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWire(t)
			all := frames(t)
			rng := rand.New(rand.NewPCG(7, 7))
			said := make(map[string]int)
			for range 50 {
				c := random(rng, tt.link, all)
				c.Plain, c.Thin = false, 1<<rng.IntN(2)
				if rng.IntN(2) == 0 {
					c.VLANs = []uint16{1, 5, uint16(rng.IntN(8))}
				}
				w.agree(tt.kind, c, rng, all, said)
			}
			for _, what := range []string{"whole", "headers", "nothing", "tag beside the frame", "leaving"} {
				if said[what] < 50 {
					t.Errorf("%s: only %d frames: that says little", what, said[what])
				}
			}
			t.Log(said)
		})
	}
}

// told is what the filter of a cooked frame is told of it. The kernel tells the
// socket something else: since Linux 6.10 the first tag and the EtherType behind
// the last, wherever they are.
func told(frame []byte, outgoing bool) beside {
	var k beside
	k.ether = binary.BigEndian.Uint16(frame[12:])
	if !outgoing && (k.ether == capture.EtherVLAN || k.ether == capture.EtherQinQ) {
		k.tagged = true
		k.tag = binary.BigEndian.Uint16(frame[14:])
		k.ether = binary.BigEndian.Uint16(frame[16:])
	}
	if k.ether < 0x0600 {
		k.ether = unix.ETH_P_802_2 // a length
	}
	return k
}

// agree sends frames and compares what passes the program of c and Keep.
func (w *wire) agree(kind int, c Config, rng *rand.Rand, all []shown, said map[string]int) {
	w.t.Helper()
	everything := w.socket(kind, unix.ETH_P_ALL, nil)
	passed := w.socket(kind, unix.ETH_P_ALL, assembled(w.t, c))
	for range 100 {
		s := all[rng.IntN(len(all))]
		if s.link != capture.LinkEthernet || len(s.frame) < 14 {
			continue
		}
		frame := s.frame
		if rng.IntN(2) == 0 {
			frame = tagged(rng, frame)
		}
		w.put(frame)
		w.put(mark)
		var want []heard
		for _, h := range w.until(everything) {
			k := beside{tagged: h.tagged, tag: h.tag}
			if kind == unix.SOCK_DGRAM {
				k = told(frame, h.outgoing)
			}
			n := c.keep(h.data, k)
			said[map[int]string{0: "nothing", Headers: "headers", Whole: "whole"}[n]]++
			if k.tagged {
				said["tag beside the frame"]++
			}
			if h.outgoing {
				said["leaving"]++
			}
			if n > 0 {
				h.data = h.data[:min(n, len(h.data))]
				want = append(want, h)
			}
		}
		got := w.until(passed)
		if !reflect.DeepEqual(got, want) {
			w.t.Fatalf("%+v\n% x\nthe kernel passes %d frames, Keep %d\n%+v\n%+v", c, frame, len(got), len(want), got, want)
		}
	}
	unix.Close(everything)
	unix.Close(passed)
}

// assembled is the program of c as the kernel wants it.
func assembled(t *testing.T, c Config) []bpf.RawInstruction {
	t.Helper()
	program, err := c.Program()
	if err != nil {
		t.Fatal(err)
	}
	filter, err := bpf.Assemble(program)
	if err != nil {
		t.Fatal(err)
	}
	return filter
}

// The kernel takes the longest programs, and what tcpdump made.
func TestKernelTakes(t *testing.T) {
	w := newWire(t)
	c := Config{Link: capture.LinkEthernet, Ports: []uint16{21}}
	for i := range 550 {
		c.Hosts = append(c.Hosts, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
	}
	long := assembled(t, c)
	if len(long) < 3500 {
		t.Errorf("only %d instructions", len(long))
	}
	w.socket(unix.SOCK_RAW, unix.ETH_P_ALL, long)
	for _, name := range []string{"ethernet-port", "ethernet-arithmetic", "ethernet-greater", "lo-vlan"} {
		w.socket(unix.SOCK_RAW, unix.ETH_P_ALL, stored(t, name))
	}

	// tcpdump -i any "inbound and tcp"
	program, err := Cook(stored(t, "any-inbound"))
	if err != nil {
		t.Fatal(err)
	}
	everything, inbound := w.socket(unix.SOCK_DGRAM, unix.ETH_P_ALL, nil), w.socket(unix.SOCK_DGRAM, unix.ETH_P_ALL, program)
	tcp := data().ip()
	w.put(ether("", next4(protoICMP, 0)))
	w.put(ether("", tcp))
	for range 4 {
		w.take(everything)
	}
	if h := w.take(inbound); h.outgoing || !bytes.Equal(h.data, tcp) {
		t.Errorf("leaving: %v: % x", h.outgoing, h.data)
	}
	if n, _, err := unix.Recvfrom(inbound, make([]byte, 100), unix.MSG_DONTWAIT); err == nil {
		t.Errorf("another frame of %d bytes passes", n)
	}
}

// How many instructions the programs have that ask the kernel.
func TestKernelLength(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   int
	}{
		{Config{Link: capture.LinkLinuxSLL2, Ports: []uint16{21, 990}}, 116},
		{Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, VLANs: []uint16{5}}, 402},
	} {
		if got := len(assembled(t, tt.config)); got != tt.want {
			t.Errorf("%+v: %d instructions, want %d", tt.config, got, tt.want)
		}
	}
}
