package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"time"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
)

// wire is what frames come from while they happen.
type wire interface {
	capture.Source
	Stats() live.Stats
}

// openSource opens the interface with the program that is the kernel's first look.
func (s *sniffer) openSource() error {
	o := s.o
	link, err := live.LinkTypeOf(string(o.iface))
	if err != nil {
		return err
	}
	s.sieve = sieve.Config{
		Link: link, Ports: append([]uint16{21, 990}, o.ports...), Payload: o.payload,
		Hosts: o.hosts, Nets: o.nets, VLANs: o.vlans, Plain: runtime.GOOS != "linux",
	}
	program, err := s.program()
	if err != nil {
		return err
	}
	s.source, err = live.Open(live.Options{
		Interface: string(o.iface), Promiscuous: o.promiscuous, Filter: program, Buffer: int(o.buffer), Wait: o.wait,
	})
	return err
}

// program is the user's, or our own.
func (s *sniffer) program() ([]bpf.RawInstruction, error) {
	if s.o.filterFile == "" {
		own, err := s.sieve.Program()
		if err != nil {
			return nil, err
		}
		return bpf.Assemble(own)
	}
	if s.o.narrows() {
		s.narrow = &sieve.Config{Link: s.sieve.Link, Payload: true, Hosts: s.sieve.Hosts, Nets: s.sieve.Nets, VLANs: s.sieve.VLANs}
		if _, err := s.narrow.Program(); err != nil {
			return nil, err
		}
	}
	f, err := os.Open(string(s.o.filterFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := sieve.ReadProgram(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.o.filterFile, err)
	}
	if s.sieve.Link == capture.LinkLinuxSLL2 {
		if raw, err = sieve.Cook(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", s.o.filterFile, err)
		}
	}
	return raw, nil
}

// firstLook is what a recording says of the packets that are in it, and what its
// analysis here is told as well.
func (s *sniffer) firstLook() string {
	if s.o.filterFile != "" {
		return "the program in " + string(s.o.filterFile)
	}
	return s.sieve.Note()
}

// Frames yields what the interface brings, and a tick now and then, so that what
// nobody answers is noticed where much goes on as well.
func (s *sniffer) Frames(ctx context.Context) iter.Seq2[*capture.Frame, error] {
	return func(yield func(*capture.Frame, error) bool) {
		var ticked time.Time
		for f, err := range s.source.Frames(ctx) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case f.Length == 0:
				ticked = f.Time
			case f.Time.Sub(ticked) >= tickEvery, ticked.Sub(f.Time) > clockStep:
				ticked = f.Time
				if !yield(&capture.Frame{Time: f.Time}, nil) || s.enough() {
					return
				}
			}
			if f.Length > 0 && s.narrow != nil && s.narrow.Keep(sieve.Shown(f)) == 0 {
				continue
			}
			if !yield(f, nil) || s.enough() {
				return
			}
		}
	}
}

// clockStep is how far back a frame may be without the clock having been set back:
// else each frame of a second clock that is behind would bring a tick.
const clockStep = time.Second

// Info describes the capture so far.
func (s *sniffer) Info() []capture.Info {
	infos := s.source.Info()
	if look := s.firstLook(); look != "" && len(infos) == 1 {
		infos[0].Filters = []string{look}
	}
	return infos
}

// Close closes the interface.
func (s *sniffer) Close() error { return s.source.Close() }

// lost is an error where the watching ended since the interface went.
func (s *sniffer) lost() error {
	for _, in := range s.source.Info() {
		for _, p := range in.Problems {
			if p.Code == live.CodeDown || p.Code == live.CodeGone {
				return &hintedError{errors.New(p.Message), "--wait waits for it"}
			}
		}
	}
	return nil
}
