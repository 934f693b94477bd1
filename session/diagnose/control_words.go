package diagnose

import (
	"fmt"
	"iter"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// sooner reports whether a was seen before b, by time and then by the order of
// frames.
func sooner(a, b ftp.Seen) bool {
	if !a.Time.Equal(b.Time) || a.Capture != b.Capture {
		return a.Time.Before(b.Time)
	}
	return a.Frame < b.Frame
}

// speaks is where replies of the server come from: a box may answer in its name.
func (s *subject) speaks() Place {
	if s.on(server) {
		return Place{Statement{"the server, where this was captured", Likely}, AtServer}
	}
	return Place{Statement{"the server, or a box on the way that answers in its name", Likely}, BeyondServer}
}

// intruder is where a RST comes from that passed more or fewer routers than the
// other packets of the side in whose name it was sent.
func (s *subject) intruder(side ftp.Side) Place {
	w := s.Control.Half[side].Wire
	if hops(w.RSTTTL) < hops(w.TTLMax) {
		return Place{Statement{fmt.Sprintf("a box between, in the name of %s: it is nearer than %s by hops", name(side), name(side)), Likely}, Middle}
	}
	return Place{Statement{fmt.Sprintf("another machine than the one whose packets came in the name of %s before: it is farther away", name(side)), Likely}, towards(side)}
}

// otherForm is another way to announce a data connection than that of the
// transfer.
func (s *subject) otherForm() fix {
	switch {
	case s.active():
		return fixUsePassive
	case s.t != nil && verbOf(s.t) == "EPSV":
		return fixUsePASV
	}
	return fixUseEPSV
}

// ttls is a range of TTLs in a sentence.
func ttls(low, high uint8) string {
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// roundTrip is how long the handshake of the control connection took, from SYN to
// ACK; 0 where it was not seen.
func (s *subject) roundTrip() time.Duration {
	c := s.Control
	if len(c.SYNs) == 0 || !c.Established.Yes() {
		return 0
	}
	return max(c.Established.Time.Sub(c.SYNs[len(c.SYNs)-1].Time), 0)
}

// replies are all replies of the server in order of capture, the greeting
// excepted.
func (s *subject) replies() iter.Seq[*session.Reply] {
	return func(yield func(*session.Reply) bool) {
		for i := range s.Unsolicited {
			if !yield(&s.Unsolicited[i]) {
				return
			}
		}
		for i := range s.Commands {
			for j := range s.Commands[i].Replies {
				if !yield(&s.Commands[i].Replies[j]) {
					return
				}
			}
		}
	}
}

// lastReply is the reply that came last, or nil.
func (s *subject) lastReply() *session.Reply {
	var last *session.Reply
	for r := range s.replies() {
		if last == nil || sooner(last.Seen, r.Seen) {
			last = r
		}
	}
	return last
}

// isTransfers reports whether a reply belongs to a transfer: to its announcement
// or its command.
func (s *subject) isTransfers(r *session.Reply) bool {
	for _, t := range s.Transfers {
		if t.Reply != nil && t.Reply.Seen == r.Seen || t.Announcement != nil && t.Announcement.Reply != nil && t.Announcement.Reply.Seen == r.Seen {
			return true
		}
	}
	return false
}

// commandAt is the command of the session that was seen there, or nil.
func (s *subject) commandAt(at ftp.Seen, verb string) *session.Command {
	for i := range s.Commands {
		if c := &s.Commands[i]; c.Seen == at && c.Verb == verb {
			return c
		}
	}
	return nil
}
