package capturetest

import (
	"bytes"
	"context"

	"github.com/ftpscope/ftpscope/capture"
)

// Collect reads all frames of s and copies their data. It returns what was read
// before an error as well.
func Collect(ctx context.Context, s capture.Source) ([]capture.Frame, error) {
	var frames []capture.Frame
	for f, err := range s.Frames(ctx) {
		if err != nil {
			return frames, err
		}
		f.Data = bytes.Clone(f.Data)
		frames = append(frames, f)
	}
	return frames, nil
}
