package live

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/capture"
)

// lab puts the test into a network namespace of its own, which goes with its
// thread: sockets that it opens and programs that it starts are in there.
func lab(t *testing.T, script ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can make a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("there is no ip(8) to make interfaces with")
	}
	runtime.LockOSThread() // and never unlock: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace: %v", err)
	}
	// Else the hosts talk on their own.
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Skipf("IPv6 can't be turned off: %v", err)
	}
	ip(t, "link set lo up")
	for _, line := range script {
		ip(t, line)
	}
}

// pair is a cable between the interfaces near and far.
var pair = []string{"link add near type veth peer name far", "link set near up", "link set far up"}

// ip runs ip(8).
func ip(t *testing.T, line string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", line, err, out)
	}
}

// sender sends frames out of an interface.
type sender struct {
	t  *testing.T
	fd int
	to unix.SockaddrLinklayer
}

func newSender(t *testing.T, name string) *sender {
	t.Helper()
	// The kernel takes note of a carrier when it has time; until then it drops what
	// is sent.
	for range 300 {
		if i, err := net.InterfaceByName(name); err != nil || i.Flags&net.FlagRunning != 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	ifr, err := askInterface(fd, name, unix.SIOCGIFINDEX)
	if err != nil {
		t.Fatal(err)
	}
	return &sender{t, fd, unix.SockaddrLinklayer{Ifindex: int(ifr.Uint32())}}
}

func (s *sender) send(frames ...[]byte) {
	s.t.Helper()
	for _, f := range frames {
		if err := unix.Sendto(s.fd, f, 0, &s.to); err != nil {
			s.t.Fatal(err)
		}
	}
}

// etherTest is an EtherType that nobody else uses.
const etherTest = 0x88b5

// numbered is an Ethernet frame of a size, with a number in it.
func numbered(number, size int) []byte {
	f := make([]byte, size)
	copy(f, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1})
	binary.BigEndian.PutUint16(f[12:], etherTest)
	binary.BigEndian.PutUint32(f[14:], uint32(number))
	for i := 18; i < size; i++ {
		f[i] = byte(number + i)
	}
	return f
}

// withTags puts VLAN tags into an Ethernet frame.
func withTags(f []byte, tags ...uint32) []byte {
	var b []byte
	for _, tag := range tags {
		b = binary.BigEndian.AppendUint32(b, tag)
	}
	return slices.Concat(f[:12], b, f[12:])
}

// start opens a capture that the test ends.
func start(t *testing.T, o Options) *Capture {
	t.Helper()
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// collect reads frames, without ticks, until it has n, or two seconds are over,
// and then what else is there. With 0 it reads what comes within half a second.
func collect(t *testing.T, c *Capture, n int) []capture.Frame {
	t.Helper()
	limit := 2 * time.Second
	if n == 0 {
		limit /= 4
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var got []capture.Frame
	for f, err := range c.Frames(ctx) {
		switch {
		case err != nil && !errors.Is(err, ctx.Err()):
			t.Fatal(err)
		case err != nil || f.Length == 0:
			continue
		}
		keep := *f
		keep.Data = bytes.Clone(f.Data)
		got = append(got, keep)
		if len(got) == n {
			cancel()
		}
	}
	return got
}

// onlyTest is a filter that passes frames of etherTest, whole.
var onlyTest = assemble(
	bpf.LoadAbsolute{Off: 12, Size: 2},
	bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: etherTest, SkipTrue: 1},
	bpf.RetConstant{Val: 1 << 18},
	bpf.RetConstant{Val: 0},
)

func assemble(in ...bpf.Instruction) []bpf.RawInstruction {
	raw, err := bpf.Assemble(in)
	if err != nil {
		panic(err)
	}
	return raw
}

// indexOf is the index of an interface in the namespace of the test.
func indexOf(t *testing.T, name string) int {
	t.Helper()
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return i.Index
}
