package cli

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressAfter is how long a read may take before a bar is shown.
const progressAfter = time.Second

// progress shows how far reading has come, if somebody is there to see it.
type progress struct {
	streams *Streams
	started time.Time
	bar     *progressbar.ProgressBar
}

// newProgress returns nil where a bar would be in the way.
func newProgress(s *Streams) *progress {
	if !s.ErrTTY || s.Getenv("TERM") == "dumb" {
		return nil
	}
	return &progress{streams: s, started: time.Now()}
}

// update takes the bytes read so far and the bytes to read, -1 if not known.
func (p *progress) update(read, total int64) {
	if p == nil {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(late{p.streams.ErrOut, p.started.Add(progressAfter)}),
			progressbar.OptionSetDescription("reading"),
			progressbar.OptionShowBytes(true),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetSpinnerChangeInterval(0), // else a goroutine draws on after Clear
			progressbar.OptionClearOnFinish(),
		)
	}
	if total < 0 || read < total { // the bar would end itself
		_ = p.bar.Set64(read)
	}
}

// late lets nothing through before its time. The bar runs from the beginning,
// since it measures the speed.
type late struct {
	io.Writer
	from time.Time
}

func (w late) Write(b []byte) (int, error) {
	if time.Now().Before(w.from) {
		return len(b), nil
	}
	return w.Writer.Write(b)
}

// stop takes the bar away.
func (p *progress) stop() {
	if p != nil && p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
