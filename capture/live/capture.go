package live

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

const (
	// tickEvery is how long frames are waited for before a tick.
	tickEvery = 100 * time.Millisecond
	// tickLag is how far a tick is behind the clock: frames reach us later than
	// they were seen, but not by so much.
	tickLag = 100 * time.Millisecond
)

// Capture is a capture under way. It begins with Open.
type Capture struct {
	opts   Options
	handle handle
	info   capture.Info
	outage outage
	last   time.Time // of the last frame or tick

	mu    sync.Mutex // guards stats
	stats Stats
}

// handle is what a system captures with.
type handle interface {
	// read waits at most d for frames and hands over those that came, a block of
	// them at most, until take returns false. It returns errOutage where the
	// interface went down or vanished.
	read(d time.Duration, take func(*capture.Frame) bool) error

	// drain stops the capture and hands over all that came before.
	drain(take func(*capture.Frame) bool) error

	// drops returns how many packets the kernel dropped since it was last asked.
	drops() int64

	// revive says how the interface is, and goes on with a new one of its name.
	revive() (State, error)

	link() capture.LinkType
	close() error
}

// errOutage is that the interface went down, vanished, or both.
var errOutage = errors.New("capture: the interface went down")

var _ capture.Source = (*Capture)(nil)

// Open begins to capture. Errors are a *PermissionError, an *InterfaceError, match
// ErrUnsupported, or say which option can't be.
func Open(o Options) (*Capture, error) {
	o, err := o.check()
	if err != nil {
		return nil, err
	}
	h, err := open(o)
	if err != nil {
		return nil, err
	}
	return newCapture(o, h), nil
}

func newCapture(o Options, h handle) *Capture {
	return &Capture{opts: o, handle: h, outage: outage{name: o.Interface}, info: capture.Info{
		Name: o.Interface, Format: "live", LinkTypes: []capture.LinkType{h.link()}, SnapLength: o.SnapLength,
	}}
}

// LinkTypeOf returns the link type that the frames of an interface will have, and
// so which layout a filter must be for. It needs no privileges on Linux.
func LinkTypeOf(name string) (capture.LinkType, error) { return linkTypeOf(name) }

// Info describes the capture, in a slice of one. It may be called in the body of
// the loop over Frames, but not at the same time from elsewhere: that is what
// Stats is for.
func (c *Capture) Info() []capture.Info {
	in := c.info
	in.Drops = c.Stats().Drops
	in.LinkTypes = slices.Clone(in.LinkTypes)
	in.Problems = slices.Clone(in.Problems)
	return []capture.Info{in}
}

// Close ends the capture and gives the ring back.
func (c *Capture) Close() error { return c.handle.close() }

// Frames yields frames as they come, and ticks where none come, until ctx is
// done: then what was captured by then, and ctx.Err(). It ends without an error,
// and with a problem in Info, where the interface goes down or vanishes and Wait
// isn't set. It can be called once.
func (c *Capture) Frames(ctx context.Context) iter.Seq2[*capture.Frame, error] {
	return func(yield func(*capture.Frame, error) bool) {
		w := watch{Capture: c, yield: yield}
		err := w.run(ctx)
		c.publish()
		c.outage.end(&c.info, w.because)
		c.info.Complete = len(c.info.Problems) == 0 && (err == nil || errors.Is(err, ctx.Err()))
		if err != nil && !w.left {
			yield(nil, err)
		}
	}
}

// watch is a loop over the frames of a capture.
type watch struct {
	*Capture
	yield func(*capture.Frame, error) bool
	left  bool // by the body

	because error // why the interface can't be waited for any more
}

// run hands over frames until ctx is done, the body leaves, or the interface did.
func (w *watch) run(ctx context.Context) error {
	for !w.left {
		if err := ctx.Err(); err != nil {
			if rest := w.handle.drain(w.take); rest != nil && !errors.Is(rest, errOutage) {
				return errors.Join(err, rest)
			}
			return err
		}
		before := w.info.Packets
		err := w.handle.read(tickEvery, w.take)
		w.publish()
		if w.left {
			break
		}
		if over, err := w.look(err); over || err != nil {
			return err
		}
		if w.info.Packets == before {
			w.tick(time.Now().Add(-tickLag))
		}
	}
	return nil
}

// take counts a frame and hands it over.
func (w *watch) take(f *capture.Frame) bool {
	in := &w.info
	in.Packets++
	in.Bytes += int64(len(f.Data))
	f.Number = in.Packets
	if len(f.Data) < f.Length {
		in.Truncated++
	}
	if in.Packets == 1 || f.Time.Before(in.First) {
		in.First = f.Time
	}
	if f.Time.After(in.Last) {
		in.Last = f.Time
	}
	w.left = !w.yield(f, nil)
	return !w.left
}

// clockStep is how far the clock may be behind what was seen. Where it is farther it
// was set back, or a frame has a time of its own.
const clockStep = time.Second

// tick hands over a frame that is none. Time doesn't go back, unless the clock did.
func (w *watch) tick(at time.Time) {
	now := at
	for _, t := range []time.Time{w.info.Last, w.last} {
		if at.Before(t) && t.Sub(now) <= clockStep {
			at = t
		}
	}
	w.last = at
	tick := capture.Frame{Time: at.UTC(), Link: w.handle.link()}
	w.left = !w.yield(&tick, nil)
}

// look looks after the interface where read found that it went, or where it had
// gone before. It reports whether the capture is over.
func (w *watch) look(err error) (over bool, _ error) {
	switch {
	case err != nil && !errors.Is(err, errOutage):
		return true, err
	case err == nil && w.outage.state == StateUp:
		return false, nil
	case w.outage.state == StateUp:
		w.change(StateDown)
	}
	if !w.opts.Wait {
		// Where it is about to vanish it does so while the rest is handed over.
		err := w.handle.drain(w.take)
		if state, e := w.handle.revive(); e == nil && state == StateGone {
			w.change(StateGone)
		}
		if errors.Is(err, errOutage) {
			err = nil
		}
		return true, err
	}
	state, err := w.handle.revive()
	w.change(state)
	if err != nil {
		w.because = err
		return true, nil
	}
	return false, nil
}

// change notes how the interface is, if that is not how it was.
func (c *Capture) change(state State) {
	if state == c.outage.state {
		return
	}
	event := c.outage.change(&c.info, state, time.Now())
	c.mu.Lock()
	c.stats.note(event)
	c.mu.Unlock()
}

// publish brings Stats up to date.
func (c *Capture) publish() {
	drops := c.handle.drops()
	c.mu.Lock()
	c.stats.Packets, c.stats.Bytes = c.info.Packets, c.info.Bytes
	c.stats.Drops += drops
	c.mu.Unlock()
}

// Stats returns what was counted up to the last block of frames. It may be called
// at any time, from anywhere.
func (c *Capture) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Events = slices.Clone(s.Events)
	return s
}
