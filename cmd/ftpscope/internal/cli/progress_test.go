package cli

import (
	"strings"
	"testing"
	"time"
)

// TestProgress: of a pipe packets are counted; without a terminal nothing is
// shown.
func TestProgress(t *testing.T) {
	s, _, errOut := testStreams("")
	for _, tty := range []bool{false, true} {
		s.ErrTTY = tty
		p := newProgress(s, true)
		if p != nil {
			p.started = time.Now().Add(-progressAfter)
		}
		p.frame(nil)
		p.update(1, -1)
		p.stop()
		if got := strings.Contains(errOut.String(), "1 packet, Ctrl-C ends it"); got != tty {
			t.Errorf("on a terminal %t: %q", tty, errOut)
		}
	}
}
