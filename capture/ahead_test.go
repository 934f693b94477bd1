package capture_test

import (
	"context"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/google/go-cmp/cmp"
)

// readBoth reads a file as needed and ahead, and returns the frames and the Info
// of the latter if they are the same.
func readBoth(t *testing.T, name string, ahead capture.Options) ([]capture.Frame, capture.Info) {
	t.Helper()
	plain := open(t, capture.Options{}, name)
	want, err := capturetest.Collect(t.Context(), plain)
	if err != nil {
		t.Fatal(err)
	}
	set := open(t, ahead, name)
	got, err := capturetest.Collect(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain.Info(), set.Info()); diff != "" {
		t.Errorf("info (-as needed +ahead):\n%s", diff)
	}
	if !cmp.Equal(want, got, wholeBytes) {
		t.Errorf("%d frames ahead, %d as needed, and they differ", len(got), len(want))
	}
	return got, set.Info()[0]
}

// Files of many pieces, whole, cut and damaged.
func TestReadAhead(t *testing.T) {
	frames := random(6, 500) // 1.5 MB
	largest := capture.Frame{Time: ts, Data: make([]byte, capture.MaxFrame), Link: capture.LinkEthernet}
	for i := 100; i < len(frames); i += 100 {
		frames[i] = largest
	}
	for format, data := range map[string][]byte{"pcap": capturetest.PCAP(frames...), "pcapng": capturetest.PCAPNG(frames...)} {
		damaged := append([]byte(nil), data...)
		clear(damaged[len(data)/2:])
		files := map[string][]byte{"whole": data, "cut": data[:len(data)-7], "damaged": damaged}
		for _, kind := range kinds {
			packed := compress(t, kind, data)
			files[kind] = packed
			if kind != "lz4" { // its blocks of 4 MiB come out whole or not at all
				files[kind+" cut"] = packed[:len(packed)*3/4]
			}
		}
		for what, file := range files {
			name := capturetest.WriteFile(t, "file", file)
			for _, way := range []capture.Options{{ReadAhead: true}, capture.Options{}.Ahead(5000)} {
				got, info := readBoth(t, name, way)
				if whole := len(got) == len(frames); whole != info.Complete || len(got) == 0 {
					t.Errorf("%s, %s: %d of %d frames, %+v", format, what, len(got), len(frames), info)
				}
			}
		}
	}
}

// What is written to a file while it is read belongs to it.
func TestFileGrows(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		data := capturetest.PCAP(random(7, 100)...)
		name := capturetest.WriteFile(t, "grows", data[:len(data)/2])
		set := open(t, way, name)
		n := 0
		for _, err := range set.Frames(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1 {
				appendTo(t, name, data[len(data)/2:])
			}
		}
		if in := set.Info()[0]; n != 100 || !in.Complete {
			t.Errorf("%d frames, %v", n, in.Problems)
		}
	})
}

func appendTo(t *testing.T, name string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
}

// A file that becomes shorter is cut off, and one that can't be read any more is
// unreadable.
func TestFileVanishes(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*os.File) error
		code string
	}{
		{"shrinks", func(f *os.File) error { return os.Truncate(f.Name(), 1<<20+3) }, capture.CodeTruncated},
		{"fails", func(f *os.File) error { return f.Close() }, capture.CodeUnreadable},
	} {
		data := capturetest.PCAP(random(8, 3000)...)
		for _, way := range []capture.Options{{}, {ReadAhead: true}, capture.Options{}.Ahead(1000)} {
			file, err := os.Open(capturetest.WriteFile(t, "file", data))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			way.Stdin = file
			set := open(t, way, "-")
			n := 0
			for _, err := range set.Frames(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == 1 {
					if err := tt.do(file); err != nil {
						t.Fatal(err)
					}
				}
			}
			in := set.Info()[0]
			if n == 0 || n == 3000 || len(in.Problems) != 1 || in.Problems[0].Code != tt.code || in.Problems[0].Frame != int64(n) {
				t.Errorf("%s, read ahead %v: %d frames, %v", tt.name, way.ReadAhead, n, in.Problems)
			}
		}
	}
}

// However reading ends, no goroutine is left, and none is there without
// ReadAhead.
func TestNoGoroutineLeft(t *testing.T) {
	frames := random(9, 1000)
	data := capturetest.PCAP(frames...)
	damaged := append([]byte(nil), data...)
	clear(damaged[len(data)/2:])
	for _, tt := range []struct {
		name  string
		data  []byte
		leave int // the frame that the loop is left at, 0 for none
		close bool
	}{
		{"to the end", data, 0, false},
		{"damaged", damaged, 0, false},
		{"gzip", compress(t, "gzip", data), 0, false},
		{"closed early", data, 10, true},
		{"gzip, closed early", compress(t, "gzip", data), 10, true},
		{"interrupted", data, 10, false},
		{"gzip, interrupted", compress(t, "gzip", data), 10, false},
	} {
		name := capturetest.WriteFile(t, "file", tt.data)
		for _, way := range []capture.Options{{}, capture.Options{}.Ahead(1000)} {
			before, most, n := runtime.NumGoroutine(), 0, 0
			set := open(t, way, name)
			ctx, cancel := context.WithCancel(t.Context())
			for range set.Frames(ctx) {
				most = max(most, runtime.NumGoroutine()-before)
				if n++; n != tt.leave {
					continue
				}
				if tt.close {
					break
				}
				cancel()
			}
			cancel()
			if tt.close {
				set.Close()
			}
			if way.ReadAhead != (most > 0) {
				t.Errorf("%s, read ahead %v: %d goroutines", tt.name, way.ReadAhead, most)
			}
			if left := goroutines(before); left > 0 {
				t.Errorf("%s, read ahead %v: %d goroutines are left", tt.name, way.ReadAhead, left)
			}
		}
	}
}

// goroutines is how many there are more than before. One that is known to have
// ended may be counted for a moment.
func goroutines(before int) (more int) {
	for range 1000 {
		if more = runtime.NumGoroutine() - before; more <= 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return more
}

// However many files are read at the same time, few are read ahead.
func TestReadAheadIsBounded(t *testing.T) {
	const files, block, room = 12, 768 << 10, 18 << 20 // room for two files
	name := capturetest.WriteFile(t, "file", capturetest.PCAP(random(10, 800)...))
	var names []string
	for range files {
		names = append(names, name)
	}
	before := runtime.NumGoroutine()
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	set := open(t, capture.Options{}.Ahead(10_000), names...) // more pieces than can be ahead
	most, n := 0, 0
	for range set.Frames(t.Context()) {
		n++
		most = max(most, runtime.NumGoroutine()-before)
	}
	runtime.ReadMemStats(&end)
	if n != files*800 || most == 0 || most > 2 {
		t.Errorf("%d frames, %d goroutines, want %d and up to 2", n, most, files*800)
	}
	if took := end.TotalAlloc - start.TotalAlloc; took > files*block+room {
		t.Errorf("%d files took %d KiB", files, took>>10)
	}
}
