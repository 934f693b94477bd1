package capturetest

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/ftpscope/ftpscope/capture"
)

// Source is a capture.Source that holds its frames in memory.
type Source struct {
	// Err, if not nil, is yielded after the last frame.
	Err error

	frames []capture.Frame
	next   int
	infos  []capture.Info
}

var _ capture.Source = (*Source)(nil)

// NewSource returns a source of frames, which it copies. A Number of 0 becomes
// the frame's position within its capture, and Length is made no less than the
// data. There are as many captures as the greatest Frame.Capture says, at least
// one; their names are "test-1" and so on.
func NewSource(frames ...capture.Frame) *Source {
	s := &Source{infos: []capture.Info{newInfo(0)}}
	for _, f := range frames {
		for f.Capture >= len(s.infos) {
			s.infos = append(s.infos, newInfo(len(s.infos)))
		}
		f.Data = bytes.Clone(f.Data)
		f.Length = max(f.Length, len(f.Data))
		s.frames = append(s.frames, f)
	}
	count := make([]int64, len(s.infos))
	for i := range s.frames {
		f := &s.frames[i]
		count[f.Capture]++
		if f.Number == 0 {
			f.Number = count[f.Capture]
		}
	}
	return s
}

func newInfo(i int) capture.Info {
	return capture.Info{Name: fmt.Sprintf("test-%d", i+1), Format: "pcap", Drops: -1}
}

// Frames yields the frames, once.
func (s *Source) Frames(ctx context.Context) iter.Seq2[*capture.Frame, error] {
	return func(yield func(*capture.Frame, error) bool) {
		var lent capture.Frame
		var data []byte
		for s.next < len(s.frames) {
			if err := ctx.Err(); err != nil {
				yield(nil, fmt.Errorf("capturetest: %w", err))
				return
			}
			lent = s.frames[s.next]
			s.next++
			s.tally(&lent)
			data = append(data[:0], lent.Data...)
			lent.Data = data[:len(data):len(data)]
			if !yield(&lent, nil) {
				return
			}
			for i := range data {
				data[i] = 0xdb
			}
			lent = capture.Frame{Number: -1, Capture: -1}
		}
		if s.Err != nil {
			yield(nil, s.Err)
			return
		}
		for i := range s.infos {
			s.infos[i].Complete = true
		}
	}
}

func (s *Source) tally(f *capture.Frame) {
	in := &s.infos[f.Capture]
	in.Packets++
	in.Bytes += int64(len(f.Data))
	if len(f.Data) < f.Length {
		in.Truncated++
	}
	if !slices.Contains(in.LinkTypes, f.Link) {
		in.LinkTypes = append(in.LinkTypes, f.Link)
	}
	if f.Time.IsZero() {
		return
	}
	if in.First.IsZero() || f.Time.Before(in.First) {
		in.First = f.Time
	}
	if f.Time.After(in.Last) {
		in.Last = f.Time
	}
}

// Info describes the captures as far as they were read.
func (s *Source) Info() []capture.Info {
	infos := slices.Clone(s.infos)
	for i := range infos {
		infos[i].LinkTypes = slices.Clone(infos[i].LinkTypes)
	}
	return infos
}

// Close does nothing.
func (s *Source) Close() error { return nil }
