package workload

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"
)

// Workload is one kind of capture.
type Workload struct {
	Name  string
	About string // a sentence without full stop, at scale 1

	play func(*stage, float64)
}

// All lists the workloads.
func All() []Workload {
	return []Workload{
		{"haystack", "1 GB, a million packets: 500 sessions of 5 transfers of 20 kB among 9,000 other TCP connections", haystack},
		{"bulk", "1.1 GB: 20 sessions that transfer 100 files of 10 MB", bulk},
		{"storm", "180 MB, 1.5 million packets: 20,000 sessions of 5 transfers of 500 bytes, one transfer in 20 blocked", storm},
		{"flood", "a million spoofed announcements and SYNs that nobody answers, while 100 sessions of 5 transfers go on", flood},
	}
}

// Write writes a capture in the pcap format. A scale of 1 is the size that About
// tells; at others the capture is so many times as long and as large, at the same
// rate.
func Write(w io.Writer, name string, scale float64) error {
	all := All()
	i := slices.IndexFunc(all, func(x Workload) bool { return x.Name == name })
	if i < 0 {
		return fmt.Errorf("workload: there is no %q", name)
	}
	if scale <= 0 {
		return fmt.Errorf("workload: a scale of %v makes no capture", scale)
	}
	out := bufio.NewWriterSize(w, 1<<20)
	s := &stage{rng: rand.New(rand.NewPCG(21, 20)), out: newWriter(out)}
	all[i].play(s, scale)
	if err := s.finish(); err != nil {
		return err
	}
	return out.Flush()
}

// times is how many there are of n at a scale, at least one.
func times(n int, scale float64) int { return max(1, int(float64(n)*scale)) }

// stretched is a span of time at a scale.
func stretched(d time.Duration, scale float64) time.Duration {
	return time.Duration(float64(d) * scale)
}
