package capture

import (
	"errors"
	"fmt"
)

// cutHeader is the error for a file that ends within its first header.
type cutHeader struct {
	format     string
	have, want int
}

func (e *cutHeader) Error() string {
	return fmt.Sprintf("a %s file that is cut off within its file header (%d of %d bytes)", e.format, e.have, e.want)
}

// versionError is the error for a version of a format that isn't read. It
// matches errors.ErrUnsupported.
type versionError struct {
	format       string
	major, minor uint16
	want         int // major version that is read
}

func (e *versionError) Error() string {
	return fmt.Sprintf("%s version %d.%d is not supported, only %d.x is", e.format, e.major, e.minor, e.want)
}

func (e *versionError) Unwrap() error { return errors.ErrUnsupported }
