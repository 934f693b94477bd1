package capture_test

import (
	"errors"
	"os"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

// FuzzPCAP: whatever follows a good file header.
func FuzzPCAP(f *testing.F) {
	header := newPCAPFile().header().buf
	p := newPCAPFile()
	f.Add(p.frames(sample(3))[24:])
	f.Add(newPCAPFile().header().record(ts, 1<<32-1, 0, nil).buf[24:])
	f.Add(make([]byte, 100))
	for _, file := range seeds(f, ".pcap") {
		f.Add(file[24:])
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, append(header[:24:24], data...), readPipe) })
}

// FuzzPCAPNG: whatever follows a good section header and interface.
func FuzzPCAPNG(f *testing.F) {
	head := newNG(le).iface(1, 0).buf
	n := newNG(le).iface(1, 96, newNG(le).option(9, []byte{0xc0}))
	n.enhanced(1, 1<<63, 1500, []byte("one"), n.option(2, n.fields(uint32(1))), n.option(1, []byte("comment")))
	n.block(3, uint32(9), []byte("fo"))
	n.block(5, uint32(0), uint64(0), n.option(5, n.fields(uint64(7))))
	n.block(2, uint16(0), uint16(3), uint64(0), uint32(4), uint32(4), []byte("five"))
	f.Add(n.buf[28:])
	f.Add(newNG(be).iface(276, 2).enhanced(0, 1, 1, []byte("x")).buf)
	for _, file := range seeds(f, ".pcapng") {
		f.Add(file) // a section of its own
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, append(head[:len(head):len(head)], data...), readPipe) })
}

// FuzzOpen: anything at all, read in all ways.
func FuzzOpen(f *testing.F) {
	data := capturetest.PCAP(sample(2)...)
	f.Add(data)
	f.Add(capturetest.PCAPNG(sample(2)...))
	for _, kind := range kinds {
		f.Add(compress(f, kind, data))
	}
	bz, err := os.ReadFile("testdata/sample50.pcap.bz2")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bz)
	f.Add([]byte("snoop\x00\x00\x00"))
	f.Add(hostileXZ(40))
	f.Add(hostileZstd(true))
	for _, file := range seeds(f, ".pcap", ".pcapng") {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data, tryRead) })
}

// check reads data and holds what comes to what Frame and Info promise.
func check(t *testing.T, data []byte, read func(testing.TB, []byte) ([]capture.Frame, capture.Info, error)) {
	frames, info, err := read(t, data)
	if err != nil {
		if !errors.Is(err, capture.ErrNotCapture) && !errors.Is(err, errors.ErrUnsupported) {
			t.Fatalf("error of Open: %v", err)
		}
		return
	}
	if info.Complete != (len(info.Problems) == 0) {
		t.Errorf("complete %v with problems %v", info.Complete, info.Problems)
	}
	if info.Packets != int64(len(frames)) || info.Bytes > int64(len(data)) {
		t.Errorf("%d frames, %d bytes read of %d: %+v", len(frames), info.Bytes, len(data), info)
	}
	var number, offset int64
	for _, f := range frames {
		if f.Length < len(f.Data) || len(f.Data) > capture.MaxFrame || f.Number <= number || f.Offset <= offset {
			t.Fatalf("after frame %d at %d: %+v", number, offset, f)
		}
		number, offset = f.Number, f.Offset
		if _, err := f.Time.MarshalJSON(); err != nil {
			t.Fatalf("frame %d: %v", f.Number, err)
		}
	}
	for _, p := range info.Problems {
		if p.Code == "" || p.Message == "" || p.Offset < 0 || p.Frame < 0 {
			t.Errorf("problem %+v", p)
		}
	}
}
