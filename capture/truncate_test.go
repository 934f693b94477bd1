package capture_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A capture is cut at every byte: what was whole before the cut is read, and a
// cut is told unless it lies on the border of two records.
func TestCutEverywhere(t *testing.T) {
	p := newPCAPFile()
	frames := sample(3)
	p.header()
	ends := map[int]int{24: 0} // where a record ends, and how many frames there are
	for i, f := range frames {
		p.record(f.Time, uint32(len(f.Data)), uint32(len(f.Data)), f.Data)
		ends[len(p.buf)] = i + 1
	}
	t.Run("pcap", func(t *testing.T) { cutEverywhere(t, p.buf, 24, ends) })

	for _, order := range []binary.AppendByteOrder{le, be} {
		n := newNG(order)
		header := len(n.buf)
		ends = map[int]int{header: 0}
		add := func(n *ngFile, frames int) { ends[len(n.buf)] = frames }
		add(n.iface(1, 0, n.option(9, []byte{6})), 0)
		add(n.enhanced(0, micros(ts), 20, []byte("first"), n.option(1, []byte("comment"))), 1)
		add(n.block(5, uint32(0), uint64(0), n.option(5, n.fields(uint64(3)))), 1)
		add(n.block(3, uint32(3), []byte("abc")), 2)
		add(n.block(77, []byte("unknown")), 2)
		add(n.section(order), 2)
		add(n.iface(1, 0), 2)
		add(n.enhanced(0, micros(ts), 20, []byte("last")), 3)
		t.Run("pcapng "+order.String(), func(t *testing.T) { cutEverywhere(t, n.buf, header, ends) })
	}
}

func cutEverywhere(t *testing.T, data []byte, header int, ends map[int]int) {
	whole, info := read(t, data)
	if len(whole) != 3 || !info.Complete {
		t.Fatalf("whole: %d frames, %v", len(whole), info.Problems)
	}
	want, border := 0, 0
	for cut := range len(data) + 1 {
		got, info, err := tryRead(t, data[:cut])
		if cut < header {
			if !errors.Is(err, capture.ErrNotCapture) {
				t.Fatalf("cut at %d: got %v, want ErrNotCapture", cut, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		frames, end := ends[cut]
		if end {
			want, border = frames, cut
		}
		if diff := cmp.Diff(whole[:want], got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("cut at %d (-want +got):\n%s", cut, diff)
		}
		if info.Complete != end || end != (len(info.Problems) == 0) {
			t.Fatalf("cut at %d: complete %v, problems %v", cut, info.Complete, info.Problems)
		}
		if !end {
			p := info.Problems[0]
			if p.Code != capture.CodeTruncated || p.Frame != int64(want) || p.Offset != int64(border) {
				t.Fatalf("cut at %d: %+v, want frame %d, byte %d", cut, p, want, border)
			}
		}
	}
}
