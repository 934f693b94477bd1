package cli

import (
	"context"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// pipe is a capture on standard input, perhaps one that is being made: "tcpdump -U
// -w - | ftpscope analyze -". Of such a one results are shown while it is open, and
// where nothing comes through it time passes all the same: a session is over some
// time after its last packet, also if that was the last of all.
//
// A capture that was made before, and only happens to come through a pipe, is none
// of this: its report is that of the file.
type pipe struct {
	ctx    context.Context
	pump   *pump
	source capture.Source
	clock  func() time.Time
	waited time.Duration // since the pipe gave something last, while it is waited for
}

const (
	// maxSkew is by how much the clock of the machine that captures may differ
	// from ours, and the time that packets need to come here.
	maxSkew = 5 * time.Minute
	// pipeDelay is how long packets may take through the pipe: before that, their
	// absence means nothing.
	pipeDelay = 5 * time.Second
	// tickEvery is how often it is told that time passed.
	tickEvery = 250 * time.Millisecond
)

// newPipe is nil where standard input is not all that is read, or no pipe.
func (o *analyzeOptions) newPipe(ctx context.Context, p *pump, src capture.Source) *pipe {
	if p == nil || len(o.files) != 1 || !slices.Contains(o.files, capture.Stdin) {
		return nil
	}
	return &pipe{ctx: ctx, pump: p, source: src, clock: time.Now}
}

// last is the time of the latest packet; zero if none came yet.
func (p *pipe) last() time.Time {
	var last time.Time
	for _, c := range p.source.Info() {
		last = c.Last
	}
	return last
}

// live reports whether the capture is being made: its latest packet is about as old
// as what came through the pipe last. Not any more, once the pipe has ended.
func (p *pipe) live() bool {
	if p == nil || p.pump.err != nil || p.ctx.Err() != nil {
		return false
	}
	last := p.last()
	return !last.IsZero() && p.clock().Add(-p.waited).Sub(last).Abs() <= maxSkew
}

// idle is called while nothing comes through the pipe, on the goroutine that reads
// it. It tells tick that time passed.
func (p *pipe) idle(waited time.Duration, tick func(*capture.Frame)) {
	p.waited = waited
	if passed := waited - pipeDelay; passed > 0 && p.live() {
		tick(&capture.Frame{Time: p.last().Add(passed)})
	}
	p.waited = 0
}
