package cli

import (
	"io"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
	"github.com/schollz/progressbar/v3"

	"github.com/ftpscope/ftpscope/capture"
)

// progressAfter is how long a read may take before a bar is shown.
const progressAfter = time.Second

// progressEvery is how long a bar stays as it is.
const progressEvery = 100 * time.Millisecond

// progress shows how far reading has come, if somebody is there to see it: a bar
// of bytes where it is known how many there are, else a count of packets.
type progress struct {
	streams *Streams
	started time.Time
	bar     *progressbar.ProgressBar
	endless bool      // nobody knows how much is to be read
	packets int64     //
	counted time.Time // when the packets were shown
}

// newProgress returns nil where a bar would be in the way; endless is for pipes.
func newProgress(s *Streams, endless bool) *progress {
	if !s.ErrTTY || s.Getenv("TERM") == "dumb" {
		return nil
	}
	return &progress{streams: s, started: time.Now(), endless: endless}
}

// update takes the bytes read so far and the bytes to read.
func (p *progress) update(read, total int64) {
	if p == nil || p.endless {
		return
	}
	if p.bar == nil {
		p.bar = p.newBar(total, progressbar.OptionShowBytes(true), progressbar.OptionSetDescription("reading"))
	}
	if total < 0 || read < total { // the bar would end itself
		_ = p.bar.Set64(read)
	}
}

// frame counts a packet.
func (p *progress) frame(*capture.Frame) {
	if p == nil || !p.endless {
		return
	}
	p.packets++
	if time.Since(p.counted) < progressEvery {
		return
	}
	p.counted = time.Now()
	if p.bar == nil {
		p.bar = p.newBar(-1, progressbar.OptionSetElapsedTime(false))
	}
	p.bar.Describe(humanize.Comma(p.packets) + " " + english.PluralWord(int(p.packets), "packet", "") + ", Ctrl-C ends it")
	_ = p.bar.Set64(p.packets)
}

func (p *progress) newBar(total int64, options ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, append(options,
		progressbar.OptionSetWriter(late{p.streams.ErrOut, p.started.Add(progressAfter)}),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(progressEvery),
		progressbar.OptionSetSpinnerChangeInterval(0), // else a goroutine draws on after Clear
		progressbar.OptionClearOnFinish(),
	)...)
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
