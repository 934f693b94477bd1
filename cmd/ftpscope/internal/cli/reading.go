package cli

import (
	"context"
	"errors"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// reading leads the frames of one source through the decoder to the tracker.
type reading struct {
	base    int                    // what the source calls capture 0 is this one
	event   func(*ftp.Event)       // called for each before the tracker sees it, or nil
	session func(*session.Session) // called for each that is over
	frame   func(*capture.Frame)   // called for each frame that was decoded, or nil
	stop    func() bool            // asked now and then whether to go no further, or nil

	decoder *decode.Decoder
	tracker *session.Tracker
	notices []report.Notice
}

func newReading(c decode.Config, t session.Config) *reading {
	tracker := session.New(t)
	return &reading{decoder: decode.New(c, tracker), tracker: tracker}
}

// stopEvery is how many frames may be read before stop is asked.
const stopEvery = 64

// run reads the source to its end. It reports whether it was interrupted; what
// was known by then has been given out as well.
func (r *reading) run(ctx context.Context, src capture.Source) (interrupted bool, err error) {
	handle := r.handle // made once: it is a closure
	known := 0         // captures of which a frame was seen, or one behind them
	for frame, err := range src.Frames(ctx) {
		if err != nil {
			if ctx.Err() == nil {
				return false, err
			}
			break
		}
		for ; known <= frame.Capture; known++ {
			if infos := src.Info(); known < len(infos) && sieve.Noted(infos[known].Filters) {
				r.decoder.Thin(r.base + known)
			}
		}
		frame.Capture += r.base
		r.decoder.Decode(frame, handle)
		if r.frame != nil {
			r.frame(frame)
		}
		if frame.Number%stopEvery == 0 && r.stop != nil && r.stop() {
			break
		}
	}
	r.decoder.Finish(handle)
	r.tracker.Finish(r.session)
	for _, n := range r.tracker.Notices() {
		r.notices = append(r.notices, report.Notice{Seen: ftp.Seen{Ref: ftp.Ref{Capture: r.base}}, Notice: n})
	}
	return errors.Is(ctx.Err(), context.Canceled), nil
}

// tick takes a frame that says that time passed. It may be called while the source
// is waited for, on the goroutine that waits.
func (r *reading) tick(f *capture.Frame) { r.decoder.Decode(f, r.handle) }

// handle takes one event.
func (r *reading) handle(ev *ftp.Event) {
	if ev.Kind == ftp.EventNotice {
		r.notices = append(r.notices, report.Notice{Seen: ev.Seen, Notice: ev.Notice})
	}
	if r.event != nil {
		r.event(ev)
	}
	r.tracker.Handle(ev, r.session)
}
