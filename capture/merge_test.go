package capture_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

// files writes captures whose frames come at the given milliseconds.
func files(t testing.TB, times ...[]int) []string {
	t.Helper()
	var names []string
	for i, ms := range times {
		names = append(names, capturetest.WriteFile(t, fmt.Sprintf("ring-%d.pcap", i), capturetest.PCAP(at(ms...)...)))
	}
	return names
}

func at(ms ...int) []capture.Frame {
	var frames []capture.Frame
	for _, m := range ms {
		frames = append(frames, capture.Frame{Time: ts.Add(time.Duration(m) * time.Millisecond), Data: []byte("x"), Link: 1})
	}
	return frames
}

// order renders frames as capture:milliseconds.
func order(frames []capture.Frame) string {
	var s []string
	for _, f := range frames {
		s = append(s, fmt.Sprintf("%d:%d", f.Capture, f.Time.Sub(ts).Milliseconds()))
	}
	return strings.Join(s, " ")
}

func TestMerge(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		for _, tt := range []struct {
			name, why string
			times     [][]int
			want      string
		}{
			{"rotated", "tcpdump -C", [][]int{{1, 2}, {3, 4}, {5}}, "0:1 0:2 1:3 1:4 2:5"},
			{"named backwards", "a shell sorts file.10 before file.2", [][]int{{5}, {3, 4}, {1, 2}}, "2:1 2:2 1:3 1:4 0:5"},
			{"two points", "client and server side of a firewall", [][]int{{1, 4, 6}, {2, 3, 7}}, "0:1 1:2 1:3 0:4 0:6 1:7"},
			{"same time", "the order of names", [][]int{{1, 2}, {1, 2}, {1}}, "0:1 1:1 2:1 0:2 1:2"},
			{"same time, same file", "a file's frames stay together", [][]int{{1, 1, 1}, {1, 1}}, "0:1 0:1 0:1 1:1 1:1"},
			{"empty among them", "rotation leaves empty files", [][]int{{1}, {}, {2}}, "0:1 2:2"},
			{"all empty", "nothing", [][]int{{}, {}}, ""},
			{"backwards", "the clock was set: the file's order holds", [][]int{{10, 2, 3}, {1, 4, 11}}, "1:1 1:4 0:10 0:2 0:3 1:11"},
		} {
			set := open(t, way, files(t, tt.times...)...)
			got, err := capturetest.Collect(t.Context(), set)
			if err != nil || order(got) != tt.want {
				t.Errorf("%s (%s): got %q, want %q; %v", tt.name, tt.why, order(got), tt.want, err)
			}
			for i, in := range set.Info() {
				if !in.Complete || in.Packets != int64(len(tt.times[i])) || in.Format != "pcap" || in.Bytes == 0 {
					t.Errorf("%s: %+v", tt.name, in)
				}
			}
		}
	})
}

// However frames are spread over files, they come in the order of time, and
// within each file in its order.
func TestMergeRandom(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			times := make([][]int, r.IntN(12)+2)
			for ms := range 300 {
				i := r.IntN(len(times))
				times[i] = append(times[i], ms)
			}
			set := open(t, way, files(t, times...)...)
			got, err := capturetest.Collect(t.Context(), set)
			if err != nil || len(got) != 300 {
				t.Fatal(len(got), err)
			}
			if !slices.IsSortedFunc(got, func(a, b capture.Frame) int { return a.Time.Compare(b.Time) }) {
				t.Errorf("seed %d: not in order of time", seed)
			}
			numbers := make([]int64, len(times))
			for _, f := range got {
				if numbers[f.Capture]++; f.Number != numbers[f.Capture] {
					t.Errorf("seed %d: capture %d: number %d", seed, f.Capture, f.Number)
				}
			}
		}
	})
}

// Frames without a time stay where they are in their file.
func TestMergeWithoutTime(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		frames := at(1, 2, 5)
		frames[1].Time = time.Time{}
		a := capturetest.WriteFile(t, "a.pcapng", capturetest.PCAPNG(frames...))
		b := files(t, []int{1, 3})[0]
		got, err := capturetest.Collect(t.Context(), open(t, way, b, a))
		if err != nil {
			t.Fatal(err)
		}
		var captures []int
		for _, f := range got {
			captures = append(captures, f.Capture)
		}
		if want := []int{0, 1, 1, 0, 1}; !slices.Equal(captures, want) {
			t.Errorf("captures %v, want %v", captures, want)
		}
	})
}

// A damaged capture, and one that vanished, don't keep the others from being
// read.
func TestMergeDamaged(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		names := files(t, []int{1, 2, 3}, []int{2, 4}, []int{9})
		data, _ := os.ReadFile(names[0])
		os.WriteFile(names[0], data[:len(data)-1], 0o600)
		set := open(t, way, names...)
		os.Remove(names[2])
		got, err := capturetest.Collect(t.Context(), set)
		if err != nil || order(got) != "0:1 0:2 1:2 1:4" {
			t.Errorf("got %q, %v", order(got), err)
		}
		in := set.Info()
		if in[0].Complete || in[0].Problems[0].Code != capture.CodeTruncated || !in[1].Complete ||
			in[2].Complete || in[2].Problems[0].Code != capture.CodeUnreadable {
			t.Errorf("%+v", in)
		}
	})
}

// A ring of files is read with one or two of them open at a time.
func TestMergeOpenFiles(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		if runtime.GOOS != "linux" {
			t.Skip("counts /proc/self/fd")
		}
		var times [][]int
		for i := range 60 {
			times = append(times, []int{10 * i, 10*i + 11})
		}
		count := func() int {
			d, _ := os.ReadDir("/proc/self/fd")
			return len(d)
		}
		names := files(t, times...)
		before := count()
		set := open(t, way, names...)
		most := 0
		for range set.Frames(t.Context()) {
			most = max(most, count()-before)
		}
		if most > 3 {
			t.Errorf("%d files were open at once", most)
		}
		if n := count() - before; n > 0 {
			t.Errorf("%d files are still open at the end", n)
		}
	})
}
