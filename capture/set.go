package capture

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Set is the [Source] of captures that were named together. It is not safe for
// use by several goroutines at once; Info may be asked between two frames.
type Set struct {
	opts    Options
	meter   *meter
	feeds   []*feed  // in the order of names
	queue   queue    // feeds that haven't ended
	bounded bool     // Options has Since or Until
	started bool     // queue is filled
	failed  error    // what ended Frames early
	closed  bool     //
	ahead   int      // feeds that are read ahead
	free    [][]byte // blocks that nobody uses now
}

var _ Source = (*Set)(nil)

// askEvery is how many frames lie between two questions whether the context has
// ended. It is asked before each read as well.
const askEvery = 256

// ErrClosed is yielded by Frames of a Set that was closed before its end.
var ErrClosed = errors.New("capture: is closed")

// Frames yields every frame once, merged by time. A loop that is left early can
// be taken up by another call. After an error each further call yields that
// error again.
func (s *Set) Frames(ctx context.Context) iter.Seq2[*Frame, error] {
	return func(yield func(*Frame, error) bool) {
		if err := s.start(ctx); err != nil {
			yield(nil, err)
			return
		}
		for len(s.queue) > 0 {
			goOn, err := s.some(ctx, yield)
			if err != nil {
				yield(nil, s.interrupt(err))
				return
			}
			if !goOn {
				return
			}
		}
		s.meter.tell()
	}
}

// some yields the next frames, askEvery at most. It reports whether the loop
// goes on, or the error of ctx.
func (s *Set) some(ctx context.Context, yield func(*Frame, error) bool) (goOn bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if f := s.queue[0]; len(s.queue) == 1 && f.rd != nil && !f.loaded && !s.bounded {
		return s.alone(ctx, f, yield)
	}
	for n := 0; n < askEvery && len(s.queue) > 0; n++ {
		f := s.queue[0]
		if !f.loaded {
			if err := f.load(ctx); err != nil {
				return false, err
			}
			if f.ended {
				s.queue.pop()
				continue
			}
			if len(s.queue) > 1 {
				f.place()
				s.queue.fix()
			}
			if s.queue[0] != f {
				continue
			}
		}
		f.loaded = false
		if s.wanted(&f.head) && !yield(&f.head, nil) || s.closed {
			return false, nil
		}
	}
	return true, nil
}

// alone does the same for the only feed that is left, of which all frames are
// wanted: the usual case, and so the fastest.
func (s *Set) alone(ctx context.Context, f *feed, yield func(*Frame, error) bool) (goOn bool, err error) {
	head, rd, tally := &f.head, f.rd, f.tally
	for range askEvery {
		if err := rd.next(head); err != nil {
			s.queue.pop()
			return true, f.over(ctx, err)
		}
		head.Capture = f.index
		tally.frame(head)
		if !yield(head, nil) || s.closed {
			return false, nil
		}
	}
	return true, nil
}

// start fills the queue. What can be read only once, such as a pipe, has its
// first frame read here.
func (s *Set) start(ctx context.Context) error {
	for _, f := range s.feeds {
		if f.chunk != nil {
			f.chunk.ctx = ctx
		}
	}
	if s.failed != nil || s.started {
		return s.failed
	}
	if s.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return s.interrupt(err)
	}
	s.started = true
	for _, f := range s.feeds {
		if f.rd != nil {
			if err := f.load(ctx); err != nil {
				return s.interrupt(err)
			}
		}
		if !f.ended {
			f.place()
			s.queue.push(f)
		}
	}
	return nil
}

// interrupt ends the reading of all captures.
func (s *Set) interrupt(err error) error {
	s.failed = fmt.Errorf("capture: interrupted: %w", err)
	s.queue = nil
	for _, f := range s.feeds {
		f.release()
	}
	return s.failed
}

// wanted tells whether f lies between Since and Until.
func (s *Set) wanted(f *Frame) bool {
	if f.Time.IsZero() {
		return true
	}
	if !s.opts.Since.IsZero() && f.Time.Before(s.opts.Since) {
		return false
	}
	return s.opts.Until.IsZero() || f.Time.Before(s.opts.Until)
}

// Info describes the captures in the order of names.
func (s *Set) Info() []Info {
	infos := make([]Info, len(s.feeds))
	for i, f := range s.feeds {
		if f.src != nil && f.size < 0 {
			f.tally.info.Bytes = f.src.n
		}
		infos[i] = f.tally.snapshot()
	}
	return infos
}

// Close closes all files. It may be called more than once.
func (s *Set) Close() error {
	s.closed = true
	s.queue = nil
	if s.failed == nil {
		s.failed = ErrClosed
	}
	var errs []error
	for _, f := range s.feeds {
		errs = append(errs, f.release())
	}
	s.free = nil
	return errors.Join(errs...)
}

// block returns memory for a chunk.
func (s *Set) block() []byte {
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b
	}
	return newBlock()
}
