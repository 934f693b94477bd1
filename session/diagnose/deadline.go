package diagnose

import (
	"time"

	"github.com/ftpscope/ftpscope/session"
)

// The deadline before an unanswered SYN proves anything: so many SYNs and so
// much time since the first, or somebody gave up, who had waited as long as a
// SYN waits before it is repeated.
const (
	leastSYNs = 3
	leastWait = 3 * time.Second
	leastWill = 900 * time.Millisecond
)

// overdue reports whether an answer to the data connection's SYN is overdue.
// The outcome says incomplete until the deadline, or until somebody gave up; one
// who gave up at once proves nothing, so long as the capture shows no more.
func (s *subject) overdue() bool {
	if s.t.Outcome == session.OutcomeIncomplete {
		return false
	}
	n, first, _ := s.tries()
	return n >= leastSYNs || n == 0 || s.Now.Sub(first.Time) >= leastWill
}
