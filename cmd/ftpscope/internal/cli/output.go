package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// output is where a report goes. Done makes it final; Drop throws away what
// is not.
type output struct {
	io.Writer
	file *os.File // nil for standard output
	name string   // what file becomes in the end; empty if it is written in place
}

// openOutput opens a file by name, or standard output for "-" and "". A
// regular file is written under another name beside it until it is whole.
func openOutput(s *Streams, name string) (*output, error) {
	if name == "" || name == "-" {
		return &output{Writer: s.Out}, nil
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // the link stays
	}
	mode := fs.FileMode(0o666)
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s: is a directory", name)
	case err == nil && !info.Mode().IsRegular(): // a pipe or device
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &output{Writer: f, file: f}, nil
	case err == nil:
		mode = info.Mode().Perm()
	}
	f, err := os.OpenFile(fmt.Sprintf("%s.%08x.part", name, rand.Uint32()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		if part, ok := errors.AsType[*fs.PathError](err); ok {
			err = part.Err // it names the file beside
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &output{Writer: f, file: f, name: name}, nil
}

// openInPlace opens standard output for "-", or a file that can be read while it is
// written.
func openInPlace(s *Streams, name string) (*output, error) {
	if name == "-" {
		return &output{Writer: s.Out}, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, &hintedError{err, "--output takes a file in a directory where you may write"}
	}
	return &output{Writer: f, file: f}, nil
}

// Done closes the output and gives it its name.
func (o *output) Done() error {
	if o.file == nil {
		return nil
	}
	f := o.file
	o.file = nil
	if err := f.Close(); err != nil {
		o.remove(f)
		return err
	}
	if o.name == "" {
		return nil
	}
	if err := os.Rename(f.Name(), o.name); err != nil {
		o.remove(f)
		return err
	}
	return nil
}

// Drop closes the output and forgets it, unless it is done.
func (o *output) Drop() {
	if o.file != nil {
		o.file.Close()
		o.remove(o.file)
	}
}

func (o *output) remove(f *os.File) {
	if o.name != "" {
		os.Remove(f.Name())
	}
}
