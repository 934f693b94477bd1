package capturetest

import (
	"bytes"
	"context"

	"github.com/ftpscope/ftpscope/capture"
)

// Collect reads all frames of s and copies them. It returns what was read
// before an error as well.
func Collect(ctx context.Context, s capture.Source) ([]capture.Frame, error) {
	var frames []capture.Frame
	for f, err := range s.Frames(ctx) {
		if err != nil {
			return frames, err
		}
		kept := *f
		kept.Data = bytes.Clone(f.Data)
		frames = append(frames, kept)
	}
	return frames, nil
}
