package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// sameFile reports whether two names are of one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// sameBytes reports whether two regular files hold the same, and anything at all.
// They are read only where they are of one size, and only up to the first
// difference.
func sameBytes(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil || !x.Mode().IsRegular() || x.Size() == 0 {
		return false
	}
	y, err := os.Stat(b)
	if err != nil || !y.Mode().IsRegular() || y.Size() != x.Size() {
		return false
	}
	f, err := os.Open(a)
	if err != nil {
		return false
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false
	}
	defer g.Close()
	return equalStreams(f, g)
}

// equalStreams reports whether two streams hold the same.
func equalStreams(a, b io.Reader) bool {
	const piece = 1 << 16
	x, y := make([]byte, piece), make([]byte, piece)
	for {
		n, err := io.ReadFull(a, x)
		m, other := io.ReadFull(b, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false
		}
		if err != nil || other != nil {
			return atEnd(err) && atEnd(other)
		}
	}
}

func atEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
