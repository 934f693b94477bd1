package report

import (
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// TestWatchTakesBack: what a transfer came to in the end is told where it is not what
// was told when it was over, and only there.
func TestWatchTakesBack(t *testing.T) {
	for _, c := range []struct {
		told, came session.Outcome
		again      bool
	}{
		{session.OutcomeUnseen, session.OutcomeRefused, true},
		{session.OutcomeBlocked, session.OutcomeBlocked, false},
	} {
		s := plain("s1")
		x := blockedActive("s1.t1", 20)
		s.Transfers = []*session.Transfer{x}
		w := NewWatch(Text{Width: 80})
		x.Outcome = c.told
		w.News(&session.News{Kind: session.NewsEnded, Session: s, Transfer: x}, diagnose.Explanation{})
		x.Outcome = c.came
		text := strings.Join(strings.Fields(w.Session(s, diagnose.Explanation{})), " ")
		if again := strings.Contains(text, string(c.came)) && strings.Contains(text, "after all: what was said of it above did not last"); again != c.again {
			t.Errorf("%s, in the end %s: %q", c.told, c.came, text)
		}
	}
}
