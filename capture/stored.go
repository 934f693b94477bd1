package capture

import "io"

// stored reads the bytes of a capture as they are stored, and counts them.
type stored struct {
	r   io.Reader
	n   int64 // bytes read so far
	err error // why reading failed, nil at the end of the file
}

func (s *stored) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
