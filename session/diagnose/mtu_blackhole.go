package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// mtuBlackhole: small packets pass, packets of full size do not: a link on the
// path is too narrow for them, and the sender does not learn of it.
//
// https://www.rfc-editor.org/rfc/rfc2923#section-2.1
func mtuBlackhole(s *subject) *Finding {
	flows := s.ownFlows()
	for _, f := range flows {
		switch repeats, lacks := f.repeatsFullSize(), f.lacksFullSize(); {
		case !repeats && !lacks || s.fullSizePassed(f):
		case repeats:
			return s.fullSizeUnacknowledged(f)
		default:
			return s.fullSizeMissing(f)
		}
	}
	if s.t != nil && len(flows) > 0 && s.nothingButSmall(flows[0]) {
		return s.fullSizeAbsent(flows[0])
	}
	return nil
}

// toldTooBig is the ICMP error that says how large a packet of the flow may be; nil
// if there was none.
func (f flow) toldTooBig() *ftp.PacketError {
	for i := range f.c.Errors {
		e := &f.c.Errors[i]
		if e.About == f.end && tooBig(e) {
			return e
		}
	}
	return nil
}

// large reports whether a payload is nearly as large as one may be.
func (f flow) large(length int) bool {
	full := f.fullSize()
	return full > 0 && length*10 >= full*9
}

// repeatsFullSize reports whether nothing but packets of full size is stuck:
// such a packet was repeated in vain, and none of its size passed before.
func (f flow) repeatsFullSize() bool {
	st := &f.sent.Stuck
	if !st.Yes() || !st.First.Yes() || !f.large(st.Length) || f.got.Closed.Last.Yes() && f.got.Closed.Last.Time.After(st.First.Time) {
		return false
	}
	return st.Repeats > 0 && f.toldTooBig() != nil || st.Repeats >= 3 && st.DF && !f.large(int(min(st.Offset, 1<<20)))
}

// lacksFullSize reports whether only small packets of a flow arrive here, and
// what is missing before them is large.
func (f flow) lacksFullSize() bool {
	st := &f.sent.Stuck
	return st.Beyond > 0 && !st.First.Yes() && st.Repeats == 0 && f.fullSize() > 0 && !f.large(int(min(st.Offset, 1<<20))) &&
		f.sent.Wire.Largest*2 <= f.fullSize() && f.large(int(min(f.sent.Missing, 1<<20)))
}

// fullSizePassed reports whether a data connection of the session carried large
// packets in the same direction: then size is not what matters.
func (s *subject) fullSizePassed(f flow) bool {
	return s.other(f, func(o flow) bool { return o.large(o.sent.Wire.Largest) && o.sent.Acked >= int64(o.sent.Wire.Largest) }) != nil
}

// smallPassed is a transfer of the session that went well in the same direction
// with small packets only; nil if there is none.
func (s *subject) smallPassed(f flow) *session.Transfer {
	return s.other(f, func(o flow) bool { return o.sent.Bytes > 0 && o.sent.Wire.Largest*2 <= o.fullSize() })
}

// other is another transfer of the session, in the same direction, that fits.
func (s *subject) other(f flow, fits func(flow) bool) *session.Transfer {
	for _, t := range s.Transfers {
		if t == s.t {
			continue
		}
		with := *s
		with.t = t
		for _, o := range with.flows() {
			if o.from == f.from && t.Outcome == session.OutcomeCompleted && fits(o) {
				return t
			}
		}
	}
	return nil
}

// nothingButSmall reports whether not one packet with data came here, though the
// server began, and a transfer of small packets in this direction went well.
func (s *subject) nothingButSmall(f flow) bool {
	return s.t.Outcome == session.OutcomeStalled && f.sent.Bytes == 0 && f.got.Bytes == 0 && !f.sent.RST.Yes() && !f.sent.FIN.Yes() &&
		s.t.Prelim != nil && s.smallPassed(f) != nil && !s.fullSizePassed(f)
}

// narrow begins the finding for all views.
func (s *subject) narrow(f flow) *Finding {
	out := s.finding(MTUBlackhole, Error)
	if s.t != nil && s.t.Outcome == session.OutcomeIncomplete {
		out.Severity = Warning
	}
	out.key += " " + name(f.from)
	out.Cause = Statement{fmt.Sprintf("a link on the path, a tunnel for instance, is too narrow for packets of full size, and the ICMP message that says so does not reach %s", s.called(f.from)), Likely}
	out.Unknown = []string{
		"which link of the path is the narrow one",
		"whether the ICMP message \"packet too big\" is not sent or is lost on its way back",
	}
	out.Next = s.pings(f)
	out.Remedies = s.remedies(fixMTU)
	out.Filter = s.dataFilter()
	return out
}

// fullSizeUnacknowledged is the view of the sender's side.
func (s *subject) fullSizeUnacknowledged(f flow) *Finding {
	st := &f.sent.Stuck
	out := s.narrow(f)
	out.Headline = fmt.Sprintf("Packets of full size from %s are never acknowledged", s.called(f.from))
	what := fmt.Sprintf("a packet of full size from %s (%s)", s.called(f.from), count(st.Length, "byte"))
	if st.Length > f.fullSize() {
		what = fmt.Sprintf("a burst of %d bytes from %s, which is several packets of full size on the wire,", st.Length, s.called(f.from))
	}
	out.Observation = Statement{fmt.Sprintf("%s was never acknowledged, though its beginning was repeated %s in %s; smaller packets passed", what, times(st.Repeats), Duration(lastSent(st).Sub(st.First.Time))), Certain}
	if st.Length <= f.fullSize() {
		out.Observation.Text = fmt.Sprintf("%s was repeated %s in %s and never acknowledged; smaller packets passed", what, times(st.Repeats), Duration(lastSent(st).Sub(st.First.Time)))
	}
	out.Location = s.beyond(f.from.Other())
	out.Evidence = append(s.opening(), s.stuckEvidence(f)...)
	if t := s.smallPassed(f); t != nil {
		out.Evidence = append(out.Evidence, Evidence{t.Data.First, fmt.Sprintf("transfer %s, with at most %s in a packet, went well", t.ID, count(largest(t), "byte"))})
	}
	if e := f.toldTooBig(); e != nil {
		s.sayTooBig(out, f, e)
	}
	return out
}

// sayTooBig adds that somebody said how large packets may be.
func (s *subject) sayTooBig(out *Finding, f flow, e *ftp.PacketError) {
	limit := "only smaller packets"
	if e.MTU > 0 {
		limit = fmt.Sprintf("packets of at most %d bytes", e.MTU)
	}
	out.Observation.Text += fmt.Sprintf("; %s said by ICMP that the next link takes %s", e.From, limit)
	out.Location = Place{Statement{fmt.Sprintf("the link behind %s, towards %s", e.From, s.called(f.from.Other())), Certain}, Middle}
	out.Cause = Statement{fmt.Sprintf("the link behind %s takes %s, and %s goes on sending larger ones: the ICMP message does not reach it, or its packet filter discards it", e.From, limit, s.called(f.from)), Likely}
	out.Evidence = append(out.Evidence, Evidence{e.Seen, fmt.Sprintf("ICMP %s from %s", icmpName(e.Answer), e.From)})
	out.Unknown = []string{fmt.Sprintf("whether the ICMP message reached %s", s.called(f.from))}
}

// fullSizeMissing is the view of the receiver's side, where small packets arrive.
func (s *subject) fullSizeMissing(f flow) *Finding {
	st := &f.sent.Stuck
	out := s.narrow(f)
	out.Headline = fmt.Sprintf("Only small packets of %s arrive, those of full size are missing", s.called(f.from))
	out.Observation = Statement{fmt.Sprintf("%s of %s arrived, none with more than %s; %s before that never did", count(st.Beyond, "packet"), s.called(f.from), count(f.sent.Wire.Largest, "byte"), count(int(f.sent.Missing), "byte")), Certain}
	out.Location = s.before(f.from)
	out.Evidence = append(s.opening(), Evidence{f.sent.FirstData, fmt.Sprintf("%s sends data from behind what is missing", s.called(f.from))})
	if f.sent.LastData != f.sent.FirstData {
		out.Evidence = append(out.Evidence, Evidence{f.sent.LastData, "the last data that arrived"})
	}
	return out
}

// fullSizeAbsent is the view of the receiver's side, where no data arrives at all.
func (s *subject) fullSizeAbsent(f flow) *Finding {
	t := s.smallPassed(f)
	out := s.narrow(f)
	out.Headline = fmt.Sprintf("No data of %s arrives, though a smaller transfer went well", s.called(f.from))
	out.Observation = Statement{fmt.Sprintf("the data connection opened and carried nothing in %s; transfer %s brought %s, with at most %s in a packet", Duration(s.quiet()), t.ID, count(int(t.Data.Bytes), "byte"), count(largest(t), "byte")), Certain}
	out.Location = s.before(f.from)
	out.Cause.Confidence = Possible
	out.Evidence = append(s.opening(), Evidence{t.Data.First, fmt.Sprintf("transfer %s, in small packets, went well", t.ID)})
	out.Unknown = append([]string{fmt.Sprintf("whether %s sent anything: from here lost packets look like none", s.called(f.from))}, out.Unknown...)
	return out
}

// largest is the most payload that a packet of a transfer's data connection had.
func largest(t *session.Transfer) int {
	return max(t.Data.Conn.Half[0].Wire.Largest, t.Data.Conn.Half[1].Wire.Largest)
}

// lastSent is when the bytes that are stuck were sent last.
func lastSent(st *ftp.Stuck) ftp.Time {
	if n := len(st.Repeated); n > 0 {
		return st.Repeated[n-1].Time
	}
	return st.First.Time
}

// pingSize is the payload of a ping that fills 1500 bytes.
func pingSize(to netip.Addr) int {
	if to.Is6() {
		return 1452
	}
	return 1472
}
