package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/session"
)

// zeroWindowStall: the receiver closed its window. It is slow, and the network is
// well.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.8.6
func zeroWindowStall(s *subject) *Finding {
	const least = time.Second
	if s.t == nil || s.t.Outcome == session.OutcomeRejected {
		return nil
	}
	for _, f := range s.flows() {
		closed := f.got.Closed
		if closed.Total < least || closed.Total*2 < s.quiet() || !f.standsClosed() || s.cutSooner(f) {
			continue
		}
		return s.notReading(f)
	}
	return nil
}

// standsClosed reports whether nothing more got through after the window was
// closed, and the sender, where it probed it, was answered.
func (f flow) standsClosed() bool {
	closed := f.got.Closed
	if f.sent.Confirmed.Time.After(closed.Last.Time) || f.reopened() {
		return false
	}
	if f.sent.Probes > 0 && closed.Probes == 0 {
		return false
	}
	const patience = 3 // times what a host waits between two probes at least
	last := f.sent.LastProbe
	return !last.Yes() || !last.Time.After(closed.Last.Time.Add(patience*closed.Total))
}

// reopened reports whether the receiver said after all that it has room.
func (f flow) reopened() bool {
	last := f.got.LastPacket
	return last.Time.After(f.got.Closed.Last.Time) && last != f.got.RST && last != f.got.FIN
}

// cutSooner reports whether the connection was reset by a box between, or before either
// side would lose patience with a closed window.
func (s *subject) cutSooner(f flow) bool {
	const patience = 5 * time.Second
	end, ok := s.cut()
	return ok && end.rst && (s.forged(end) || f.got.Closed.Total < patience)
}

func (s *subject) notReading(f flow) *Finding {
	to, _ := f.to()
	closed := f.got.Closed
	out := s.finding(ZeroWindowStall, Warning)
	out.key += " " + name(to)
	out.Headline = fmt.Sprintf("%s stopped reading the data: its receive window was closed for %s", capital(s.called(to)), Duration(closed.Total))
	out.Observation = Statement{fmt.Sprintf("%s advertised a receive window of 0 for %s in all", s.called(to), Duration(closed.Total)), Certain}
	if closed.Probes > 0 {
		out.Observation.Text += fmt.Sprintf(" and answered %s of %s with it: the path between them works", count(closed.Probes, "probe"), s.called(f.from))
	}
	out.Location = Place{Statement{s.called(to) + ", whose packets say that they have no room", Likely}, placeOf(to)}
	out.Cause = Statement{fmt.Sprintf("the program that receives on %s does not read: a slow or full disk, a virus scanner, a program that waits", s.called(to)), Likely}
	out.Evidence = []Evidence{
		{closed.First, s.called(to) + " closes its receive window"},
		{closed.Last, s.called(to) + " still has no room"},
	}
	if f.sent.LastProbe.Yes() {
		out.Evidence = append(out.Evidence, Evidence{f.sent.LastProbe, s.called(f.from) + " asks whether there is room"})
	}
	out.Unknown = []string{
		"what keeps the program from reading",
		"whether a proxy on the path ends the connection in the name of " + s.called(to),
	}
	out.Next = fmt.Sprintf("on %s, look at the load of the disk and at what the program does while the transfer stands still", s.called(to))
	out.Filter = s.dataFilter()
	return out
}
