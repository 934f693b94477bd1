package session

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// strays are connections between two hosts with a control connection that
// nothing announced so far: the announcement may be late, lost or cut off.
type strays struct {
	all    []*ftp.Conn            // oldest first; nil where one was taken
	count  int                    // that are not nil
	byPort map[uint16][]*ftp.Conn // by the listener's port
	limit  int
}

// add keeps a connection; beyond the limit the oldest is forgotten, which full
// reports.
func (s *strays) add(c *ftp.Conn) (full bool) {
	if full = s.count >= s.limit; full {
		s.take(func(*ftp.Conn) bool { return true })
	}
	if len(s.all) >= 2*s.limit { // half of them were taken
		s.all = slices.DeleteFunc(s.all, func(c *ftp.Conn) bool { return c == nil })
	}
	s.all = append(s.all, c)
	s.count++
	port := c.Ends[ftp.Listener].Port()
	s.byPort[port] = append(s.byPort[port], c)
	return full
}

// take removes and returns the oldest stray that fits.
func (s *strays) take(fits func(*ftp.Conn) bool) *ftp.Conn {
	for _, c := range s.all {
		if c != nil && fits(c) {
			s.remove(c)
			return c
		}
	}
	return nil
}

// takeAt is take for those that go to a port.
func (s *strays) takeAt(port uint16, fits func(*ftp.Conn) bool) *ftp.Conn {
	for _, c := range s.byPort[port] {
		if fits(c) {
			s.remove(c)
			return c
		}
	}
	return nil
}

func (s *strays) remove(c *ftp.Conn) {
	i := slices.Index(s.all, c)
	if s.all[i] = nil; i == 0 {
		s.all = s.all[1:]
	}
	s.count--
	without(s.byPort, c.Ends[ftp.Listener].Port(), c)
}
