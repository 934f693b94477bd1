package record_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/capture/record"
	"github.com/google/go-cmp/cmp"
)

// ts is the time of the first frame; it has nanoseconds.
var ts = time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)

// sample returns n frames, a second apart, each of so many bytes of its own. Every
// third comes in, every third goes out. As of a live capture, their numbers are not those
// in a file: every second frame isn't recorded.
func sample(n, size int) []capture.Frame {
	frames := make([]capture.Frame, n)
	for i := range frames {
		frames[i] = capture.Frame{
			Time:      ts.Add(time.Duration(i) * time.Second),
			Data:      bytes.Repeat([]byte{byte(i + 1)}, size),
			Length:    size,
			Number:    live(i),
			Link:      capture.LinkEthernet,
			Direction: capture.Direction(i % 3),
		}
	}
	return frames
}

// live is the number of the frame at index i of a sample.
func live(i int) int64 { return int64(2*i + 1) }

// at is the time i seconds after the first frame.
func at(i int) time.Time { return ts.Add(time.Duration(i) * time.Second) }

// start begins a recording, and closes it at the end of the test if that isn't done.
func start(t testing.TB, o record.Options) *record.Recorder {
	t.Helper()
	r, err := record.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// write records frames whole. They are overwritten then, as those of a source are.
func write(t testing.TB, r *record.Recorder, frames ...capture.Frame) {
	t.Helper()
	for _, f := range frames {
		f.Data = bytes.Clone(f.Data)
		if err := r.Frame(&f, true); err != nil {
			t.Fatal(err)
		}
		clear(f.Data)
	}
}

// end closes a recording.
func end(t testing.TB, r *record.Recorder) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// read reads a capture that has to be complete.
func read(t testing.TB, path string) ([]capture.Frame, capture.Info) {
	t.Helper()
	set, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return readSet(t, set)
}

// readBytes is read of a capture in memory.
func readBytes(t testing.TB, data []byte) ([]capture.Frame, capture.Info) {
	t.Helper()
	set, err := capture.Open([]string{capture.Stdin}, capture.Options{Stdin: bytes.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	return readSet(t, set)
}

func readSet(t testing.TB, set *capture.Set) ([]capture.Frame, capture.Info) {
	t.Helper()
	defer set.Close()
	frames, err := capturetest.Collect(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	info := set.Info()[0]
	if !info.Complete || len(info.Problems) > 0 {
		t.Fatalf("%s: complete %v, problems %v", info.Name, info.Complete, info.Problems)
	}
	return frames, info
}

// same holds that frames were read as they were recorded. What a frame has of its place
// in a file is not compared.
func same(t testing.TB, want, got []capture.Frame) {
	t.Helper()
	if diff := cmp.Diff(placeless(want), placeless(got), wholeBytes); diff != "" {
		t.Errorf("frames (-recorded +read):\n%s", diff)
	}
}

// wholeBytes compares byte slices as a whole, which is much faster.
var wholeBytes = cmp.Comparer(bytes.Equal)

func placeless(frames []capture.Frame) []capture.Frame {
	var out []capture.Frame
	for _, f := range frames {
		f.Number, f.Offset, f.Interface, f.Capture = 0, 0, 0, 0
		out = append(out, f)
	}
	return out
}
