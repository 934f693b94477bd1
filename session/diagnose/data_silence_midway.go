package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// dataSilence: the data connection was open, and from one moment on nothing of it
// gets through.
func dataSilence(s *subject) *Finding {
	if !s.opened() {
		return nil
	}
	frozen := s.frozen()
	switch s.t.Outcome {
	case session.OutcomeStalled:
	case session.OutcomeAborted:
		if frozen == nil && !s.orphaned() {
			return nil
		}
	case session.OutcomeIncomplete, session.OutcomeCompleted: // a server may reply before its data is through
		if frozen == nil && !s.leftOpen() {
			return nil
		}
	default:
		return nil
	}
	f := s.finding(DataSilence, Error)
	if s.t.Outcome == session.OutcomeIncomplete {
		f.Severity = Warning
	}
	f.Filter = s.dataFilter()
	f.Evidence = s.opening()
	for _, fl := range s.flows() {
		if c := fl.sent.Confirmed; c.Yes() && fl.sent.Bytes > 0 {
			f.Evidence = append(f.Evidence, Evidence{c, fmt.Sprintf("%s acknowledges the last bytes of %s that got through", s.called(fl.from.Other()), s.called(fl.from))})
		}
	}
	rejected := s.rejected()
	switch {
	case rejected != nil:
		s.rejectedMidway(f, rejected)
	case frozen != nil && frozen.sent.Stuck.First.Yes():
		s.unacknowledged(f, *frozen)
	case frozen != nil && (frozen.sent.Stuck.Yes() || s.gapAtEnd(*frozen)):
		s.gapped(f, *frozen)
	case frozen != nil:
		s.unheard(f, *frozen)
	default:
		s.nothingCame(f)
	}
	s.tellRepeats(f)
	s.howItEnded(f)
	return f
}

// tellRepeats says so where many packets of the file were sent again before the
// connection stood still: the path loses packets.
func (s *subject) tellRepeats(f *Finding) {
	const least, oneIn = 8, 20
	fl := s.flows()[0]
	if n := fl.sent.Retransmissions - fl.sent.Stuck.Repeats; n >= least && n*oneIn >= fl.sent.Packets {
		f.Observation.Text += fmt.Sprintf("; %d of the %d packets of %s repeat data: the path loses packets, and a host waits longer after each loss", n, fl.sent.Packets, s.called(fl.from))
	}
}

// frozen is the flow that stands still: bytes were sent again and again in vain,
// or what follows them passed and they did not, if only the end of the file; or so was
// that end, of a transfer that did not go well. Nil if there is none.
func (s *subject) frozen() *flow {
	const repeats, least = 3, time.Second
	enough := repeats
	if s.t.Outcome == session.OutcomeStalled {
		enough = 1 // nothing else came meanwhile
	}
	for i, f := range s.flows() {
		st := &f.sent.Stuck
		vain := st.First.Yes() && st.Repeats >= enough && lastSent(st).Sub(st.First.Time) >= least
		gap := !st.First.Yes() && st.Beyond >= repeats && s.Now.Sub(s.through(f.c)) >= least
		if vain || gap || s.gapAtEnd(f) || i == 0 && f.c.Unheard(f.end) && !s.completed() {
			found := f
			return &found
		}
	}
	return nil
}

// gapAtEnd reports whether the sender's FIN passed and bytes before it did not: the
// receiver was heard after that, and does not have them.
func (s *subject) gapAtEnd(f flow) bool {
	const least = time.Second
	fin := f.sent.FIN
	if !fin.Yes() || f.c.Thinned || f.sent.Stuck.Yes() || f.sent.Missing == 0 || !f.c.UnderWay(f.end) {
		return false
	}
	until := s.Now
	if over := f.c.Over(); over.Yes() && over.Time.Before(until) {
		until = over.Time
	}
	return f.got.LastPacket.Time.After(fin.Time) && until.Sub(fin.Time) >= least
}

// orphaned reports whether the server ended the control connection without a
// word, and its end of the data connection never passed here: a program that ends
// closes both.
func (s *subject) orphaned() bool {
	const patience = time.Second
	e := s.parted()
	if !e.Yes() || e.host != server || s.t.Reply != nil {
		return false
	}
	h := &s.conn().Half[s.turned(server)]
	return !h.FIN.Yes() && !h.RST.Yes() && s.Now.Sub(e.Time) >= patience && e.Time.Sub(s.through(s.conn())) >= patience
}

// leftOpen reports whether the receiver left after a silence, and the sender, who had not
// ended the data, did not even acknowledge that, also when it was repeated.
func (s *subject) leftOpen() bool {
	const patience, answer = 5 * time.Second, time.Second
	fl := s.flows()[0]
	left := fl.got.FIN
	if !left.Yes() || fl.c.Thinned || fl.sent.Bytes == 0 || fl.sent.FIN.Yes() || fl.sent.RST.Yes() {
		return false
	}
	vain := fl.got.LastPacket.Time.After(left.Time) || s.Now.Sub(left.Time) >= answer
	return vain && left.Time.Sub(s.through(fl.c)) >= patience && fl.sent.LastPacket.Time.Before(left.Time)
}

// rejected is the first ICMP error about the data connection after it was open
// that says that its packets are not wanted; nil if there is none.
func (s *subject) rejected() *ftp.PacketError {
	c := s.conn()
	for i := range c.Errors {
		if e := &c.Errors[i]; e.Established && !tooBig(e) {
			return e
		}
	}
	return nil
}

// rejectedMidway: a box says that it passes the packets on no more, by a rule or
// because it cannot.
func (s *subject) rejectedMidway(f *Finding, e *ftp.PacketError) {
	n := 0
	for i := range s.conn().Errors {
		if s.conn().Errors[i].From == e.From && s.conn().Errors[i].Established {
			n++
		}
	}
	about := s.turned(e.About)
	f.key += " icmp " + e.From.String()
	f.Headline = fmt.Sprintf("%s rejects the packets of the data connection in mid-transfer", e.From)
	f.Observation = Statement{fmt.Sprintf("%s sent ICMP %s about packets of %s, %s at least, when the connection had been open for %s", e.From, icmpName(e.Answer), s.called(about), times(n), Duration(e.Time.Sub(s.conn().Established.Time))), Certain}
	f.Location = Place{Statement{fmt.Sprintf("%s, which sent the ICMP message, on the way from %s to %s", e.From, s.called(about), s.called(about.Other())), Certain}, Middle}
	for _, host := range []ftp.Side{client, server} {
		if s.conn().Ends[s.turned(host)].Addr() == e.From {
			f.Location = Place{Statement{s.called(host) + ", whose address the ICMP message came from", Likely}, placeOf(host)}
		}
	}
	for i, err := range s.conn().Errors {
		if err.Established && i < 3 {
			f.Evidence = append(f.Evidence, Evidence{err.Seen, fmt.Sprintf("ICMP %s from %s", icmpName(err.Answer), err.From)})
		}
	}
	switch to := s.called(about.Other()); reasonOf(e.Answer) {
	case forbidden, unlistened:
		f.Cause = Statement{fmt.Sprintf("a packet filter on %s, or what its rules know of this connection, changed while the transfer ran", e.From), Likely}
		f.Unknown = []string{"which rule of " + e.From.String() + " applies"}
		f.Remedies = s.remedies(fixKeepOpen)
		f.Next = fmt.Sprintf("on %s, look at the counters of the rules that reject, and at its table of connections, during the next transfer", e.From)
	case circling:
		f.Headline = fmt.Sprintf("Packets of the data connection no longer find their way to %s", to)
		f.Cause = Statement{fmt.Sprintf("routers pass them around in a circle on their way to %s: a route changed while the transfer ran", to), Likely}
		f.Unknown = []string{"which route changed"}
		f.Next = fmt.Sprintf("look at the route from %s to %s, and at that of the routers behind it", e.From, to)
	default:
		f.Headline = fmt.Sprintf("%s can no longer deliver the packets of the data connection to %s", e.From, to)
		f.Cause = Statement{fmt.Sprintf("%s has no way to %s any more, or that host no longer answers; a reject rule can say so too", e.From, to), Possible}
		f.Unknown = []string{fmt.Sprintf("whether %s, a link or a route is gone, or a rule of %s says so", to, e.From)}
		f.Next = fmt.Sprintf("on %s, look whether it has a route to %s and whether that host answers, then at the rules that reject", e.From, to)
	}
}

// unacknowledged is the view of the sender's side: bytes pass here, and no
// acknowledgment comes back.
func (s *subject) unacknowledged(f *Finding, fl flow) {
	st := &fl.sent.Stuck
	from := s.called(fl.from)
	f.key += " from " + from
	f.Headline = fmt.Sprintf("The transfer froze: the data of %s is acknowledged no more", from)
	f.Observation = Statement{fmt.Sprintf("after %s the next %s of %s were repeated %s in %s without an acknowledgment", count(int(st.Offset), "byte"), count(st.Length, "byte"), from, times(st.Repeats), Duration(lastSent(st).Sub(st.First.Time))), Certain}
	f.Location = s.beyond(fl.from.Other())
	f.Evidence = append(f.Evidence, s.stuckEvidence(fl)...)
	f.Unknown = []string{
		"whether the data is lost on its way there or the acknowledgments on their way back",
		"which box on the way is at fault",
	}
	s.judgeControl(f, fl.from.Other(), st.First.Time, lastSent(st))
	if idle := st.First.Time.Sub(fl.sent.Confirmed.Time); fl.sent.Confirmed.Yes() && idle >= idleLong {
		f.Observation.Text += fmt.Sprintf("; the connection had been idle for %s before", Duration(idle))
		f.Cause = Statement{fmt.Sprintf("a firewall or NAT on the way forgets connections that are idle for %s or less", Duration(idle)), Likely}
	}
	f.Next = s.captureAtOther(fl.from.Other())
	f.Remedies = s.remedies(fixRouting)
	if fl.repeatsFullSize() && !s.fullSizePassed(fl) {
		// A capture that cannot tell the size of packets keeps mtuBlackhole silent.
		f.Cause = Statement{"either packets of full size are too large for a link of the path, or something on the way lets the packets of this connection pass no more", Possible}
		f.Remedies = s.remedies(fixMTU, fixRouting)
	}
}

// unheard is the view of the sender's side where all bytes got through and their
// end, the FIN, does not.
func (s *subject) unheard(f *Finding, fl flow) {
	from, to, fin, again := s.called(fl.from), s.called(fl.from.Other()), fl.sent.FIN, fl.sent.Farewell
	f.key += " end " + from
	f.Headline = fmt.Sprintf("The transfer froze: the end of the data of %s is not acknowledged", from)
	f.Observation = Statement{fmt.Sprintf("%s closed the data connection after %s; its FIN was repeated %s in %s without an acknowledgment", from, count(int(fl.sent.Bytes), "byte"), times(again.Repeats), Duration(again.Last.Time.Sub(fin.Time))), Certain}
	f.Location = s.beyond(fl.from.Other())
	f.Evidence = append(f.Evidence, Evidence{fin, "FIN of " + from}, Evidence{again.Last, "and again, without an acknowledgment"})
	f.Unknown = []string{
		"whether the FIN is lost on its way there or the acknowledgments on their way back",
		"which box on the way is at fault",
	}
	s.judgeControl(f, fl.from.Other(), fin.Time, again.Last.Time)
	f.Next = s.captureAtOther(fl.from.Other())
	f.Remedies = s.remedies(fixRouting)
	if fl.from == server {
		f.Unknown = append(f.Unknown, fmt.Sprintf("whether %s took the transfer for complete", to))
	}
}

// idleLong is how long a connection is idle at least before that is said.
const idleLong = 30 * time.Second

// gapped is the view of the receiver's side: something is missing, what follows it
// passes, if only the FIN, and it is never sent again past this point.
func (s *subject) gapped(f *Finding, fl flow) {
	st := &fl.sent.Stuck
	from := s.called(fl.from)
	f.key += " gap " + from
	f.Headline = fmt.Sprintf("The transfer froze: a piece of the data of %s never arrives", from)
	f.Observation = Statement{fmt.Sprintf("the receiver waits for what follows byte %d; %s from behind it passed, the piece itself did not", st.Offset, count(st.Beyond, "packet")), Certain}
	f.Location = s.before(fl.from)
	f.Cause = Statement{"something on the way loses these bytes: by chance, or each time, as an inspection of contents or a too narrow link does", Possible}
	if s.gapAtEnd(fl) {
		f.Headline = fmt.Sprintf("The transfer froze: the data of %s never arrives, only the end of it does", from)
		f.Observation.Text = fmt.Sprintf("the FIN of %s passed, and %s before it never did; %s still waits for what follows byte %d", from, count(int(fl.sent.Missing), "byte"), s.called(fl.from.Other()), fl.sent.Acked)
		f.Evidence = append(f.Evidence, Evidence{fl.sent.FIN, "FIN of " + from + ", from behind the gap"}, Evidence{fl.got.LastPacket, s.called(fl.from.Other()) + " does not acknowledge it"})
	} else {
		f.Evidence = append(f.Evidence, Evidence{fl.sent.LastData, "the last data that passed, from behind the gap"})
	}
	f.Unknown = []string{fmt.Sprintf("what the packets that are missing look like: how long they are and how often %s repeats them", from)}
	f.Next = s.captureAtOther(fl.from)
	f.Remedies = s.remedies(fixMTU)
}

// nothingCame is the view from where no data passes any more.
func (s *subject) nothingCame(f *Finding) {
	fl := s.flows()[0]
	from, since := s.called(fl.from), s.through(s.conn())
	quiet, left := s.quiet(), fl.got.FIN
	if s.leftOpen() { // also where a reply came meanwhile
		quiet = left.Time.Sub(since)
	}
	f.key += " quiet " + from
	f.Headline = fmt.Sprintf("The transfer froze: no data came from %s for %s", from, Duration(quiet))
	f.Observation = Statement{fmt.Sprintf("%s passed, then nothing new for %s", count(int(fl.sent.Bytes), "byte"), Duration(quiet)), Certain}
	if fl.sent.Bytes == 0 {
		f.Headline = fmt.Sprintf("The data connection opened, and no data came from %s for %s", from, Duration(quiet))
		f.Observation.Text = fmt.Sprintf("the data connection was open, and nothing of %s passed on it for %s", from, Duration(quiet))
	}
	f.Location = s.before(fl.from)
	f.Next = s.captureAtOther(fl.from)
	f.Unknown = []string{fmt.Sprintf("whether %s stopped sending or its packets are lost before they come here", from)}
	switch {
	case s.orphaned():
		f.Cause = Statement{"packets of this connection are let through no more: the server ended the session, and the end of the data connection, which goes with it, never came", Likely}
		f.Unknown = []string{"which box on the way is at fault"}
		f.Remedies = s.remedies(fixRouting)
		return
	case s.leftOpen():
		f.Observation.Text += fmt.Sprintf("; then %s closed the connection, and %s did not acknowledge that", s.called(fl.from.Other()), from)
		f.Evidence = append(f.Evidence, Evidence{left, s.called(fl.from.Other()) + " closes the connection"})
		s.judgeControl(f, fl.from, left.Time, s.Now)
		return
	case s.conn().Thinned:
		s.littleSeen(f, fl)
		return
	case probedInVain(fl.sent, fl.got):
		f.key += " probes"
		f.Headline = fmt.Sprintf("The transfer froze: %s is heard no more on the data connection", s.called(fl.from.Other()))
		f.Observation.Text += fmt.Sprintf("; the receive window was closed, and %s of %s got no answer", count(fl.sent.Probes, "probe"), from)
		f.Location = s.beyond(fl.from.Other())
		f.Evidence = append(f.Evidence, Evidence{fl.sent.LastProbe, from + " asks whether there is room"})
		f.Next = s.captureAtOther(fl.from.Other())
		f.Unknown = []string{
			"whether the probes are lost on their way there or the answers on their way back",
			"which box on the way is at fault",
		}
		f.Remedies = s.remedies(fixRouting)
		s.judgeControl(f, fl.from.Other(), since, fl.sent.LastProbe.Time)
		return
	case s.on(fl.from) && !fl.sent.Stuck.Yes():
		f.Location = Place{Statement{from + " itself, where this was captured: it sent nothing more", Likely}, placeOf(fl.from)}
		f.Cause = Statement{fmt.Sprintf("the program on %s stopped sending: it waits for a disk, for a limit of speed or for something else", from), Likely}
		f.Unknown = []string{"what the program waits for", "whether the host's own packet filter discarded packets before they were captured"}
		return
	case probedInVain(fl.got, fl.sent):
		f.Observation.Text += fmt.Sprintf("; %s of %s got no answer", count(fl.got.Probes, "probe"), s.called(fl.from.Other()))
		f.Evidence = append(f.Evidence, Evidence{fl.got.LastProbe, s.called(fl.from.Other()) + " asks whether the connection still stands"})
		s.judgeControl(f, fl.from, since, fl.got.LastProbe.Time)
		return
	case fl.got.Probes > 0 && fl.sent.LastPacket.Time.After(since.Add(time.Second)):
		f.Observation.Text += fmt.Sprintf("; %s still answered probes", from)
		f.Location = Place{Statement{from + ", which answers probes and sends no data", Likely}, placeOf(fl.from)}
		f.Cause = Statement{fmt.Sprintf("the program on %s stopped sending: it waits for a disk or for something else", from), Likely}
		f.Unknown = []string{"what the program waits for"}
		return
	}
	f.Cause = Statement{fmt.Sprintf("either %s stopped sending, or something on the way lets its packets pass no more", from), Possible}
	if fl.sent.Bytes == 0 && s.t.Prelim != nil {
		f.Unknown = append(f.Unknown, "whether only packets of full size are lost: the handshake consists of small ones")
		f.Next = "transfer a file of 100 bytes: if that works, packets of full size are lost on the way; else " + f.Next
		f.Remedies = s.remedies(fixMTU)
	}
	if alive := s.Control.Half[fl.from].LastPacket; alive.Time.After(since.Add(time.Second)) {
		f.Observation.Text += fmt.Sprintf("; %s was still heard on the control connection", name(fl.from))
		if fin := s.Control.Half[fl.from].FIN; fin.Frame != alive.Frame {
			f.Evidence = append(f.Evidence, Evidence{alive, "packet of " + name(fl.from) + " on the control connection"})
		}
	}
}

// probedInVain reports whether a side probed the other and heard nothing more.
func probedInVain(asked, silent *ftp.Half) bool {
	return asked.Probes >= 3 && asked.LastProbe.Time.After(silent.LastPacket.Time)
}

// judgeControl says what the control connection tells of a host that the data
// connection hears nothing of though it is asked again and again, for the last time
// at until, and so why that may be.
func (s *subject) judgeControl(f *Finding, host ftp.Side, since, until ftp.Time) {
	other := &s.Control.Half[host.Other()]
	switch alive := s.heardBetween(host, since, until); {
	case alive.Yes():
		f.Observation.Text += fmt.Sprintf("; meanwhile %s was heard on the control connection", name(host))
		f.Evidence = append(f.Evidence, Evidence{alive, name(host) + " is still heard on the control connection"})
		f.Cause = Statement{fmt.Sprintf("something on the way, or a packet filter on %s, lets the packets of this connection pass no more; host and path are up", name(host)), Likely}
	case other.Stuck.Repeats >= 2 || other.LastPacket.Time.Sub(since) > idleLong:
		f.Observation.Text += fmt.Sprintf("; %s is silent on the control connection, too", name(host))
		f.Evidence = append(f.Evidence, Evidence{other.LastPacket, fmt.Sprintf("packet to %s on the control connection, without an answer", name(host))})
		f.Cause = Statement{fmt.Sprintf("the path to %s failed, or %s itself: this is not about FTP", name(host), name(host)), Likely}
	default:
		f.Cause = Statement{fmt.Sprintf("either something on the way lets the packets of this connection pass no more, or the path to %s failed", name(host)), Possible}
		f.Unknown = append(f.Unknown, fmt.Sprintf("whether the control connection still works: nothing of %s was seen on it meanwhile", name(host)))
	}
}

// heardBetween is the latest packet of a host on the control connection between two moments,
// of those that are remembered; the zero Seen if there is none.
func (s *subject) heardBetween(host ftp.Side, from, to ftp.Time) (latest ftp.Seen) {
	c := s.Control
	between := func(at ftp.Seen) {
		if at.Time.After(from) && !at.Time.After(to) && at.Time.After(latest.Time) {
			latest = at
		}
	}
	between(c.Half[host].LastPacket)
	between(c.Half[host].LastData)
	between(c.Half[host.Other()].Confirmed)
	for i := range s.Commands {
		if host == client {
			between(s.Commands[i].Seen)
			continue
		}
		for _, r := range s.Commands[i].Replies {
			between(r.Seen)
		}
	}
	return latest
}

// howItEnded adds who put an end to the silence, and after how long.
func (s *subject) howItEnded(f *Finding) {
	since := s.through(s.conn())
	if r := s.t.Reply; r != nil {
		f.Evidence = append(f.Evidence, replied(r))
	}
	if abor := s.abor(); abor != nil {
		f.Evidence = append(f.Evidence, Evidence{abor.Seen, "the client gives up with ABOR"})
	}
	for _, e := range s.endings() {
		if e.Time.After(since) {
			ev := s.endEvidence(e)
			after := e.Time.Sub(since)
			ev.Text += " after " + Duration(after) + s.knownTimer(e.host, after)
			f.Evidence = append(f.Evidence, ev)
			return
		}
	}
}

// knownTimer names the time-out of a server whose default a silence lasted for,
// within 2 %.
func (s *subject) knownTimer(host ftp.Side, d time.Duration) string {
	if host != server {
		return ""
	}
	for _, t := range []struct {
		is    product
		name  string
		limit time.Duration
	}{
		{productVsftpd, "data_connection_timeout", 300 * time.Second},
		{productProFTPD, "TimeoutStalled", 3600 * time.Second},
		{productPureFTPd, "MaxIdleTime", 900 * time.Second},
	} {
		if productOf(s.Banner) == t.is && (d-t.limit).Abs()*50 <= t.limit {
			return fmt.Sprintf(", the default of its %s", t.name)
		}
	}
	return ""
}
