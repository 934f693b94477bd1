package live

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// TestFrames: what is sent on one end of a cable is captured on both, byte for
// byte and in order, and says which way it went.
func TestFrames(t *testing.T) {
	lab(t, pair...)
	near, far := start(t, Options{Interface: "near", Filter: onlyTest}), start(t, Options{Interface: "far", Filter: onlyTest})
	var sent [][]byte
	for i, size := range []int{60, 61, 1514, 100, 14 + 1500, 18} {
		sent = append(sent, numbered(i, size))
	}
	before := time.Now()
	newSender(t, "near").send(sent...)
	after := time.Now()
	for _, side := range []struct {
		c    *Capture
		want capture.Direction
	}{{near, capture.DirectionOut}, {far, capture.DirectionUnknown}} { // a broadcast comes to nobody in particular
		got := collect(t, side.c, len(sent))
		if len(got) != len(sent) {
			t.Fatalf("%s: %d frames, want %d", side.c.opts.Interface, len(got), len(sent))
		}
		for i, f := range got {
			if !bytes.Equal(f.Data, sent[i]) || f.Length != len(sent[i]) {
				t.Errorf("frame %d: %d bytes of %d: %x\nwant %d: %x", i, len(f.Data), f.Length, f.Data, len(sent[i]), sent[i])
			}
			if f.Number != int64(i+1) || f.Link != capture.LinkEthernet || f.Direction != side.want {
				t.Errorf("frame %d: number %d, link %v, direction %v", i, f.Number, f.Link, f.Direction)
			}
			// The clocks of the kernel for this are one, but read apart.
			if f.Time.Before(before.Add(-time.Millisecond)) || f.Time.After(after.Add(time.Millisecond)) {
				t.Errorf("frame %d: at %v, sent between %v and %v", i, f.Time, before, after)
			}
		}
		in := side.c.Info()[0]
		if in.Packets != int64(len(sent)) || in.Format != "live" || !in.Complete || in.Drops != 0 || !in.First.Equal(got[0].Time) || !in.Last.Equal(got[len(got)-1].Time) {
			t.Errorf("info: %+v", in)
		}
		if s := side.c.Stats(); s.Packets != in.Packets || s.Bytes != in.Bytes || s.Drops != 0 || s.Events != nil {
			t.Errorf("stats: %+v", s)
		}
	}
}

// TestVLAN: the kernel takes a tag off when a frame arrives; here it is in its
// place again, and counted.
func TestVLAN(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far"})
	short := start(t, Options{Interface: "far", SnapLength: 20})
	sent := [][]byte{
		withTags(numbered(1, 100), 0x8100_6064), // priority 3, VLAN 100
		withTags(numbered(2, 100), 0x88a8_0007, 0x8100_0064),
		withTags(numbered(3, 100), 0x8100_0000), // priority only
		numbered(4, 100),
	}
	newSender(t, "near").send(sent...)
	got := collect(t, c, len(sent))
	if len(got) != len(sent) {
		t.Fatalf("%d frames, want %d", len(got), len(sent))
	}
	for i, f := range got {
		if !bytes.Equal(f.Data, sent[i]) || f.Length != len(sent[i]) {
			t.Errorf("frame %d: %d bytes of %d: %x\nwant %x", i, len(f.Data), f.Length, f.Data, sent[i])
		}
	}
	for i, f := range collect(t, short, len(sent)) {
		if n := min(len(f.Data), 20); !bytes.Equal(f.Data[:n], sent[i][:n]) || len(f.Data) > 24 || f.Length != len(sent[i]) {
			t.Errorf("cut frame %d: %d bytes of %d: %x", i, len(f.Data), f.Length, f.Data)
		}
	}
	if in := short.Info()[0]; in.Truncated != int64(len(sent)) || in.SnapLength != 20 {
		t.Errorf("cut: %+v", in)
	}
}

// TestAny: all interfaces at once, with a header that says which one it was.
func TestAny(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: Any})
	plain, tagged := numbered(7, 100), withTags(numbered(8, 100), 0x8100_0064)
	newSender(t, "near").send(plain, tagged)
	got := collect(t, c, 4)
	if len(got) != 4 {
		t.Fatalf("%d frames, want 4: each leaves near and comes to far", len(got))
	}
	near, far := uint32(indexOf(t, "near")), uint32(indexOf(t, "far"))
	seen := make(map[uint32]int)
	for _, f := range got {
		b := f.Data
		if f.Link != capture.LinkLinuxSLL2 || len(b) < 20+4 || len(b) != f.Length {
			t.Fatalf("link %v, %d bytes of %d", f.Link, len(b), f.Length)
		}
		index, kind := binary.BigEndian.Uint32(b[4:]), b[10]
		seen[index]++
		if want := map[uint32]byte{near: 4, far: 1}[index]; kind != want {
			t.Errorf("interface %d: packet type %d, want %d", index, kind, want)
		}
		if reserved, arphrd := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[8:]); reserved != 0 || arphrd != 1 {
			t.Errorf("reserved %d, hardware type %d", reserved, arphrd)
		}
		if b[11] != 6 || !bytes.Equal(b[12:18], plain[6:12]) {
			t.Errorf("address %x of %d bytes", b[12:20], b[11])
		}
		rest := b[20:]
		switch protocol := binary.BigEndian.Uint16(b); {
		case protocol == etherTest && bytes.Equal(rest, plain[14:]):
		case protocol == 0x8100 && bytes.Equal(rest, tagged[14:]):
		default:
			t.Errorf("interface %d: protocol %04x, then %x", index, protocol, rest)
		}
	}
	if seen[near] != 2 || seen[far] != 2 {
		t.Errorf("frames by interface: %v", seen)
	}
}

// TestLoopback: each frame once, though the kernel shows it coming and going.
func TestLoopback(t *testing.T) {
	lab(t)
	for name, header := range map[string]int{"lo": 14, Any: 20} {
		c := start(t, Options{Interface: name})
		conn, err := net.Dial("udp", "127.0.0.1:9")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "just once"); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		count := 0
		for _, f := range collect(t, c, 0) {
			const udp = 17 // the ICMP error that answers quotes it
			if bytes.HasSuffix(f.Data, []byte("just once")) && f.Data[header+9] == udp {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s: seen %d times", name, count)
		}
	}
}

// TestLast: what was sent when the user says enough is still there.
func TestLast(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest})
	s := newSender(t, "near")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n, over := 0, false
	for f, err := range c.Frames(ctx) {
		switch {
		case err != nil:
			if err != context.Canceled {
				t.Errorf("got %v", err)
			}
			over = true
		case f.Length == 0 && n == 0 && ctx.Err() == nil:
			for i := range 1000 {
				s.send(numbered(i, 200))
			}
			cancel()
		case f.Length > 0:
			n++
		}
	}
	if n != 1000 || !over {
		t.Errorf("%d frames, want 1000; said that it is over: %v", n, over)
	}
}
