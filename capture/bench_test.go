package capture_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/samples/workload"
)

func BenchmarkFrames(b *testing.B) {
	small := make([]capture.Frame, 100_000)
	large := make([]capture.Frame, 10_000)
	for i := range small {
		small[i] = capture.Frame{Time: ts, Data: make([]byte, 74), Link: 1}
	}
	for i := range large {
		large[i] = capture.Frame{Time: ts, Data: make([]byte, 1514), Link: 1}
	}
	for _, bb := range []struct {
		name  string
		data  []byte
		files int
	}{
		{"pcap/small", capturetest.PCAP(small...), 1},
		{"pcap/large", capturetest.PCAP(large...), 1},
		{"pcapng/small", capturetest.PCAPNG(small...), 1},
		{"pcapng/large", capturetest.PCAPNG(large...), 1},
		{"gzip/large", compress(b, "gzip", capturetest.PCAP(large...)), 1},
		{"zstd/large", compress(b, "zstd", capturetest.PCAP(large...)), 1},
		{"merge/small", capturetest.PCAP(small...), 3},
	} {
		b.Run(bb.name, func(b *testing.B) {
			name := capturetest.WriteFile(b, "bench", bb.data)
			var names []string
			for range bb.files {
				names = append(names, name)
			}
			benchmark(b, capture.Options{}, names...)
		})
	}
}

// BenchmarkReadAhead reads 48 MB with and without the goroutines that read ahead.
func BenchmarkReadAhead(b *testing.B) {
	name := filepath.Join(b.TempDir(), "haystack.pcap")
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(workload.Write(file, "haystack", 0.05), file.Close()); err != nil {
		b.Fatal(err)
	}
	for _, ahead := range []bool{false, true} {
		b.Run(strconv.FormatBool(ahead), func(b *testing.B) {
			benchmark(b, capture.Options{ReadAhead: ahead}, name)
		})
	}
}

// benchmark reads captures again and again.
func benchmark(b *testing.B, opts capture.Options, names ...string) {
	b.ReportAllocs()
	frames := 0
	for b.Loop() {
		set, err := capture.Open(names, opts)
		if err != nil {
			b.Fatal(err)
		}
		bytes := 0
		frames = 0
		for f, err := range set.Frames(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			frames++
			bytes += len(f.Data) + 16
		}
		set.Close()
		b.SetBytes(int64(bytes))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(frames), "ns/frame")
}
