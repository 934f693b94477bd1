package capture

// recordReader reads the records of one format.
type recordReader interface {
	// next reads the next frame into f, but for f.Capture. It returns io.EOF
	// at the end and a *fault where it can't go on.
	next(f *Frame) error
}

var (
	_ recordReader = (*pcapReader)(nil)
	_ recordReader = (*pcapngReader)(nil)
)
