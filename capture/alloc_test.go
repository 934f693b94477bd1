package capture_test

import (
	"runtime"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

// Reading takes no memory for each frame, only for each file.
func TestNoAllocationPerFrame(t *testing.T) {
	frames := random(4, 2000)
	for format, write := range map[string]func(...capture.Frame) []byte{"pcap": capturetest.PCAP, "pcapng": capturetest.PCAPNG} {
		few := capturetest.WriteFile(t, "few", write(frames[:500]...))
		many := capturetest.WriteFile(t, "many", write(frames...))
		for _, n := range []int{1, 3} {
			names := func(name string) (all []string) {
				for range n {
					all = append(all, name)
				}
				return all
			}
			for _, way := range []capture.Options{{}, {ReadAhead: true}} {
				a, b := allocations(t, way, names(few)), allocations(t, way, names(many))
				if b > a+5 {
					t.Errorf("%s, %d files, read ahead %v: 500 frames take %.0f allocations, 2000 frames %.0f", format, n, way.ReadAhead, a, b)
				}
			}
		}
	}
}

// passed is a frame that left the loop, as the decoder's do.
var passed *capture.Frame

func allocations(t *testing.T, way capture.Options, names []string) float64 {
	return testing.AllocsPerRun(5, func() {
		set, err := capture.Open(names, way)
		if err != nil {
			t.Fatal(err)
		}
		for f, err := range set.Frames(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			passed = f
		}
		set.Close()
	})
}

// A hundred small files one after the other share their memory.
func TestManyFilesShareMemory(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, files(t, []int{i})...)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	set := open(t, capture.Options{}, names...)
	if _, err := capturetest.Collect(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("100 files took %d KiB", got>>10)
	}
}
