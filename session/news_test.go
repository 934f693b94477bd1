package session_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// deaf makes a tracker of which nobody wants news, where what is held is measured.
func (h *harness) deaf(l session.Limits) {
	h.tr, h.ended = session.New(session.Config{Limits: l}), nil
}

// hear takes the news of a story.
func (h *harness) hear(n *session.News) {
	text := n.Session.ID
	if n.Transfer != nil {
		text = fmt.Sprint(n.Transfer.ID, " ", n.Transfer.Outcome)
		if last := n.Session.Transfers[len(n.Session.Transfers)-1]; last != n.Transfer {
			h.t.Errorf("news of %s: the session ends with %s", n.Transfer.ID, last.ID)
		}
	}
	words := map[session.NewsKind]string{session.NewsOpened: "opened", session.NewsFailing: "failing", session.NewsEnded: "ended", session.NewsClosed: "closed", session.NewsLimit: "limit"}
	h.news = append(h.news, words[n.Kind]+" "+text)
	h.logf("news: %s %s", words[n.Kind], text)
	if n.Kind != session.NewsEnded {
		return
	}
	if before, ok := h.ended[n.Transfer.ID]; ok && !h.nonsense {
		h.t.Errorf("%s was told to be over twice: %s, %s", n.Transfer.ID, before, n.Transfer.Outcome)
	}
	h.ended[n.Transfer.ID] = n.Transfer.Outcome
}

// checkNews holds what was told of the transfers of a session against what they
// came to.
func (h *harness) checkNews(s *session.Session) {
	if h.ended == nil || h.nonsense {
		return
	}
	for _, t := range s.Transfers {
		told, ok := h.ended[t.ID]
		switch {
		case !ok:
			h.t.Errorf("%s was never told to be over", t.ID)
		case told != t.Outcome:
			h.t.Errorf("%s was told to be %s, and is %s", t.ID, told, t.Outcome)
		}
	}
}

// wantNews ends the story if it has no end yet, and checks the news.
func (h *harness) wantNews(want ...string) {
	h.t.Helper()
	h.finish()
	if got := fmt.Sprint(h.news); got != fmt.Sprint(want) {
		h.t.Errorf("news\n%s\nwant\n%s", got, fmt.Sprint(want))
	}
}

// A transfer is news when it is over, not when the session is.
func TestNewsOfATransfer(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.fetch("a.bin", 40001)
	h.advance(time.Minute)
	s.client("NOOP")
	if n := len(h.news); n != 2 {
		t.Errorf("%d news before the end of the session, want 2: %q", n, h.news)
	}
	s.quit()
	h.wantNews("opened s1", "ended s1.t1 completed", "closed s1")
}

// A failure is news as soon as it is certain, and once.
func TestNewsOfAFailure(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.port(4001)
	s.client("LIST")
	s.call(4001).silent(3)
	h.advance(time.Second)
	s.client("NOOP")
	if n := len(h.news); n != 1 {
		t.Errorf("it is too early for news: %q", h.news)
	}
	for range 3 {
		h.advance(4 * time.Second)
		s.client("NOOP")
	}
	s.server("425 no")
	s.quit()
	h.wantNews("opened s1", "failing s1.t1 blocked", "ended s1.t1 blocked", "closed s1")
}

// What stands still is news, and that it went on after all is the end.
func TestNewsOfAStall(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.pasv(40001)
	d := s.dial(40001).answered()
	s.exchange("RETR a", "150 here it comes")
	d.down(50)
	h.advance(12 * time.Second)
	s.client("NOOP")
	d.delivers(50)
	s.server("226 done")
	s.quit()
	h.wantNews("opened s1", "failing s1.t1 stalled", "ended s1.t1 completed", "closed s1")
}

// Who connects right after the server gave up still does so: it is not told yet.
func TestNewsOfALateConnection(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.pasv(40001)
	s.exchange("LIST", "425 no")
	if n := len(h.news); n != 1 {
		t.Errorf("it is too early for news: %q", h.news)
	}
	h.advance(200 * time.Millisecond)
	s.dial(40001).refused()
	h.advance(time.Second)
	s.quit()
	h.wantNews("opened s1", "ended s1.t1 refused", "closed s1")
}

// That a limit was reached is news: what comes later is not told of.
func TestNewsOfALimit(t *testing.T) {
	h := newHarness(t, session.Limits{Commands: 2})
	s := h.open()
	for range 4 {
		s.exchange("NOOP", "200 well")
	}
	s.quit()
	h.wantNews("opened s1", "limit s1", "closed s1")
}

// Of a session under way it is known how far it came.
func TestLive(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.fetch("a.bin", 40001)
	s.pasv(40002)
	s.exchange("RETR b.bin", "150 here it comes")
	live := slices.Collect(h.tr.Live())
	if len(live) != 1 || live[0].ID != "s1" || live[0].State != session.StateOpen || live[0].Transfers != 2 {
		t.Fatalf("%+v", live)
	}
	if one := live[0].Latest; one == nil || one.Mode != ftp.ModePassive || one.Command == nil || one.Command.Verb != "RETR" {
		t.Errorf("the latest transfer: %+v", one)
	}
	s.server("426 no")
	s.quit()
	h.finish()
	if live := slices.Collect(h.tr.Live()); len(live) > 0 {
		t.Errorf("at the end %+v", live)
	}
}
