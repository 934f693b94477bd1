package record

import (
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

const (
	flushTime = time.Second // the most that a crash costs
	waitTime  = 10 * time.Minute
	waitFiles = 16 // closed files that wait for comments
)

// Recorder writes frames into files. It isn't safe for concurrent use.
type Recorder struct {
	o       Options
	names   *names  // nil without rotation
	out     *output // nil where the next packet begins a file
	current *part   // of out
	waiting []*part // closed files that may still get comments, the oldest first
	finish  finisher

	flushed  time.Time // the frames' time at the last flush
	number   int64     // live number of the last frame
	drops    int64     // as told by Drops
	dropped  int64     // drops that are in closed files
	comments int       // that wait in current and waiting
	stats    Stats
	stopped  error
	closed   bool
}

// Stats are counts since the beginning.
type Stats struct {
	Packets      int64 // recorded
	Bytes        int64 // written to all files, without comments
	Comments     int64 // in their file
	CommentsLost int64 // the packet isn't recorded, its file is gone or done, or there are too many
}

// New begins a recording: the first file is there when it returns, so errors of names
// and permissions come now. They match [fs.ErrExist] for a file that is there already,
// and [fs.ErrPermission]. Whoever drops privileges does so before, as the files to come
// are made by the same user.
func New(o Options) (*Recorder, error) {
	o, err := o.check()
	if err != nil {
		return nil, err
	}
	r := &Recorder{o: o}
	if o.rotates() {
		if r.names, err = newNames(o.Path, o.Force); err != nil {
			return nil, err
		}
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

// Frame records a frame, which it copies: all of it if it is to be whole, and else the
// first SnapData bytes. A frame without length is a tick: time goes on. One without a
// time gets that of 1970-01-01.
//
// An error ends the recording and is returned once; from then on Frame does nothing.
// What was recorded until then can be read.
func (r *Recorder) Frame(f *capture.Frame, whole bool) error {
	if r.stopped != nil || r.closed {
		return nil
	}
	if err := r.frame(f, whole); err != nil {
		return r.stop(err)
	}
	return nil
}

func (r *Recorder) frame(f *capture.Frame, whole bool) error {
	tick := f.Length == 0 && len(f.Data) == 0
	keep := min(len(f.Data), capture.MaxFrame)
	if !whole {
		keep = min(keep, r.o.SnapData)
	}
	if r.out != nil && r.full(f.Time, packetSize(keep)) {
		if err := r.end(f.Time); err != nil {
			return err
		}
	}
	r.settle(f.Time)
	if tick {
		return r.flush(f.Time)
	}
	if r.out == nil {
		if err := r.open(); err != nil {
			return err
		}
	}
	r.out.delivered += max(f.Number-r.number, 1)
	r.number = max(f.Number, r.number)
	r.current.span(f.Number)
	if err := r.out.packet(f, keep, r.o); err != nil {
		return err
	}
	r.stats.Packets++
	// The clock may have been set back.
	if d := f.Time.Sub(r.flushed); d >= flushTime || d < 0 {
		return r.flush(f.Time)
	}
	return nil
}

// flush writes what is recorded.
func (r *Recorder) flush(now time.Time) error {
	r.flushed = now
	if r.out == nil {
		return nil
	}
	r.out.dropped = max(r.drops-r.dropped, 0)
	if r.out.dropped > 0 {
		r.out.statistics()
	}
	return r.out.flush()
}

// Drops tells how many packets the kernel had to drop since the capture began.
func (r *Recorder) Drops(n int64) { r.drops = max(r.drops, n) }

// Comment puts a comment on the packet that had that Number as a live frame. Text is
// cut to 1 KiB; control characters are replaced. See the package about when it comes
// into the file, and when it is lost.
func (r *Recorder) Comment(number int64, text string) {
	p := r.holder(number)
	waits, _, _ := r.finish.counts()
	if p == nil || r.comments+waits >= maxComments {
		r.stats.CommentsLost++
		return
	}
	added, ok := p.comment(number, plain(text, maxComment))
	if added {
		r.comments++
	}
	if !ok {
		r.stats.CommentsLost++
	}
}

// holder is the file that holds the packet of that number and may still get comments;
// nil for none.
func (r *Recorder) holder(number int64) *part {
	if r.current != nil && r.current.holds(number) {
		return r.current
	}
	for _, p := range r.waiting {
		if p.holds(number) {
			return p
		}
	}
	return nil
}

// Files are the files of this recording that are kept, the oldest first.
func (r *Recorder) Files() []string {
	if r.names == nil {
		return []string{r.o.Path}
	}
	return r.names.ours()
}

// Stats returns the counts.
func (r *Recorder) Stats() Stats {
	s := r.stats
	if r.out != nil {
		s.Bytes += r.out.size()
	}
	_, placed, lost := r.finish.counts()
	s.Comments += placed
	s.CommentsLost += lost
	return s
}

// Close ends the file with its statistics, puts in the comments that wait, and waits
// for that. It returns what failed and wasn't returned before.
func (r *Recorder) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	var err error
	if r.out != nil {
		err = r.end(r.flushed)
	}
	for len(r.waiting) > 0 {
		r.release(true)
	}
	if finishErr := r.finish.close(); err == nil {
		err = finishErr
	}
	return err
}

// stop ends the recording because of err.
func (r *Recorder) stop(err error) error {
	r.stopped = err
	if r.out != nil {
		r.out.abandon()
		r.retire(r.flushed)
	}
	return err
}

// full reports whether the file is to be ended before a packet whose block takes n
// bytes at most. Statistics may follow when it is flushed, and at the end.
func (r *Recorder) full(now time.Time, n int64) bool {
	switch {
	case r.out.packets == 0:
		return false
	case r.o.RotateTime > 0 && now.Sub(r.out.first) >= r.o.RotateTime:
		return true
	default:
		return r.o.RotateSize > 0 && r.out.size()+n+2*statisticsSize > r.o.RotateSize
	}
}

// open begins a file. The oldest goes before.
func (r *Recorder) open() error {
	path, force := r.o.Path, r.o.Force
	if r.names != nil {
		force = false
		for r.o.Keep > 0 && r.names.count() >= r.o.Keep {
			if err := r.remove(r.names.oldest()); err != nil {
				return wrap(err)
			}
			r.names.forget()
		}
		path = r.names.take()
	}
	p := &part{path: path}
	if path == Stdout {
		r.out = newOutput(path, r.o.Stdout, nil, false, r.o)
	} else {
		file, regular, err := create(path, force)
		if err != nil {
			return err
		}
		r.out = newOutput(path, file, file, regular, r.o)
		p.regular = regular
		if p.identity, err = file.Stat(); err != nil {
			p.regular = false // nobody can say later that it is the same
		}
	}
	r.current = p
	err := r.out.flush()
	if err != nil {
		r.out.abandon()
		if p.regular {
			_ = p.remove() // it holds nothing
		}
		r.out, r.current = nil, nil
	}
	return err
}

// end ends the file.
func (r *Recorder) end(now time.Time) error {
	r.out.dropped = max(r.drops-r.dropped, 0)
	r.dropped = max(r.drops, r.dropped)
	err := r.out.close(r.o)
	r.retire(now)
	return err
}

// retire lets the file, which is closed, wait for comments.
func (r *Recorder) retire(now time.Time) {
	r.stats.Bytes += r.out.size()
	p := r.current
	p.closed = now
	r.waiting = append(r.waiting, p)
	r.out, r.current = nil, nil
}

// settle lets go of files that have waited for comments long enough.
func (r *Recorder) settle(now time.Time) {
	for len(r.waiting) > 0 && (len(r.waiting) > waitFiles || now.Sub(r.waiting[0].closed) >= waitTime) {
		r.release(false)
	}
}

// release has the comments put into the file that has waited longest.
func (r *Recorder) release(wait bool) {
	p := r.waiting[0]
	r.waiting = r.waiting[1:]
	r.comments -= p.count
	if p.count > 0 {
		r.finish.add(p, wait)
	}
}

// remove removes a file that is not kept any more.
func (r *Recorder) remove(path string) error {
	for i, p := range r.waiting {
		if p.path == path {
			r.comments -= p.count
			r.stats.CommentsLost += int64(p.count)
			r.waiting = append(r.waiting[:i], r.waiting[i+1:]...)
			return p.remove()
		}
	}
	if p := r.finish.of(path); p != nil {
		return p.remove()
	}
	return removeFile(path)
}
