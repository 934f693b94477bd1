package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// dataReset: the transfer was under way, and somebody cut it off.
func dataReset(s *subject) *Finding {
	if s.t == nil || s.t.Outcome != session.OutcomeAborted || s.t.Data == nil || !s.opened() || s.frozen() != nil {
		return nil
	}
	if abor := s.abor(); abor != nil {
		return s.calledOff(abor)
	}
	end, ok := s.cut()
	gone := s.parted()
	switch {
	case s.t.Reply == nil && s.dataDone().Yes() && gone.Yes() && gone.host == client:
		return nil // it waited in vain for the last reply
	case s.t.Reply == nil && s.dataDone().Yes() && gone.Yes():
		return s.leftWithoutWord(gone)
	case !ok, s.t.Reply != nil && end.host == client && !end.rst && (s.flows()[0].from == client || sooner(s.t.Reply.Seen, end.Seen)):
		return s.givenUp() // the client's FIN ends an upload in order, or follows what the server said
	case end.rst && s.forged(end):
		return s.cutByBox(end)
	}
	return s.cutByHost(end)
}

// abor is the ABOR that called the transfer off, or nil.
func (s *subject) abor() *session.Command {
	if !s.t.Aborted || s.t.Command == nil {
		return nil
	}
	for i := range s.Commands {
		if c := &s.Commands[i]; c.Verb == "ABOR" && sooner(s.t.Command.Seen, c.Seen) {
			return c
		}
	}
	return nil
}

// cut is what ended the data connection: a RST goes before the FIN that it may
// have followed at once. False where nothing ended it before the last reply and
// the end of the session.
func (s *subject) cut() (hangup, bool) {
	const sameMoment = 50 * time.Millisecond
	var first hangup
	for _, e := range s.endings() {
		switch {
		case e.ctl:
		case !first.Yes():
			first = e
		case e.rst && !first.rst && e.host == first.host && e.Time.Sub(first.Time) <= sameMoment:
			return e, true // a program that closes with bytes unread
		}
	}
	return first, first.Yes()
}

// forged reports whether a RST does not look like one of the host in whose name
// it was sent: it came from another distance, or that host went on sending.
func (s *subject) forged(e hangup) bool {
	h := &s.conn().Half[s.turned(e.host)]
	return s.otherDistance(h) || s.wentOn(h)
}

// otherDistance reports whether the RST of a side came from another distance than
// its other packets. A host may begin with another TTL for RST, so the distance
// counts, not the TTL.
func (s *subject) otherDistance(h *ftp.Half) bool {
	w := h.Wire
	return w.RSTTTL != 0 && w.TTLMin != 0 && (hops(w.RSTTTL) < hops(w.TTLMax) || hops(w.RSTTTL) > hops(w.TTLMin))
}

// wentOn reports whether a side sent new data after its own RST.
func (s *subject) wentOn(h *ftp.Half) bool {
	const late = 50 * time.Millisecond // what overtakes it is not meant
	return h.RST.Yes() && !s.conn().Thinned && h.Progress.Yes() && h.Progress.Time.Sub(h.RST.Time) > late
}

// calledOff: the client sent ABOR.
func (s *subject) calledOff(abor *session.Command) *Finding {
	f := s.finding(DataReset, Note)
	f.key += " abor"
	f.Headline = "The client called the transfer off with ABOR"
	f.Observation = Statement{fmt.Sprintf("ABOR %s after the %s command; %s passed in all", Duration(abor.Seen.Time.Sub(s.t.Command.Seen.Time)), s.wanted(), count(int(s.t.Data.Bytes), "byte")), Certain}
	f.Location = Place{Statement{"the client, which sent the command", Certain}, AtClient}
	f.Cause = Statement{"the user or the client's program wanted no more of it", Likely}
	f.Evidence = append(s.opening(), Evidence{abor.Seen, "the client sends ABOR"})
	f.Evidence = append(f.Evidence, s.wordEvidence()...)
	for _, r := range abor.Replies {
		if s.t.Reply == nil || s.t.Reply.Seen != r.Seen {
			f.Evidence = append(f.Evidence, replied(&r))
		}
	}
	f.Unknown = []string{"why the client gave up"}
	f.Filter = s.dataFilter()
	return f
}

// cutByBox: a RST in the name of a host, but not of that host.
func (s *subject) cutByBox(e hangup) *Finding {
	h := &s.conn().Half[s.turned(e.host)]
	who := s.called(e.host)
	f := s.finding(DataReset, Error)
	f.key += " box " + who
	f.Headline = fmt.Sprintf("Something on the path cut the data connection in the name of %s", who)
	var why []string
	if s.otherDistance(h) {
		why = append(why, fmt.Sprintf("its TTL is %d, that of the other packets of %s is %s", h.Wire.RSTTTL, who, ttls(h.Wire.TTLMin, h.Wire.TTLMax)))
	}
	if s.wentOn(h) {
		why = append(why, fmt.Sprintf("%s sent more data %s later", who, Duration(h.Progress.Time.Sub(h.RST.Time))))
	}
	f.Observation = Statement{fmt.Sprintf("RST in the name of %s after %s; %s", who, s.amount(e.Time), strings.Join(why, "; ")), Certain}
	f.Location = Place{Statement{fmt.Sprintf("a box on the way to %s, or one that uses its address: hardly %s itself", who, who), Likely}, towards(e.host)}
	if s.otherDistance(h) && hops(h.Wire.RSTTTL) < hops(h.Wire.TTLMax) {
		f.Location = Place{Statement{fmt.Sprintf("a box between, in the name of %s: it is nearer than %s by hops", who, who), Likely}, Middle}
	}
	f.Cause = Statement{"a firewall, a proxy or an inspecting gateway on the path ended the connection, by a rule about its content, its size or its duration", Likely}
	f.Evidence = append(s.opening(), s.endEvidence(e))
	f.Evidence = append(f.Evidence, s.wordEvidence()...)
	f.Unknown = []string{
		"what in the transfer made the box act",
		fmt.Sprintf("whether %s got a RST as well", s.called(e.host.Other())),
	}
	f.Next = s.captureAtOther(e.host)
	f.Remedies = s.remedies(fixStrict)
	f.Filter = s.dataFilter()
	return f
}

// amount says how much had passed when the connection was ended.
func (s *subject) amount(end ftp.Time) string {
	return fmt.Sprintf("%s, %s after the connection opened", count(int(s.t.Data.Bytes), "byte"), Duration(end.Sub(s.conn().First.Time)))
}

// cutByHost: a host, or a box right in front of it, ended the data connection.
func (s *subject) cutByHost(e hangup) *Finding {
	who := s.called(e.host)
	sender := s.flows()[0].from
	f := s.finding(DataReset, Error)
	f.key += " " + who
	verb, act := "closed", "FIN"
	if e.rst {
		verb, act = "reset", "RST"
	}
	f.Headline = fmt.Sprintf("%s %s the data connection in the middle of the transfer", capital(who), verb)
	f.Observation = Statement{fmt.Sprintf("%s of %s after %s", act, who, s.amount(e.Time)), Certain}
	if e.host == sender && !e.rst {
		f.Observation.Text += ", and no word that the transfer was complete"
		if due := s.t.Due; s.t.Data.Bytes < due {
			f.Observation.Text += fmt.Sprintf("; by the server's own words there were %s to send", count(int(due), "byte"))
		}
	}
	f.Location = Place{Statement{who + ", which closed in order", Likely}, placeOf(e.host)}
	f.Evidence = append(s.opening(), s.endEvidence(e))
	f.Evidence = append(f.Evidence, s.wordEvidence()...)
	if e.rst {
		f.Location.Text = who + " itself, or a box right in front of it: both are as many hops away"
		if w := s.conn().Half[s.turned(e.host)].Wire; w.RSTTTL == 0 || w.TTLMin == 0 {
			f.Location = s.beyond(e.host)
		}
		f.Unknown = []string{fmt.Sprintf("whether %s sent the RST or something on the path that looks like it", who)}
	}
	if who != name(e.host) {
		f.Location.Where = Unknown
	}
	s.explainEnd(f, e)
	s.tellRepeats(f)
	f.Next = s.captureAtOther(e.host)
	f.Filter = s.dataFilter()
	return f
}

// explainEnd says why a host may have ended the data connection: by what else it
// did, by what the server said, and by its banner.
func (s *subject) explainEnd(f *Finding, e hangup) {
	f.Cause = Statement{fmt.Sprintf("the program on %s gave up the transfer; nothing on the wire says why", s.called(e.host)), Possible}
	if a := s.lastAlert(); a != nil {
		f.Evidence = append(f.Evidence, Evidence{a.Seen, alertText(s.called(s.turned(a.From)), *a)})
		if a.Level == 2 {
			f.Cause = Statement{fmt.Sprintf("%s ended TLS with the fatal alert %s", s.called(s.turned(a.From)), alertName(a.Description)), Likely}
			return
		}
	}
	if left, ok := s.leftTogether(e); ok {
		f.Evidence = append(f.Evidence, s.endEvidence(left))
		f.Observation.Text += fmt.Sprintf("; %s ended the control connection %s", name(e.host), apart(left.Time.Sub(e.Time)))
		f.Cause = Statement{fmt.Sprintf("the program on %s ended, or was stopped: both of its connections went at the same moment", name(e.host)), Likely}
		f.Unknown = append(f.Unknown, "whether a person, a time limit or a crash ended the program")
		return
	}
	if e.host == client {
		f.Cause.Text = "the client's program wanted no more of the file, or failed while it worked on it; nothing on the wire says why"
	}
	if r := s.reply(); r != nil && r.Code >= 400 {
		if e.host == server {
			f.Cause = Statement{"the server's own words: " + said(r), Likely}
			return
		}
		f.Unknown = append(f.Unknown, fmt.Sprintf("more than the server's reply %d says, which only tells that the connection ended", r.Code))
	}
}

// leftTogether is how the same host ended the control connection at the same
// moment; false if it did not, or the other host did first.
func (s *subject) leftTogether(e hangup) (hangup, bool) {
	const moment = 250 * time.Millisecond
	for _, o := range s.endings() {
		if o.ctl && o == s.parted() && o.host == e.host && o.Time.Sub(e.Time).Abs() <= moment && s.t.Reply == nil {
			return o, true
		}
	}
	return hangup{}, false
}

// apart says how far two moments lie apart.
func apart(d time.Duration) string {
	if d.Abs() < time.Millisecond {
		return "at the same moment"
	}
	if d < 0 {
		return Duration(-d) + " before"
	}
	return Duration(d) + " later"
}

// givenUp: nobody closed the data connection, and still the transfer is over.
func (s *subject) givenUp() *Finding {
	f := s.finding(DataReset, Error)
	f.Observation = Statement{count(int(s.t.Data.Bytes), "byte") + " passed on the data connection", Certain}
	f.Evidence = append(s.opening(), s.wordEvidence()...)
	f.Filter = s.dataFilter()
	if r := s.reply(); r != nil {
		f.Headline = "The server ended the transfer with " + headlined(r)
		f.Location = Place{Statement{"the server, which said so", Certain}, AtServer}
		f.Cause = Statement{"the server's own words: " + said(r), Likely}
		f.Next = s.captureAtOther(server)
		return f
	}
	end := s.parted()
	if !end.Yes() {
		return nil
	}
	f.key += " control " + name(end.host)
	f.Headline = fmt.Sprintf("%s ended the session in the middle of the transfer", capital(name(end.host)))
	f.Observation.Text += fmt.Sprintf("; %s ended the control connection", name(end.host))
	f.Location = s.beyond(end.host)
	f.Cause = Statement{fmt.Sprintf("the program on %s gave up or was stopped; nothing on the wire says why", name(end.host)), Possible}
	f.Evidence = append(f.Evidence, s.endEvidence(end))
	f.Next = s.captureAtOther(end.host)
	return f
}

// leftWithoutWord: all data arrived, and the server ended the session in place of a
// reply.
func (s *subject) leftWithoutWord(end hangup) *Finding {
	f := s.finding(DataReset, Error)
	f.key += " wordless"
	f.Headline = "The server ended the session without a reply to the transfer"
	after := end.Time.Sub(s.dataDone().Time)
	when := Duration(after) + " later"
	if after < 0 {
		when = Duration(-after) + " before that"
	}
	f.Observation = Statement{fmt.Sprintf("%s passed, and the data connection was closed in order; %s the server ended the control connection without a reply", count(int(s.t.Data.Bytes), "byte"), when), Certain}
	f.Location = Place{Statement{"the server, which closed in order", Likely}, AtServer}
	if end.rst {
		f.Location = s.beyond(server)
	}
	f.Cause = Statement{"the server's program gave up or failed; nothing on the wire says why", Possible}
	f.Evidence = append(s.opening(), Evidence{s.dataDone(), "the data connection is closed in order"}, s.endEvidence(end))
	f.Unknown = []string{"whether the server has, or sent, the whole file"}
	f.Next = "look at the server's log at that time"
	f.Filter = s.dataFilter()
	return f
}
