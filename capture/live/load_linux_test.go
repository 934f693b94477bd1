package live

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
)

// TestDrops: what the ring had no room for is counted: nothing is lost unsaid.
func TestDrops(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest, Buffer: 1})
	s := newSender(t, "near")
	const sent = 1000
	for i := range sent {
		s.send(numbered(i, 1500)) // of which the ring holds a fifth
	}
	got := int64(len(collect(t, c, 0)))
	drops := c.Stats().Drops
	if got+drops != sent || drops < sent/2 || got == 0 {
		t.Errorf("%d frames and %d drops of %d", got, drops, sent)
	}
	if in := c.Info()[0]; in.Drops != drops {
		t.Errorf("Info says %d drops, Stats %d", in.Drops, drops)
	}
}

// TestRound: many times what the ring holds goes through it, without a loss while
// we keep up, and each frame once.
func TestRound(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest, Buffer: 1 << 20})
	s := newSender(t, "near")
	const rounds, each = 40, 200 // 200 frames of 1500 bytes: 0.3 MB
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	n := 0
	for f, err := range c.Frames(ctx) {
		if err != nil {
			break
		}
		if f.Length > 0 {
			if want := numbered(n, 1500); !bytes.Equal(f.Data, want) {
				t.Fatalf("frame %d is another: %x", n, f.Data[:20])
			}
			n++
		}
		if n == rounds*each {
			cancel()
		} else if n%each == 0 {
			for i := range each {
				if f.Length > 0 || n == 0 {
					s.send(numbered(n+i, 1500))
				}
			}
		}
	}
	if drops := c.Stats().Drops; n != rounds*each || drops != 0 {
		t.Errorf("%d frames of %d, %d drops", n, rounds*each, drops)
	}
}

// TestFilterFirst: nothing gets in before the filter is there, however busy the
// wire is while the capture is opened.
func TestFilterFirst(t *testing.T) {
	lab(t, pair...)
	s := newSender(t, "near")
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				s.send(numbered(i, 60))
			}
		}
	}()
	nothing := assemble(bpf.RetConstant{Val: 0})
	for range 15 {
		c, err := Open(Options{Interface: "far", Filter: nothing, Buffer: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.handle.drain(func(f *capture.Frame) bool {
			t.Errorf("a frame got in: %x", f.Data)
			return false
		}); err != nil {
			t.Error(err)
		}
		c.Close()
	}
	close(stop)
	<-stopped
	// The wire was busy, and a capture without a filter shows it.
	c := start(t, Options{Interface: "far"})
	s.send(numbered(1, 60))
	if got := collect(t, c, 1); len(got) == 0 {
		t.Error("nothing comes without a filter either")
	}
}

// TestOffload: a frame of 64 KiB, which segmentation offload makes of many, is
// there as a whole.
func TestOffload(t *testing.T) {
	lab(t)
	for _, buffer := range []int{0, 1} {
		c := start(t, Options{Interface: "lo", Buffer: buffer})
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer l.Close()
			conn, err := l.Accept()
			if err == nil {
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		}()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		longest := 0
		for _, f := range collect(t, c, 0) {
			longest = max(longest, f.Length)
			if len(f.Data) != f.Length {
				t.Errorf("%d bytes of %d", len(f.Data), f.Length)
			}
		}
		if longest < 1<<15 {
			t.Errorf("buffer %d: the longest frame has %d bytes: this test shows too little", buffer, longest)
		}
	}
}

// TestLeave: a body that leaves the loop isn't asked again, and what was counted
// by then is what it had.
func TestLeave(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest})
	s := newSender(t, "near")
	for i := range 10 {
		s.send(numbered(i, 100))
	}
	n := 0
	for f, err := range c.Frames(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Length > 0 {
			if n++; n == 3 {
				break
			}
		}
	}
	if in := c.Info()[0]; n != 3 || in.Packets != 3 || in.Bytes != 300 {
		t.Errorf("%d frames; %+v", n, in)
	}
}

// TestSnapLength: no frame is captured longer, with a filter and without.
func TestSnapLength(t *testing.T) {
	lab(t, pair...)
	for _, c := range []struct {
		name   string
		filter []bpf.RawInstruction
		want   int
	}{
		{"without a filter", nil, 40},
		{"a filter that takes all", onlyTest, 40},
		{"a filter that takes less", assemble(bpf.RetConstant{Val: 30}), 30},
		{"a filter that computes it", assemble(bpf.LoadConstant{Dst: bpf.RegA, Val: 99}, bpf.RetA{}), 40},
	} {
		live := start(t, Options{Interface: "far", Filter: c.filter, SnapLength: 40})
		newSender(t, "near").send(numbered(1, 100))
		got := collect(t, live, 1)
		if len(got) != 1 || len(got[0].Data) != c.want || got[0].Length != 100 {
			t.Errorf("%s: %+v, want %d bytes of 100", c.name, got, c.want)
		}
	}
}

// TestPromiscuous: frames for other hosts come only where they are asked for.
func TestPromiscuous(t *testing.T) {
	lab(t, pair...)
	// Both ends of a cable of veth hear all; the interface says whether it is asked to.
	c := start(t, Options{Interface: "far", Promiscuous: true})
	if !promiscuous(t, "far") {
		t.Error("the interface is not promiscuous")
	}
	if err := c.handle.close(); err != nil {
		t.Error(err)
	}
	if promiscuous(t, "far") {
		t.Error("the interface is promiscuous still")
	}
	_, err := Open(Options{Interface: Any, Promiscuous: true})
	if _, ok := errors.AsType[*InterfaceError](err); !ok {
		t.Errorf("any, promiscuous: %v", err)
	}
}
