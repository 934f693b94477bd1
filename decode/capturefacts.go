package decode

import (
	"math"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// captureFacts is what is known of one capture.
type captureFacts struct {
	ftp.CaptureFacts
	first int64 // First, in microseconds
	last  int64 // Last, likewise
}

// Captures tells what is known of each capture, by Frame.Capture. It grows as
// captures are seen.
func (d *Decoder) Captures() []ftp.CaptureFacts {
	all := make([]ftp.CaptureFacts, len(d.captures))
	for i, c := range d.captures {
		all[i] = c.CaptureFacts
	}
	return all
}

// captureOf finds the facts of the capture that a frame belongs to.
func (d *Decoder) captureOf(f *capture.Frame) *captureFacts {
	for len(d.captures) <= f.Capture {
		d.captures = append(d.captures, new(captureFacts))
	}
	return d.captures[f.Capture]
}

// frame counts a frame.
func (c *captureFacts) frame(f *capture.Frame) {
	c.Frames++
	if f.Length > len(f.Data) {
		c.Truncated++
	}
	switch f.Link {
	case capture.LinkNull, capture.LinkLoop:
		c.Loopback = true
	}
	if !f.Time.IsZero() {
		c.clock(f)
	}
}

// clock takes the time of a frame. Whole microseconds are cheap to compare.
func (c *captureFacts) clock(f *capture.Frame) {
	const most = 1_000_000 // that interfaces and merged files are out of order by
	us := f.Time.UnixMicro()
	if c.First.IsZero() {
		c.First, c.Last, c.first, c.last = f.Time, f.Time, us, us
		return
	}
	if us > c.last {
		c.Last, c.last = f.Time, us
		return
	}
	if c.last-us > most && !c.Backwards.Yes() {
		c.Backwards, c.Step = seenIn(f), microseconds(c.last-us)
	}
	if us < c.first {
		c.First, c.first = f.Time, us
	}
}

func seenIn(f *capture.Frame) ftp.Seen {
	return ftp.Seen{Ref: ftp.Ref{Capture: f.Capture, Frame: f.Number}, Time: f.Time}
}

// microseconds is a duration, the longest one if it is longer.
func microseconds(n int64) time.Duration {
	return time.Duration(min(n, math.MaxInt64/1000)) * time.Microsecond
}

// tcp counts a TCP packet.
func (c *captureFacts) tcp(src, dst uint16, control bool) {
	const dataPort = 20
	c.TCP++
	if control {
		c.Control++
		return
	}
	c.OtherTCP++
	if src == dataPort || dst == dataPort {
		c.Port20++
	}
}
