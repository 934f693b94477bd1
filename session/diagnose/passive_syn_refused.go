package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// latePort is how long after its announcement a passive port may well be closed
// again: vsftpd waits for a connection so long.
const latePort = 60 * time.Second

// passiveRefused: a RST that may well be the server's own answers the client:
// nobody listens on the port that the server named, or a filter says so.
func passiveRefused(s *subject) *Finding {
	c, a, ok := s.turnedDown()
	if !ok || !s.passive() || a.Kind != ftp.AnswerRST {
		return nil // answered by ICMP, or not at all
	}
	to := c.Ends[ftp.Listener]
	who := s.answered(c, a, server)
	f := s.finding(PassiveRefused, Error)
	f.key += fmt.Sprintf(" %s %s", to.Addr(), who.Where)
	f.Headline = fmt.Sprintf("%s was refused when it connected to %s for data", s.connector(), s.aim(to))
	f.Observation = Statement{s.answeredText(c, a, who), Certain}
	f.Location = who.Place
	f.Evidence = append(s.handshakeEvidence(), s.gaveUpEvidence(a.Time)...)
	f.Unknown = who.unknown
	f.Next = s.retryElsewhere(to)
	f.Remedies = s.remedies(s.fixesForClosedPort(c)...)
	f.Filter = s.dataFilter()
	newer := s.replaced()
	switch {
	case newer.Yes():
		f.key += " replaced"
		f.Cause = Statement{fmt.Sprintf("a newer announcement had replaced port %d before the client connected to it", to.Port()), Likely}
		f.Evidence = append(f.Evidence, newer)
		f.Next, f.Remedies = "", nil
		if s.replacedWell() {
			f.Severity = Warning
		}
	case s.endedBefore(c.First):
		f.Cause = Statement{"the control connection had ended by then, and the server's port with it", Likely}
		f.Next, f.Remedies = "", nil
	case s.givenUpBefore(c.First):
		f.key += " late"
		f.Cause = Statement{fmt.Sprintf("the server had replied %s before the client connected, and did not wait for it any more", said(s.reply())), Likely}
		f.Evidence = append(f.Evidence, replied(s.reply()))
		f.Unknown = []string{"why the client connected so late"}
		f.Next, f.Remedies = "look in the client's log what it did between the announcement and its connection", nil
	case !s.toServer(to):
		f.Cause = Statement{fmt.Sprintf("the server does not listen at %s: the client reaches it at %s", to, s.Server.Addr()), Likely}
	case s.late(c) > 0:
		f.Cause = Statement{fmt.Sprintf("the client connected %s after the announcement, and the server had stopped waiting for it", Duration(s.late(c))), Possible}
		f.Remedies = s.remedies(fixTimeouts)
	case s.on(server):
		f.Cause = Statement{fmt.Sprintf("the server's program does not listen on port %d any more, or the packet filter of its host answers so", to.Port()), Likely}
	default:
		f.Cause = Statement{fmt.Sprintf("the server does not listen on port %d any more, a NAT in front of it does not pass this port on, or a packet filter answers so", to.Port()), Likely}
	}
	if open := s.reachedText(to.Addr()); open != "" {
		f.Observation.Text += "; in this session it did accept at " + open
	}
	return f
}

// replaced is the announcement that took the place of the transfer's before the
// client connected; the zero Evidence if none did.
func (s *subject) replaced() Evidence {
	for _, t := range s.Transfers {
		a := t.Announcement
		if a == nil || t == s.t || s.t.Announcement == nil || a.Accepted == nil || !*a.Accepted || t.Mode != ftp.ModePassive {
			continue
		}
		if a.Seen.Time.After(s.t.Announcement.Seen.Time) && a.Seen.Time.Before(s.t.Data.First.Time) {
			return announces(a)
		}
	}
	return Evidence{}
}

// replacedWell reports whether a later transfer of the session went well.
func (s *subject) replacedWell() bool {
	after := false
	for _, t := range s.Transfers {
		if t == s.t {
			after = true
		} else if other := (subject{t: t}); after && other.completed() {
			return true
		}
	}
	return false
}

// endedBefore reports whether the control connection had ended before something
// happened.
func (s *subject) endedBefore(what ftp.Seen) bool {
	p := s.parted()
	return p.Yes() && p.Time.Before(what.Time)
}

// givenUpBefore reports whether the server had said that there was no data connection
// before something happened.
func (s *subject) givenUpBefore(what ftp.Seen) bool {
	r := s.reply()
	return r != nil && r.Code >= 400 && sooner(r.Seen, what)
}

// late is how long after the announcement the client connected, if that is so
// long that the port may be closed again; else 0.
func (s *subject) late(c *ftp.Conn) time.Duration {
	if a := s.t.Announcement; a != nil {
		if after := c.First.Time.Sub(a.Seen.Time); after >= latePort {
			return after
		}
	}
	return 0
}

// fixesForClosedPort are what helps where nobody listens on a passive port.
func (s *subject) fixesForClosedPort(c *ftp.Conn) []fix {
	switch to := c.Ends[ftp.Listener]; {
	case !s.toServer(to):
		return []fix{fixExternalAddress, fixUseEPSV, fixIgnoreAddress}
	case s.on(server):
		return []fix{fixServerFilter}
	}
	return []fix{fixPassiveRange, fixServerFilter}
}
