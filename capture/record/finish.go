package record

import (
	"fmt"
	"slices"
	"sync"
)

// finisher puts the comments into closed files, one after the other, while the capture
// goes on.
type finisher struct {
	jobs chan *part    // nil before the first
	done chan struct{} // closed when the goroutine has ended

	mu     sync.Mutex
	active []*part // that are not done
	waits  int     // comments of them
	placed int64   // comments that are in their file
	lost   int64   // comments that are not
	err    error   // the first
	failed int     // files
}

// maxJobs is how many files may wait to be copied. It is reached when they are closed
// faster than they are copied.
const maxJobs = 4

// add has the comments of p put in. Where there is no room in the queue it waits for
// that, or the comments are lost.
func (f *finisher) add(p *part, wait bool) {
	if f.jobs == nil {
		f.jobs, f.done = make(chan *part, maxJobs), make(chan struct{})
		go f.run()
	}
	f.begin(p)
	if wait {
		f.jobs <- p
		return
	}
	select {
	case f.jobs <- p:
	default:
		f.ended(p, 0, nil)
	}
}

func (f *finisher) begin(p *part) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = append(f.active, p)
	f.waits += p.count
}

func (f *finisher) ended(p *part, placed int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = slices.DeleteFunc(f.active, func(a *part) bool { return a == p })
	f.waits -= p.count
	f.placed += int64(placed)
	f.lost += int64(p.count - placed)
	if err == nil {
		return
	}
	f.failed++
	if f.err == nil {
		f.err = fmt.Errorf("record: %s: the packets are there, but not the comments: %w", p.path, err)
	}
}

// of is the file of that path that is not done, nil for none.
func (f *finisher) of(path string) *part {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.active {
		if p.path == path {
			return p
		}
	}
	return nil
}

func (f *finisher) run() {
	defer close(f.done)
	for p := range f.jobs {
		placed, err := annotate(p)
		p.comments = nil
		f.ended(p, placed, err)
	}
}

// close waits for what is to be done, and returns what failed.
func (f *finisher) close() error {
	if f.jobs == nil {
		return nil
	}
	close(f.jobs)
	<-f.done
	f.jobs = nil
	if f.failed > 1 {
		return fmt.Errorf("%w (and the same for %d more)", f.err, f.failed-1)
	}
	return f.err
}

// counts are the comments that wait, are in their file, and are lost.
func (f *finisher) counts() (waits int, placed, lost int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.waits, f.placed, f.lost
}
