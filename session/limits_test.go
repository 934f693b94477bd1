package session_test

import (
	"fmt"
	"testing"

	"github.com/ftpscope/ftpscope/session"
)

// Each limit gives its notice once when it is reached, and nothing grows.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		why    string
		limits session.Limits
		tell   func(h *harness)
		want   string
	}{
		{
			"commands, not reached", "as many as the limit are fine",
			session.Limits{Commands: 3},
			func(h *harness) {
				s := h.open()
				for range 3 {
					s.exchange("NOOP", "200 ok")
				}
				s.close()
			},
			`s1
			> NOOP 200
			> NOOP 200
			> NOOP 200`,
		},
		{
			"transfers", "later ones are not listed",
			session.Limits{Transfers: 2},
			func(h *harness) {
				s := h.open()
				for port := range uint16(5) {
					s.fetch("a", 40001+port)
				}
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001
			s1.t2 passive PASV 198.51.100.20:40002 RETR a completed 226 download=100 client→198.51.100.20:40002
			s1 notice limit-transfers`,
		},
		{
			"unsolicited replies", "later ones are not listed",
			session.Limits{Unsolicited: 2},
			func(h *harness) {
				s := h.open()
				for range 5 {
					s.server("226 what for?")
				}
				s.close()
			},
			`s1
			s1 unsolicited 226
			s1 unsolicited 226
			s1 notice limit-unsolicited`,
		},
		{
			"attempts", "of a client that knocks for ever",
			session.Limits{Attempts: 3},
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				for range 6 {
					s.dial(40001).refused()
				}
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command refused bytes=0 client→198.51.100.20:40001 refused attempts=3
			s1 notice limit-attempts`,
		},
		{
			"failed control connections", "a scan: the rest is counted in one notice",
			session.Limits{Failed: 2},
			func(h *harness) {
				for n := range 5 {
					h.control(fmt.Sprintf("%s:%d", thirdHost, 41000+n), serverHost+":21").refused()
				}
			},
			`s1 refused
			s2 refused
			notice limit-failed-sessions`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, c.limits)
			t.Logf("# why: %s", c.why)
			c.tell(h)
			h.want(c.want)
		})
	}
}

// A flood of connections that nobody answers must not push out a session that is
// established (architecture.md).
func TestShedUnansweredFirst(t *testing.T) {
	h := newHarness(t, session.Limits{Live: 3})
	s := h.open()
	for n := range 5 {
		h.control(fmt.Sprintf("%s:%d", thirdHost, 41000+n), serverHost+":21")
	}
	s.exchange("NOOP", "200 ok")
	for _, g := range h.got {
		if g.ID == "s1" {
			t.Error("the established session was finished early")
		}
	}
	if len(h.got) == 0 {
		t.Error("nothing was shed: more sessions are live than the limit")
	}
	s.quit()
	h.finish()
	if s1 := find(h.got, "s1"); s1 == nil || len(s1.Commands) != 2 {
		t.Errorf("s1 = %+v, want NOOP and QUIT", s1)
	}
	if len(h.got) != 6 {
		t.Errorf("%d sessions, want 6", len(h.got))
	}
}

func find(all []*session.Session, id string) *session.Session {
	for _, s := range all {
		if s.ID == id {
			return s
		}
	}
	return nil
}
