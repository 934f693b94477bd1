package cli

import (
	"context"
	"io"
	"os"
	"sync"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// point is one capture point while it is read.
type point struct {
	file     string
	src      *capture.Set
	reading  *reading
	book     compare.Book
	sessions []*session.Session
	err      error
}

// openPoints opens all captures before one is read.
func openPoints(o *analyzeOptions, in io.Reader, bar *progress) ([]*point, error) {
	var all []*point
	count := newShares(bar, o.files)
	for i, file := range o.files {
		src, err := capture.Open([]string{file}, capture.Options{Stdin: in, Progress: count.of(i), ReadAhead: true})
		if err != nil {
			closePoints(all)
			return nil, err
		}
		p := &point{file: file, src: src, reading: newReading(decode.Config{Ports: o.ports, SYNs: true}, session.Config{})}
		p.reading.base, p.reading.frame = i, count.frame
		p.reading.event = p.book.Handle
		p.reading.session = func(s *session.Session) {
			p.sessions = append(p.sessions, s)
			p.reading.notices = append(p.reading.notices, noticesOf(s)...)
		}
		all = append(all, p)
	}
	return all, nil
}

func closePoints(all []*point) {
	for _, p := range all {
		p.src.Close()
	}
}

// readPoints reads all captures at the same time, each on its own. Where one
// cannot be read to its end, the others stop too.
func readPoints(ctx context.Context, all []*point) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	for _, p := range all {
		wg.Go(func() {
			if _, p.err = p.reading.run(ctx, p.src); p.err != nil {
				stop()
			}
		})
	}
	wg.Wait()
	for _, p := range all {
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

func (p *point) info() capture.Info { return p.src.Info()[0] }

// point is what a comparison takes of it; texts call it by this name.
func (p *point) point(name string) compare.Point {
	info := p.info()
	known := diagnose.Capture{
		Name: name, Filters: info.Filters, Drops: info.Drops, Complete: len(info.Problems) == 0,
		CaptureFacts: p.reading.decoder.CaptureFacts(p.reading.base),
	}
	return compare.Point{Capture: known, Sessions: p.sessions, Book: &p.book}
}

func fileNames(all []*point) []string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.file
	}
	return names
}

// shares adds up how far several readers have come, that work at the same time.
type shares struct {
	sync.Mutex
	bar   *progress
	read  []int64
	total int64 // bytes of all, -1 where that is not known
}

func newShares(bar *progress, files []string) *shares {
	s := &shares{bar: bar, read: make([]int64, len(files))}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			s.total = -1
			break
		}
		s.total += info.Size()
	}
	return s
}

// of takes how far one of them has come.
func (s *shares) of(i int) func(read, total int64) {
	return func(read, _ int64) {
		s.Lock()
		defer s.Unlock()
		s.read[i] = read
		sum := int64(0)
		for _, n := range s.read {
			sum += n
		}
		s.bar.update(sum, s.total)
	}
}

// frame counts a packet of any of them.
func (s *shares) frame(f *capture.Frame) {
	if s.bar == nil || !s.bar.endless {
		return
	}
	s.Lock()
	defer s.Unlock()
	s.bar.frame(f)
}
