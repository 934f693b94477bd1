package session_test

import (
	"testing"
	"time"
)

// The deadlines of diagnoses.md 4.3: what the capture's end left pending.
func TestPending(t *testing.T) {
	tell(t, []story{
		{
			"a SYN 0.4 s before the end", "no verdict before the deadline: what the catalogue calls pending is incomplete",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001)
				h.advance(400 * time.Millisecond)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 no-command incomplete bytes=0 client→198.51.100.20:40001 unanswered`,
		},
		{
			"three SYNs in three seconds", "at the deadline it is blocked",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).silent(3)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered`,
		},
		{
			"the sender's FIN right before the end", "the receiver had no time to acknowledge the rest",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).vain(d.server, 40).fin(server)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a incomplete download=100 client→198.51.100.20:40001 open`,
		},
		{
			"the sender's FIN long before the end", "the receiver never acknowledged the rest",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).vain(d.server, 40).fin(server)
				h.advance(4 * time.Second)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=100 client→198.51.100.20:40001 open`,
		},
		{
			"the receiver's RST right before the end", "it is cut off, whatever comes",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).rst(client)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=60 client→198.51.100.20:40001 reset`,
		},
	})
}
