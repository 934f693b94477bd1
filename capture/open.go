package capture

import (
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Stdin is the name of standard input.
const Stdin = "-"

// Options say how captures are read. The zero value reads files as they are.
type Options struct {
	// Stdin is what the name "-" stands for. It is not closed.
	Stdin io.Reader

	// Frames before Since, or at or after Until, are counted in Info but not
	// yielded. Zero is no limit; frames without a time always pass.
	Since, Until time.Time

	// Progress, if not nil, is called while captures are read: with the bytes of
	// stored files read so far and the stored size of all of them, which is -1
	// where one of them is a pipe. It is called at most every 256 KiB, and at
	// the end.
	Progress func(read, total int64)

	// ReadAhead reads files ahead of the loop over their frames, and
	// decompresses them, on goroutines that end with the file or by Close. What
	// is no regular file is never read before it is asked for. All else is the
	// same with and without.
	ReadAhead bool

	piece int // how much is read ahead at once, for tests; 0 is chunkSize
}

// Open opens captures by name; [Stdin] is standard input. Each must be a capture
// at least by its file header: errors match [fs.ErrNotExist],
// [fs.ErrPermission], [ErrDirectory], [ErrNotCapture] (a [*NotCaptureError]
// says what was found instead), or [errors.ErrUnsupported] for an unknown
// version. A capture without frames is fine. Among several names a file that is
// no capture is a Problem of its Info, as the newest file of a ring is empty at
// first; it is an error only if none of them is one.
//
// Several captures are merged: within each the order of the file holds, between
// them the time, and at the same time the order of names. Only those captures
// are held open that are read at the time, besides pipes.
func Open(names []string, opts Options) (*Set, error) {
	if len(names) == 0 {
		return nil, errors.New("capture: no capture is named")
	}
	s := &Set{opts: opts, bounded: !opts.Since.IsZero() || !opts.Until.IsZero(), meter: &meter{report: opts.Progress}}
	stdin := false
	var none error // of the first file that is no capture
	for i, name := range names {
		if name == Stdin {
			if stdin {
				s.Close()
				return nil, errors.New("capture: standard input is named twice")
			}
			stdin = true
		}
		f := &feed{set: s, name: name, index: i, tally: newTally(name)}
		s.feeds = append(s.feeds, f)
		if err := f.open(nil); errors.Is(err, ErrNotCapture) {
			none = cmp.Or(none, err)
			f.tally.problem(CodeUnreadable, 0, 0, "%s", strings.TrimPrefix(err.Error(), "capture: "+shown(name)+": "))
			f.end(false)
			continue
		} else if err != nil {
			s.Close()
			return nil, err
		}
		if f.size < 0 || s.meter.total < 0 {
			s.meter.total = -1
		} else {
			s.meter.total += f.size
		}
		if f.regular && len(names) > 1 {
			f.look()
		}
	}
	if !slices.ContainsFunc(s.feeds, func(f *feed) bool { return !f.ended }) {
		s.Close()
		return nil, none
	}
	for _, f := range s.feeds {
		if f.chunk != nil {
			f.chunk.meter = s.meter
			s.meter.read += f.chunk.told
		}
	}
	return s, nil
}

// input is an open file.
type input struct {
	r       io.Reader
	file    *os.File     // r, where it is a regular file; nil elsewhere
	close   func() error // nil for what isn't ours
	regular bool         // can be opened again and has a size
	size    int64        // -1 where unknown
}

// openInput opens a file, or standard input.
func openInput(name string, stdin io.Reader) (in input, err error) {
	if name == Stdin {
		if stdin == nil {
			return in, errors.New("capture: standard input is not there")
		}
		in = input{r: stdin, size: -1}
		// Standard input may be a file: its size serves progress.
		if f, ok := stdin.(*os.File); ok {
			if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
				in.file, in.size = f, st.Size()
			}
		}
		return in, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return in, nameError(name, err)
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = ErrDirectory
	}
	if err != nil {
		f.Close()
		return in, nameError(name, err)
	}
	in = input{r: f, close: f.Close, size: -1}
	if st.Mode().IsRegular() {
		in.file, in.regular, in.size = f, true, st.Size()
	}
	return in, nil
}
