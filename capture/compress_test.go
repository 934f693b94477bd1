package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/google/go-cmp/cmp"
	"github.com/pierrec/lz4/v4"
)

var kinds = []string{"gzip", "zstd", "xz", "lz4"}

func TestCompressed(t *testing.T) {
	frames := sample(50)
	for format, data := range map[string][]byte{
		"pcap": capturetest.PCAP(frames...), "pcapng": capturetest.PCAPNG(frames...),
	} {
		want, _ := read(t, data)
		for _, kind := range kinds {
			packed := compress(t, kind, data)
			got, info := read(t, packed)
			if diff := cmp.Diff(want, got, wholeBytes); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", format, kind, diff)
			}
			if info.Format != format || info.Compression != kind || !info.Complete || info.Bytes != int64(len(packed)) {
				t.Errorf("%s in %s: %+v", format, kind, info)
			}

			// Several members, streams or frames are one file.
			half := len(data) / 2
			got, info = read(t, slices.Concat(compress(t, kind, data[:half]), compress(t, kind, data[half:])))
			if len(got) != len(want) || !info.Complete {
				t.Errorf("%s in two pieces of %s: %d frames, %v", format, kind, len(got), info.Problems)
			}
		}
	}
}

// The file was made by: bzip2 < sample, as Go can't compress so.
func TestBzip2(t *testing.T) {
	data, err := os.ReadFile("testdata/sample50.pcap.bz2")
	if err != nil {
		t.Fatal(err)
	}
	got, info := read(t, data)
	want, _ := read(t, capturetest.PCAP(sample(50)...))
	if diff := cmp.Diff(want, got, wholeBytes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if info.Compression != "bzip2" || !info.Complete {
		t.Errorf("%+v", info)
	}
	for cut := range len(data) {
		_, info, err := readPipe(t, data[:cut])
		if err == nil && (info.Complete || len(info.Problems) != 1 || info.Problems[0].Code != capture.CodeTruncated) {
			t.Fatalf("cut at %d of %d: complete %v, %v", cut, len(data), info.Complete, info.Problems)
		}
	}
}

// Whatever is cut off of compressed data, it is told, and what came before is
// read.
func TestCompressedCut(t *testing.T) {
	data := capturetest.PCAP(sample(10)...)
	for _, kind := range kinds {
		packed := compress(t, kind, data)
		for cut := range len(packed) {
			_, info, err := readPipe(t, packed[:cut])
			if err != nil {
				if _, ok := errors.AsType[*capture.NotCaptureError](err); !ok {
					t.Fatalf("%s cut at %d: %v", kind, cut, err)
				}
				continue
			}
			if info.Complete || len(info.Problems) != 1 || info.Problems[0].Code != capture.CodeTruncated {
				t.Fatalf("%s cut at %d of %d: complete %v, %v", kind, cut, len(packed), info.Complete, info.Problems)
			}
		}
	}
}

// A large file that is cut in half gives about half of its frames.
func TestCompressedCutKeeps(t *testing.T) {
	frames := sample(1)
	var many []capture.Frame
	x := uint32(1)
	for range 2000 {
		f := frames[0]
		f.Data = make([]byte, 1000)
		for i := range f.Data {
			x = x*1664525 + 1013904223
			f.Data[i] = byte(x >> 24)
		}
		many = append(many, f)
	}
	data := capturetest.PCAP(many...)
	for _, kind := range kinds {
		packed := compress(t, kind, data)
		if kind == "lz4" {
			// The usual blocks of 4 MiB come out whole or not at all.
			var b bytes.Buffer
			w := lz4.NewWriter(&b)
			w.Apply(lz4.BlockSizeOption(lz4.Block64Kb))
			w.Write(data)
			w.Close()
			packed = b.Bytes()
		}
		packed = packed[:len(packed)/2]
		got, info := read(t, packed)
		if len(got) == 0 || info.Complete || len(info.Problems) != 1 || info.Problems[0].Code != capture.CodeTruncated {
			t.Errorf("%s: %d frames, %v", kind, len(got), info.Problems)
		} else if got[len(got)-1].Number != info.Problems[0].Frame || !strings.Contains(info.Problems[0].Message, kind+" data is cut off") {
			t.Errorf("%s: %d frames, %v", kind, len(got), info.Problems)
		}
		t.Logf("%s: %d of %d frames: %v", kind, len(got), len(many), info.Problems[0].Message)
	}
}

// Every byte of compressed data is damaged in turn.
func TestCompressedDamaged(t *testing.T) {
	data := capturetest.PCAP(sample(10)...)
	whole, _ := read(t, data)
	for _, kind := range kinds {
		packed := compress(t, kind, data)
		unnoticed := 0
		for i := range packed {
			bad := bytes.Clone(packed)
			bad[i] ^= 0x55
			got, info, err := readPipe(t, bad)
			if err == nil && info.Complete && !cmp.Equal(whole, got, wholeBytes) {
				unnoticed++
			}
		}
		if unnoticed > 0 {
			t.Errorf("%s: %d of %d damaged bytes gave other frames without a problem", kind, unnoticed, len(packed))
		}
	}
}

func TestXZChecks(t *testing.T) {
	path, err := exec.LookPath("xz")
	if err != nil {
		t.Skip("there is no xz command to make files with")
	}
	data := capturetest.PCAP(sample(40)...)
	want, _ := read(t, data)
	for _, args := range [][]string{
		{"--check=none"},
		{"--check=crc32"},
		{"--check=crc64"},
		{"--check=sha256"},
		{"-9"},
		{"-0"},
		{"-T2", "--block-size=512"},
	} {
		cmd := exec.Command(path, append(args, "-c")...)
		cmd.Stdin = bytes.NewReader(data)
		packed, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		packed = append(packed, 0, 0, 0, 0) // stream padding
		got, info := read(t, packed)
		if !cmp.Equal(want, got, wholeBytes) || !info.Complete {
			t.Errorf("xz %v: %d frames, %v", args, len(got), info.Problems)
		}
	}
}

// hostileXZ is a stream whose block wants a dictionary of 4 GiB.
func hostileXZ(dict byte) []byte {
	b := []byte("\xfd7zXZ\x00\x00\x01")
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[6:]))
	h := []byte{2, 0, 0x21, 1, dict, 0, 0, 0}
	h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(h))
	return append(append(b, h...), 1, 0, 3, 'a', 'b', 'c', 'd', 0)
}

// hostileZstd is a frame whose window is 1.9 GiB, or as large as its content of
// 1 GiB.
func hostileZstd(single bool) []byte {
	if single {
		return []byte("\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x40\x00\x00\x00\x00")
	}
	return []byte("\x28\xb5\x2f\xfd\x00\xa7\x01\x00\x00")
}

func TestHostileMemory(t *testing.T) {
	huge := newPCAPFile().header().record(ts, 1<<32-1, 1<<32-1, nil).buf
	for name, data := range map[string][]byte{
		"xz with a dictionary of 4 GiB":    hostileXZ(40),
		"xz with a dictionary of 96 MiB":   hostileXZ(29),
		"zstd with a window of 1.9 GiB":    hostileZstd(false),
		"zstd with a single segment":       hostileZstd(true),
		"pcap record of 4 GiB":             huge,
		"pcap record of 4 GiB, compressed": compress(t, "gzip", huge),
		"pcapng block of 1 GiB":            append(newNG(le).buf, 9, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0),
		"pcapng packet of 1 GiB":           append(newNG(le).buf, 6, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0),
		"pcapng section of 1 GiB":          append([]byte("\x0a\x0d\x0d\x0a\x00\x00\x00\x40\x4d\x3c\x2b\x1a"), make([]byte, 100)...),
		"gzip of 64 MiB of blocks":         compress(t, "gzip", append(newNG(le).buf, bytes.Repeat([]byte{9, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0}, 64<<20/12)...)),
		"gzip of 16 MiB of interfaces": compress(t, "gzip",
			append(newNG(le).buf, bytes.Repeat(newNG(le).iface(1, 0).buf[28:], 16<<20/20)...)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, info, err := tryRead(t, data)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
			t.Errorf("%s: allocated %d MiB", name, got>>20)
		}
		if err == nil && info.Complete != strings.Contains(name, "MiB of blocks") {
			t.Errorf("%s: complete %v, %v", name, info.Complete, info.Problems)
		}
		t.Logf("%s: %v %v", name, err, info.Problems)
	}
}

func TestNestedCompression(t *testing.T) {
	_, _, err := tryRead(t, compress(t, "gzip", compress(t, "gzip", capturetest.PCAP(sample(1)...))))
	bad, ok := errors.AsType[*capture.NotCaptureError](err)
	if !ok || bad.Found != "gzip data inside gzip data" {
		t.Errorf("got %v", err)
	}
}

// What follows the compressed data of a capture isn't part of it, and is told.
func TestCompressedTrailer(t *testing.T) {
	data := capturetest.PCAP(sample(3)...)
	for _, kind := range kinds {
		got, info := read(t, append(compress(t, kind, data), "trailing garbage"...))
		if len(got) != 3 || info.Complete {
			t.Errorf("%s: %d frames, complete %v, %v", kind, len(got), info.Complete, info.Problems)
		}
	}
}
