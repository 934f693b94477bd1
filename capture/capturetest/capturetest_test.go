package capturetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

func TestSource(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s := capturetest.NewSource(
		capture.Frame{Time: at.Add(time.Second), Data: []byte("one"), Link: 1},
		capture.Frame{Time: at, Data: []byte("two"), Length: 9, Link: 1, Capture: 1},
		capture.Frame{Time: at, Data: []byte("three"), Link: 113},
	)
	failure := errors.New("failure")
	s.Err = failure
	var kept [][]byte
	var frame *capture.Frame
	var numbers []int64
	var last error
	for f, err := range s.Frames(t.Context()) {
		if last = err; err != nil {
			break
		}
		kept = append(kept, f.Data)
		frame = f
		numbers = append(numbers, f.Number)
	}
	if len(kept) != 3 || numbers[0] != 1 || numbers[1] != 1 || numbers[2] != 2 || last != failure {
		t.Errorf("%d frames, numbers %v, error %v", len(kept), numbers, last)
	}
	if string(kept[0]) == "one" {
		t.Error("data that was kept isn't overwritten")
	}
	if frame.Number != -1 {
		t.Error("a frame that was kept isn't overwritten")
	}
	in := s.Info()
	if len(in) != 2 || in[0].Packets != 2 || in[1].Truncated != 1 || in[0].Complete || !in[0].First.Equal(at) {
		t.Errorf("%+v", in)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := capturetest.Collect(ctx, capturetest.NewSource(capture.Frame{})); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
