package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// controlLost: the data is complete, and the last word of the server does not get
// through: the control connection, idle meanwhile, is dead.
func controlLost(s *subject) *Finding {
	if s.t == nil || s.Control == nil || s.t.Outcome == session.OutcomeRejected {
		return nil
	}
	done := s.dataDone()
	if !done.Yes() {
		return nil
	}
	closed := closing(s.flows()[0].sent) // the reply may pass before the end of the data is acknowledged
	if s.laterData(closed) {
		return nil
	}
	switch {
	case s.finalReplyStuck(done):
		return s.finalReplyLost(done)
	case s.finalReplyCut(done):
		return s.cutAtReply(done)
	case s.t.Reply != nil || s.Control.Half[server].LastData.Time.After(closed.Time) || s.unread(closed):
		return nil // something came
	}
	if e, ok := s.resetAfter(done); ok {
		return s.clientReset(done, e)
	}
	if u, ok := s.clientUnheard(done); ok {
		return s.clientAlone(done, u)
	}
	const long = 10 * time.Second
	if !s.Encrypted && s.Now.Sub(done.Time) >= long && s.clientWaits(done) {
		return s.nothingSaid(done)
	}
	return nil
}

// dataDone is where the data connection was closed in order and all its bytes had
// arrived; the zero Seen if it was not, or nobody can tell.
func (s *subject) dataDone() ftp.Seen {
	flows := s.flows()
	if len(flows) == 0 {
		return ftp.Seen{}
	}
	sent, got := flows[0].sent, flows[0].got
	end := closing(sent)
	switch {
	case !end.Yes() || sent.Acked < sent.Bytes, sent.Bytes < s.t.Due,
		sent.RST.Yes() && sooner(sent.RST, end), got.RST.Yes() && sooner(got.RST, end),
		!closing(got).Yes() && !got.RST.Yes(),
		closing(got).Yes() && sooner(closing(got), end): // the receiver gave up first
		return ftp.Seen{}
	case flows[0].c.Thinned && sent.Farewell == nil:
		return end
	}
	return arrived(sent, end)
}

// arrived is where the end of what a side sent got through. That is where it
// closed; if the close or bytes before it had to come again, it is where they were
// acknowledged; the zero Seen if they were not.
func arrived(sent *ftp.Half, end ftp.Seen) ftp.Seen {
	again, taken := sooner(end, sent.LastData), sent.Confirmed
	if b := sent.Farewell; end == sent.FIN && b != nil {
		again, taken = true, b.Taken
	}
	switch {
	case again && !taken.Yes():
		return ftp.Seen{}
	case again && sooner(end, taken):
		return taken
	}
	return end
}

// doneEvidence is the evidence of dataDone.
func (s *subject) doneEvidence(done ftp.Seen) Evidence {
	if done != closing(s.flows()[0].sent) {
		return Evidence{done, "the data is complete: the end of it, sent more than once, is acknowledged"}
	}
	return Evidence{done, "the data is complete: its sender closes the data connection"}
}

// unread reports whether the client acknowledged something of the server after that,
// and the capture lacks some of what it said: perhaps the last reply.
func (s *subject) unread(done ftp.Seen) bool {
	h := &s.Control.Half[server]
	return h.Missing > 0 && h.Confirmed.Time.After(done.Time)
}

// laterData reports whether another transfer of the session began after that.
func (s *subject) laterData(done ftp.Seen) bool {
	for _, t := range s.Transfers {
		if t != s.t && t.Start().After(done.Time) {
			return true
		}
	}
	return false
}

// finalReplyStuck reports whether what the server said after the data was sent
// again and again in vain.
func (s *subject) finalReplyStuck(done ftp.Seen) bool {
	st := &s.Control.Half[server].Stuck
	data := s.flows()[0].sent.LastData
	return st.First.Yes() && st.Repeats >= 2 && !sooner(st.First, data) && (s.t.Reply == nil || s.t.Reply.Seen.Frame >= st.First.Frame || s.t.Reply.Seen.Time.After(done.Time))
}

// idleControl is how long nothing had passed on the control connection by the end
// of the data.
func (s *subject) idleControl(done ftp.Seen) time.Duration {
	var at ftp.Time
	seen := []ftp.Seen{s.Control.Half[client].Confirmed, s.Control.Half[server].Confirmed, s.Control.Half[client].LastData}
	if s.t.Prelim != nil {
		seen = append(seen, s.t.Prelim.Seen)
	}
	if s.t.Command != nil {
		seen = append(seen, s.t.Command.Seen)
	}
	for _, x := range seen {
		if x.Yes() && x.Time.Before(done.Time) && x.Time.After(at) {
			at = x.Time
		}
	}
	if at.IsZero() {
		return 0
	}
	return done.Time.Sub(at)
}

// idleAtAll is how long a control connection is idle at least that a firewall may
// have forgotten for that.
const idleAtAll = 2 * time.Second

// lost begins the finding for all views.
func (s *subject) lost(done ftp.Seen) *Finding {
	f := s.finding(ControlLost, Warning)
	idle := s.idleControl(done)
	f.Cause = Statement{fmt.Sprintf("a firewall or NAT on the way forgot the control connection, which was idle for %s while the data flowed", Duration(idle)), Possible}
	if idle >= idleLong {
		f.Cause.Confidence = Likely
	}
	f.Evidence = append(s.opening(), s.doneEvidence(done))
	f.Remedies = s.remedies(fixKeepAlive, fixIdle)
	if idle < idleAtAll {
		f.Cause = Statement{"something on the way lets the packets of the control connection pass no more, or holds this line back; it was not idle before", Possible}
		f.Remedies = s.remedies(fixRouting, fixHelperOff)
	}
	f.Filter = s.bothFilter()
	return f
}

// finalReplyLost is the view of the server's side.
func (s *subject) finalReplyLost(done ftp.Seen) *Finding {
	st := &s.Control.Half[server].Stuck
	f := s.lost(done)
	f.key += " reply"
	f.Headline = "The data is complete, but the server's last reply does not reach the client"
	what := "the server's last reply"
	if r := s.t.Reply; r != nil {
		what = said(r)
	}
	f.Observation = Statement{fmt.Sprintf("%s was sent and repeated %s in %s without an acknowledgment; the control connection had been idle for %s", what, times(st.Repeats), Duration(lastSent(st).Sub(st.First.Time)), Duration(s.idleControl(done))), Certain}
	f.Location = s.beyond(client)
	f.Cause.Confidence = Likely
	f.Evidence = append(f.Evidence, Evidence{st.First, "the server sends " + what})
	for _, r := range st.Repeated {
		f.Evidence = append(f.Evidence, Evidence{r, "the server sends it again"})
	}
	f.Unknown = []string{
		"which box on the way forgot the connection",
		"whether the reply is lost on its way there or the acknowledgment on its way back",
	}
	f.Next = s.captureAtOther(client)
	return f
}

// finalReplyCut reports whether a box on the way answered the server's last reply by
// RST.
func (s *subject) finalReplyCut(done ftp.Seen) bool {
	r, h := s.t.Reply, &s.Control.Half[client]
	return r != nil && h.RST.Yes() && sooner(r.Seen, h.RST) && h.RST.Time.Sub(r.Seen.Time) <= atOnce && !h.LastData.Time.After(done.Time) && s.otherDistance(h)
}

// cutAtReply is the view of the server's side where its last reply is answered by
// RST.
func (s *subject) cutAtReply(done ftp.Seen) *Finding {
	r, h := s.t.Reply, &s.Control.Half[client]
	f := s.lost(done)
	f.key += " cut"
	f.Headline = "The data is complete, but the control connection was cut at the server's last reply"
	f.Observation = Statement{fmt.Sprintf("%s was answered by a RST in the name of the client with TTL %d, where its other packets have %s; the control connection had been idle for %s", said(r), h.Wire.RSTTTL, ttls(h.Wire.TTLMin, h.Wire.TTLMax), Duration(s.idleControl(done))), Certain}
	f.Location = s.intruder(client)
	f.Cause.Confidence = Likely
	f.Evidence = append(f.Evidence, Evidence{r.Seen, "the server replies " + said(r)}, Evidence{h.RST, "RST in the name of the client"})
	f.Unknown = []string{"which box on the way it is", "whether the reply reached the client"}
	f.Next = s.captureAtOther(client)
	return f
}

// resetAfter is a RST in the server's name on the control connection after the
// data was complete; false if there was none, or the client had said good-bye.
func (s *subject) resetAfter(done ftp.Seen) (ftp.Seen, bool) {
	rst := s.Control.Half[server].RST
	asked := s.Control.Half[client].LastPacket
	left := s.Control.Half[client].FIN.Yes() && sooner(s.Control.Half[client].FIN, rst) && !s.otherDistance(&s.Control.Half[server])
	if !rst.Yes() || !rst.Time.After(done.Time) || !asked.Time.After(done.Time) || left {
		return ftp.Seen{}, false
	}
	return rst, true
}

// clientReset is the view of the client's side where the next packet is answered
// by RST.
func (s *subject) clientReset(done, rst ftp.Seen) *Finding {
	f := s.lost(done)
	f.key += " reset"
	f.Headline = "The data is complete, but the control connection was reset before the last reply"
	f.Observation = Statement{fmt.Sprintf("no reply after the data was complete; %s later a RST in the name of the server", Duration(rst.Time.Sub(done.Time))), Certain}
	f.Location = s.beyond(server)
	f.Evidence = append(f.Evidence, Evidence{rst, "RST in the name of the server on the control connection"})
	f.Unknown = []string{"whether the server or a box on the way sent the RST", "whether the server ever sent its last reply"}
	if h := &s.Control.Half[server]; s.otherDistance(h) {
		f.Observation.Text += fmt.Sprintf(" with TTL %d, where its other packets have %s", h.Wire.RSTTTL, ttls(h.Wire.TTLMin, h.Wire.TTLMax))
		f.Cause.Confidence = Likely
	}
	f.Next = s.captureAtOther(server)
	return f
}

// unreplied is what the client sent on the control connection and nobody answered.
type unreplied struct {
	first, last ftp.Seen
	what        string
}

// clientUnheard is that after the data was complete; false if there was nothing.
func (s *subject) clientUnheard(done ftp.Seen) (unreplied, bool) {
	const several = 500 * time.Millisecond
	h, silent := &s.Control.Half[client], s.Control.Half[server].LastPacket
	switch st := &h.Stuck; {
	case st.First.Yes() && st.Repeats >= 2 && st.First.Time.After(done.Time):
		return unreplied{st.First, st.Repeated[len(st.Repeated)-1], fmt.Sprintf("%s that it sent then and repeated %s", count(st.Length, "byte"), times(st.Repeats))}, true
	case h.FIN.Yes() && h.FIN.Time.After(done.Time) && !silent.Time.After(h.FIN.Time) && h.LastPacket.Time.Sub(h.FIN.Time) >= several:
		return unreplied{h.FIN, h.LastPacket, fmt.Sprintf("its FIN, sent for %s", Duration(h.LastPacket.Time.Sub(h.FIN.Time)))}, true
	case h.Probes >= 3 && h.LastProbe.Time.After(done.Time) && h.LastProbe.Time.After(silent.Time):
		return unreplied{h.LastProbe, h.LastProbe, "its keep-alive probes"}, true
	}
	return unreplied{}, false
}

// shortly is how long a host may be silent for without being gone.
const shortly = time.Second

// clientAlone is the view of the client's side where nothing is answered.
func (s *subject) clientAlone(done ftp.Seen, u unreplied) *Finding {
	f := s.lost(done)
	f.key += " silence"
	f.Headline = "The data is complete, but the server is silent on the control connection"
	f.Observation = Statement{fmt.Sprintf("after the data was complete the client waited %s for the reply; it got none, and no answer to %s; the control connection had been idle for %s", Duration(u.first.Time.Sub(done.Time)), u.what, Duration(s.idleControl(done))), Certain}
	f.Location = s.beyond(server)
	f.Evidence = append(f.Evidence, Evidence{u.first, "the client sends on the control connection"}, Evidence{u.last, "and again, without an answer"})
	f.Unknown = []string{
		"whether the server sent its last reply, which would be 226",
		fmt.Sprintf("whether the server's host is still up: after frame %d no packet of it was captured", s.lastOfServer().Frame),
	}
	if rest := s.Now.Sub(u.last.Time); s.Now.Sub(u.first.Time) < shortly {
		ends := "right"
		if rest >= time.Millisecond {
			ends = Duration(rest)
		}
		f.Observation.Text += fmt.Sprintf("; the capture ends %s after that", ends)
		f.Cause.Confidence = Possible
	}
	f.Next = s.captureAtOther(server)
	return f
}

// lastOfServer is the last packet of the server on either connection.
func (s *subject) lastOfServer() ftp.Seen {
	last := s.Control.Half[server].LastPacket
	if own := s.conn().Half[s.turned(server)].LastPacket; sooner(last, own) {
		last = own
	}
	return last
}

// clientWaits reports whether the client sent nothing after the data either.
func (s *subject) clientWaits(done ftp.Seen) bool {
	h := &s.Control.Half[client]
	return !h.LastData.Time.After(done.Time) && !h.FIN.Yes() && !h.RST.Yes() && !s.Control.Half[server].FIN.Yes()
}

// nothingSaid: nobody said anything any more before the capture ended.
func (s *subject) nothingSaid(done ftp.Seen) *Finding {
	f := s.lost(done)
	f.key += " nothing"
	f.Headline = "The data is complete, but no last reply of the server came"
	f.Observation = Statement{fmt.Sprintf("no reply in the %s between the end of the data and the end of the capture", Duration(s.Now.Sub(done.Time))), Certain}
	f.Location = s.before(server)
	f.Cause = Statement{"either the server is still busy with the file, or its reply is lost because something on the way forgot the control connection", Possible}
	f.Unknown = []string{"whether the server sent its last reply", "whether the control connection still works: the client sent nothing on it"}
	f.Next = s.captureAtOther(server)
	return f
}
