package capture_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

func TestPCAPNGSections(t *testing.T) {
	n := newNG(le)
	n.buf = nil
	n.section(le, n.option(1, []byte("first section")))
	n.iface(1, 96, n.option(11, []byte("\x00tcp")))
	n.iface(113, 0, n.option(9, []byte{9}), n.option(11, []byte("\x00tcp")), n.option(11, append([]byte{1}, make([]byte, 16)...)))
	n.enhanced(0, micros(ts), 1500, []byte("one"), n.option(2, n.fields(uint32(1))), n.option(1, []byte("odd\xff")))
	n.enhanced(1, uint64(ts.UnixNano()), 4, []byte("two!"), n.option(2, n.fields(uint32(2))))
	n.block(4, []byte("a name resolution block"))
	n.block(0x80000bad, []byte("somebody's own"))
	n.block(5, uint32(0), uint64(0), n.option(5, n.fields(uint64(7))))
	n.block(5, uint32(0), uint64(0), n.option(5, n.fields(uint64(9))), n.option(7, n.fields(uint64(1))))
	n.block(5, uint32(1), uint64(0), n.option(5, n.fields(uint64(1<<64-1))))
	n.section(be)
	n.iface(276, 2, n.option(14, n.fields(uint64(3600))))
	n.enhanced(0, micros(ts), 5, []byte("three"), n.option(0, nil), []byte{9, 9, 9, 9})
	n.block(3, uint32(9), []byte("fo"))
	n.block(2, uint16(0), uint16(3), uint32(micros(ts)>>32), uint32(micros(ts)&(1<<32-1)), uint32(4), uint32(4), []byte("five"), n.option(2, n.fields(uint32(2))))
	n.block(5, uint32(0), uint64(0), n.option(5, n.fields(uint64(100))))

	got, info := read(t, n.buf)
	us := ts.Truncate(time.Microsecond)
	want := []capture.Frame{
		{Time: us, Data: []byte("one"), Length: 1500, Number: 1, Link: 1, Direction: capture.DirectionIn},
		{Time: ts, Data: []byte("two!"), Length: 4, Number: 2, Interface: 1, Link: 113, Direction: capture.DirectionOut},
		{Time: us.Add(time.Hour), Data: []byte("three"), Length: 5, Number: 3, Link: 276},
		{Data: []byte("fo"), Length: 9, Number: 4, Link: 276},
		{Time: us.Add(time.Hour), Data: []byte("five"), Length: 4, Number: 5, Link: 276, Direction: capture.DirectionOut},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(capture.Frame{}, "Offset")); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	for i, f := range got {
		if kind := f.Offset; kind <= 0 || kind%4 != 0 {
			t.Errorf("frame %d: offset %d is no block", i+1, f.Offset)
		}
	}
	wantInfo := capture.Info{
		Name: "-", Format: "pcapng", LinkTypes: []capture.LinkType{1, 113, 276}, SnapLength: 2, Packets: 5,
		Bytes: int64(len(n.buf)), Truncated: 2, Drops: 110, Filters: []string{"tcp", "BPF program of 2 instructions"},
		Comments: []string{"first section", "odd\uFFFD"}, First: us, Last: us.Add(time.Hour), Complete: true,
	}
	if diff := cmp.Diff(wantInfo, info); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
}

// What contradicts itself within a block is left out; what breaks the chain of
// blocks ends the reading.
func TestPCAPNGDamaged(t *testing.T) {
	raw := func(n *ngFile, vs ...any) { n.buf = append(n.buf, n.fields(vs...)...) }
	for _, tt := range []struct {
		name   string
		add    func(n *ngFile)
		frames int // with one good frame before and one after
		code   string
		want   string
	}{
		{"length 0", func(n *ngFile) { raw(n, uint32(6), uint32(0), uint32(0)) }, 1, capture.CodeDamaged, "block of type 0x6 claims a length of 0"},
		{"length 8", func(n *ngFile) { raw(n, uint32(6), uint32(8), uint32(8)) }, 1, capture.CodeDamaged, "claims a length of 8"},
		{"length 33", func(n *ngFile) { raw(n, uint32(6), uint32(33), make([]byte, 24)) }, 1, capture.CodeDamaged, "claims a length of 33"},
		{"length 4 GiB", func(n *ngFile) { raw(n, uint32(99), uint32(1<<32-4), uint32(8)) }, 1, capture.CodeDamaged, "claims a length of 4294967292"},
		{"length 1 GiB", func(n *ngFile) { raw(n, uint32(99), uint32(1<<30), uint32(8)) }, 1, capture.CodeTruncated, "of 1073741824 bytes are there"},
		{"enhanced of 1 GiB", func(n *ngFile) { raw(n, uint32(6), uint32(1<<30), uint32(8)) }, 1, capture.CodeTruncated, "of 1073741824 bytes are there"},
		{"end differs", func(n *ngFile) {
			n.block(99, uint32(1))
			n.buf[len(n.buf)-4]++
		}, 1, capture.CodeDamaged, "length of 16 at its begin and 17 at its end"},
		{"end of a packet differs", func(n *ngFile) {
			n.enhanced(0, 0, 0, nil)
			n.buf[len(n.buf)-4]++
		}, 1, capture.CodeDamaged, "length of 32 at its begin and 33 at its end"},
		{"short interface", func(n *ngFile) { n.block(1) }, 1, capture.CodeDamaged, "interface description claims a length of 12"},
		{"section of version 2", func(n *ngFile) {
			n.block(0x0a0d0d0a, uint32(0x1a2b3c4d), uint16(2), uint16(0), uint64(0))
		}, 1, capture.CodeDamaged, "version 2.0 is not supported"},
		{"section without magic", func(n *ngFile) {
			n.block(0x0a0d0d0a, uint32(0x1a2b3c4e), uint16(1), uint16(0), uint64(0))
		}, 1, capture.CodeDamaged, "without a byte-order magic"},
		{"short section", func(n *ngFile) { n.block(0x0a0d0d0a, uint32(0x1a2b3c4d)) }, 1, capture.CodeDamaged, "section header claims a length of 16"},

		{"captured 2 GiB", func(n *ngFile) {
			n.block(6, uint32(0), uint64(0), uint32(1<<31), uint32(1<<31), []byte("x"))
		}, 2, capture.CodeDamaged, "frame 2 at byte 88 is left out: packet claims 2147483648 bytes, the block has room for 4"},
		{"frame too large", func(n *ngFile) {
			n.enhanced(0, 0, 0, make([]byte, capture.MaxFrame+1))
		}, 2, capture.CodeDamaged, "packet claims 262145 bytes, the limit is 262144"},
		{"block too large", func(n *ngFile) {
			n.enhanced(0, 0, 0, make([]byte, 1<<20))
		}, 2, capture.CodeDamaged, "block claims 1048608 bytes, the limit is 524288"},
		{"unknown interface", func(n *ngFile) { n.enhanced(1, 0, 0, nil) }, 2, capture.CodeDamaged, "interface 1 is not described"},
		{"interface 2^32-1", func(n *ngFile) { n.enhanced(1<<32-1, 0, 0, nil) }, 2, capture.CodeDamaged, "interface 4294967295 is not described"},
		{"short packet", func(n *ngFile) { n.block(6, uint32(0)) }, 2, capture.CodeDamaged, "packet block of 16 bytes is too short"},
		{"short simple packet", func(n *ngFile) { n.block(3) }, 2, capture.CodeDamaged, "simple packet block of 12 bytes is too short"},
		{"simple packet claims", func(n *ngFile) { n.block(3, uint32(5), []byte("1234")) }, 2, capture.CodeDamaged, "packet must be 5 bytes long, the block has room for 4"},
		{"time after 9999", func(n *ngFile) { n.enhanced(0, 1<<64-1, 0, nil).enhanced(0, 1<<64-1, 0, nil) }, 4, capture.CodeDamaged, "timestamp 18446744073709551615 is no time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNG(le).iface(1, 0).enhanced(0, micros(ts), 8, []byte("12345678"))
			tt.add(n)
			n.enhanced(0, micros(ts), 8, []byte("12345678"))
			got, info := read(t, n.buf)
			if len(got) != tt.frames || int64(len(got)) != info.Packets {
				t.Errorf("%d frames, want %d", len(got), tt.frames)
			}
			if info.Complete || len(info.Problems) != 1 {
				t.Fatalf("complete %v, problems %v", info.Complete, info.Problems)
			}
			p := info.Problems[0]
			if p.Code != tt.code || !strings.Contains(p.Message, tt.want) || p.Frame != 1 || p.Offset != 88 {
				t.Errorf("problem %+v, want code %s, frame 1, byte 88, text %q", p, tt.code, tt.want)
			}
			if tt.frames == 2 && got[1].Number != 3 {
				t.Errorf("frame after the one left out has number %d, want 3", got[1].Number)
			}
		})
	}
}

// Statistics and options that make no sense are no reason to stop.
func TestPCAPNGTolerated(t *testing.T) {
	n := newNG(le).iface(1, 0)
	n.block(5, uint32(77), uint64(0), n.option(5, n.fields(uint64(1))))
	n.block(5)
	n.block(5, make([]byte, 100<<10))
	n.enhanced(0, micros(ts), 1, []byte("x"), n.fields(uint16(1), uint16(65535)), []byte("cut"))
	n.enhanced(0, micros(ts), 1, []byte("x"), []byte{2, 0, 1, 0, 1, 0, 0, 0})
	n.block(99, make([]byte, 3<<20))
	n.enhanced(0, micros(ts), 1, []byte("x"))
	got, info := read(t, n.buf)
	if len(got) != 3 || !info.Complete || info.Drops != -1 || got[1].Direction != capture.DirectionUnknown {
		t.Errorf("%d frames, %+v", len(got), info)
	}
}

func TestPCAPNGSimpleWithoutInterface(t *testing.T) {
	got, info := read(t, newNG(le).block(3, uint32(1), []byte("x")).buf)
	if len(got) != 0 || len(info.Problems) != 1 || !strings.Contains(info.Problems[0].Message, "interface 0 is not described") {
		t.Errorf("%d frames, %v", len(got), info.Problems)
	}
}

func TestInfoIsBounded(t *testing.T) {
	n := newNG(le)
	long := []byte(strings.Repeat("x", 60000))
	for i := range 300 {
		filter := append([]byte{0, byte(i), byte(i >> 8)}, "filter"...)
		n.iface(1, 0, n.option(11, filter), n.option(1, long))
		n.enhanced(9999, 0, 0, nil)
	}
	_, info := read(t, n.buf)
	if len(info.Comments) != 100 || len(info.Filters) != 100 || len(info.Problems) != 100 || len(info.Comments[0]) > 4096 {
		t.Errorf("%d comments, %d filters, %d problems", len(info.Comments), len(info.Filters), len(info.Problems))
	}
}
