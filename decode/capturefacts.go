package decode

import (
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// captureFacts is what is known of one capture.
type captureFacts struct {
	ftp.CaptureFacts
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

// CaptureFacts is what is known of one capture: nothing, if none of its frames was
// seen.
func (d *Decoder) CaptureFacts(i int) ftp.CaptureFacts {
	if i >= len(d.captures) {
		return ftp.CaptureFacts{}
	}
	return d.captures[i].CaptureFacts
}

// captureOf finds the facts of the capture that a frame belongs to.
func (d *Decoder) captureOf(f *capture.Frame) *captureFacts {
	for len(d.captures) <= f.Capture {
		d.captures = append(d.captures, new(captureFacts))
	}
	return d.captures[f.Capture]
}

// Thin says that a capture, named by its index, was thinned out where it was taken:
// of data connections it holds the packets that open and end them, those with a
// closed window, and of the others the headers of a few. It is to be called before
// its first frame.
func (d *Decoder) Thin(i int) {
	d.captureOf(&capture.Frame{Capture: i}).Thinned = true
}

// frame counts a frame that was captured at a time.
func (c *captureFacts) frame(f *capture.Frame, at ftp.Time) {
	c.Frames++
	if f.Length > len(f.Data) && !c.Thinned {
		c.Truncated++
	}
	switch f.Link {
	case capture.LinkNull, capture.LinkLoop:
		c.Loopback = true
	}
	if !at.IsZero() {
		c.clock(f, at)
	}
}

// clock takes the time of a frame.
func (c *captureFacts) clock(f *capture.Frame, at ftp.Time) {
	const most = time.Second // that interfaces and merged files are out of order by
	switch {
	case c.First.IsZero():
		c.First, c.Last = at, at
	case at.After(c.Last):
		c.Last = at
	default:
		if back := c.Last.Sub(at); back > most && !c.Backwards.Yes() {
			c.Backwards = ftp.Seen{Ref: ftp.Ref{Capture: f.Capture, Frame: f.Number}, Time: at}
			c.Step = back
		}
		if at.Before(c.First) {
			c.First = at
		}
	}
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
