package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// wholeBytes compares data at once: byte by byte is slow.
var wholeBytes = cmp.Comparer(bytes.Equal)

// random returns n frames of up to 3000 bytes.
func random(seed uint64, n int) []capture.Frame {
	r := rand.New(rand.NewPCG(seed, 0))
	frames := make([]capture.Frame, n)
	at := ts
	for i := range frames {
		at = at.Add(time.Duration(r.Int64N(int64(time.Second))))
		data := make([]byte, r.IntN(3000)+1)
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		frames[i] = capture.Frame{
			Time: at, Data: data, Length: len(data) + r.IntN(2)*r.IntN(100),
			Link: capture.LinkEthernet, Direction: capture.Direction(r.IntN(3)),
		}
	}
	return frames
}

// seen is what gopacket tells of a frame.
type seen struct {
	Time   time.Time
	Data   []byte
	Length int
}

func ours(frames []capture.Frame) []seen {
	var all []seen
	for _, f := range frames {
		all = append(all, seen{f.Time, f.Data, f.Length})
	}
	return all
}

func theirs(t *testing.T, r gopacket.PacketDataSource) []seen {
	t.Helper()
	var all []seen
	for {
		data, ci, err := r.ReadPacketData()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, seen{ci.Timestamp.UTC(), data, ci.Length})
	}
}

// gopacket's readers and ours agree on valid files, whoever wrote them.
func TestOracle(t *testing.T) {
	frames := random(1, 200)

	pcaps := map[string][]byte{"ours": capturetest.PCAP(frames...)}
	for _, order := range []binary.AppendByteOrder{le, be} {
		p := newPCAPFile()
		p.order = order
		pcaps[order.String()] = p.frames(frames)
	}
	for name, w := range map[string]func(io.Writer) *pcapgo.Writer{"gopacket": pcapgo.NewWriter, "gopacket nanoseconds": pcapgo.NewWriterNanos} {
		var b bytes.Buffer
		pw := w(&b)
		if err := pw.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if err := pw.WritePacket(gopacket.CaptureInfo{Timestamp: f.Time, CaptureLength: len(f.Data), Length: f.Length}, f.Data); err != nil {
				t.Fatal(err)
			}
		}
		pcaps[name] = b.Bytes()
	}
	for name, data := range pcaps {
		r, err := pcapgo.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := read(t, data)
		if diff := cmp.Diff(theirs(t, r), ours(got), wholeBytes); diff != "" {
			t.Errorf("pcap, %s (-gopacket +ours):\n%s", name, diff)
		}
	}

	ngs := map[string][]byte{"ours": capturetest.PCAPNG(frames...)}
	var b bytes.Buffer
	nw, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nw.AddInterface(pcapgo.NgInterface{LinkType: layers.LinkTypeEthernet, SnapLength: 9000, Filter: "tcp"}); err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		if err := nw.WritePacket(gopacket.CaptureInfo{Timestamp: f.Time, CaptureLength: len(f.Data), Length: f.Length, InterfaceIndex: i % 2}, f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := nw.WriteInterfaceStats(0, pcapgo.NgInterfaceStatistics{LastUpdate: ts, PacketsReceived: 1000, PacketsDropped: 42}); err != nil {
		t.Fatal(err)
	}
	if err := nw.Flush(); err != nil {
		t.Fatal(err)
	}
	ngs["gopacket"] = b.Bytes()
	for _, order := range []binary.AppendByteOrder{le, be} {
		// No powers of 2: gopacket gets their fractions wrong.
		for _, resolution := range []byte{3, 6, 9} {
			n := newNG(order).iface(1, 0)
			n.buf = nil
			n.section(order).iface(1, 0, n.option(9, []byte{resolution}))
			for _, f := range frames {
				n.enhanced(0, uint64(f.Time.UnixMilli()), f.Length, f.Data)
			}
			ngs[fmt.Sprintf("%s, resolution %#x", order, resolution)] = n.buf
		}
	}
	for name, data := range ngs {
		r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		got, info := read(t, data)
		if diff := cmp.Diff(theirs(t, r), ours(got), wholeBytes); diff != "" {
			t.Errorf("pcapng, %s (-gopacket +ours):\n%.2000s", name, diff)
		}
		if name == "gopacket" && (info.Drops != 42 || !cmp.Equal(info.Filters, []string{"tcp"}) || info.SnapLength != 9000) {
			t.Errorf("pcapng, %s: %+v", name, info)
		}
	}
}

// What is written is read again, whatever pieces the stream comes in.
func TestRoundTrip(t *testing.T) {
	frames := random(2, 150)
	for format, data := range map[string][]byte{"pcap": capturetest.PCAP(frames...), "pcapng": capturetest.PCAPNG(frames...)} {
		for _, step := range []int{1 << 20, 4096, 7, 1} {
			set, err := capture.Open([]string{"-"}, capture.Options{Stdin: &pieces{data: data, step: step}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := capturetest.Collect(t.Context(), set)
			if err != nil || !set.Info()[0].Complete {
				t.Fatal(err, set.Info())
			}
			for i := range got {
				want := frames[i]
				want.Number, want.Offset = int64(i+1), got[i].Offset
				if format == "pcap" {
					want.Direction = capture.DirectionUnknown
				}
				if diff := cmp.Diff(want, got[i], wholeBytes); diff != "" {
					t.Fatalf("%s in pieces of %d (-want +got):\n%s", format, step, diff)
				}
			}
			if len(got) != len(frames) {
				t.Errorf("%s in pieces of %d: %d frames", format, step, len(got))
			}
		}
	}
}

// pieces is a reader that gives step bytes at most, and sometimes none.
type pieces struct {
	data  []byte
	step  int
	calls int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	if p.calls++; p.calls%3 == 0 {
		return 0, nil
	}
	n := copy(b, p.data[:min(p.step, len(p.data))])
	p.data = p.data[n:]
	return n, nil
}
