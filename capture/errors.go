package capture

import (
	"errors"
	"fmt"
	"io/fs"
)

// ErrNotCapture is matched by errors of [Open] for a file that isn't a capture
// or of which not even the file header is whole. See [NotCaptureError].
var ErrNotCapture = errors.New("not a capture")

// ErrDirectory is matched by errors of [Open] for the name of a directory.
var ErrDirectory = errors.New("is a directory")

// NotCaptureError says what a file is that isn't a capture. It matches
// [ErrNotCapture].
type NotCaptureError struct {
	Name  string // as given to Open
	Found string // what its first bytes look like, such as "an empty file" or "a snoop capture (Solaris)"
	Hint  string // what the user can do, or empty
}

// Error returns what and where, without the hint.
func (e *NotCaptureError) Error() string {
	return fmt.Sprintf("capture: %s: not a pcap or pcapng capture: found %s", shown(e.Name), e.Found)
}

// Unwrap returns ErrNotCapture.
func (e *NotCaptureError) Unwrap() error { return ErrNotCapture }

// nameError says what went wrong with the file name, once: errors of package
// os repeat the name.
func nameError(name string, err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return fmt.Errorf("capture: %s: %w", shown(name), err)
}

// shown is a name as messages have it.
func shown(name string) string {
	if name == Stdin {
		return "standard input"
	}
	return name
}
