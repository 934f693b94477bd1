package record_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture/record"
)

// BenchmarkFrame records full-size packets, cut and whole, a million of them a second by
// the frames' time. Files are rotated, so that the disk isn't filled.
func BenchmarkFrame(b *testing.B) {
	for _, whole := range []bool{false, true} {
		b.Run(map[bool]string{false: "cut", true: "whole"}[whole], func(b *testing.B) {
			r := start(b, record.Options{Path: filepath.Join(b.TempDir(), "out.pcapng"), RotateSize: 64 << 20, Keep: 2})
			f := sample(1, 1514)[0]
			b.ReportAllocs()
			b.SetBytes(128)
			if whole {
				b.SetBytes(1514)
			}
			for b.Loop() {
				f.Number++
				f.Time = f.Time.Add(time.Microsecond)
				if err := r.Frame(&f, whole); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkComments closes a file of 20 MB that has a comment, so it is copied.
func BenchmarkComments(b *testing.B) {
	frames := sample(20_000, 1000)
	b.SetBytes(20e6)
	for b.Loop() {
		b.StopTimer()
		r := start(b, record.Options{Path: filepath.Join(b.TempDir(), "out.pcapng")})
		write(b, r, frames...)
		r.Comment(live(10_000), "here")
		b.StartTimer()
		end(b, r)
	}
}
