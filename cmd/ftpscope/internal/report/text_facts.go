package report

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// fact is something that the packets show, and which packets do.
type fact struct {
	text   string
	frames []ftp.Ref
}

// facts writes facts at an indent. They say what was seen, never whose fault
// it is.
func (r *renderer) facts(indent, capture int, facts []fact) {
	for _, f := range facts {
		r.flow(indent, indent+2, piece{f.text, r.plain}, piece{r.frames(capture, f.frames...), r.faint})
	}
}

// transferFacts writes what was seen of a transfer beyond its row.
func (r *renderer) transferFacts(indent int, s *session.Session, t *session.Transfer) {
	capture := s.First.Capture
	r.facts(indent, capture, r.outcomeFacts(s, t))
	r.facts(indent, capture, r.oddFacts(s, t))
	if reply, about, ok := r.tellingReply(s, t); ok {
		r.replyLine(indent, s, about, reply)
	}
	r.transferFindings(indent, s, t)
}

// outcomeFacts are the packets behind an outcome that is not the wanted one.
func (r *renderer) outcomeFacts(s *session.Session, t *session.Transfer) []fact {
	switch t.Outcome {
	case session.OutcomeBlocked, session.OutcomeRefused:
		if t.Data != nil {
			return r.attempts(tried(t.Data), t.Data.Source, t.Data.Destination)
		}
	case session.OutcomeAborted:
		return r.abortFacts(s, t)
	case session.OutcomeStalled:
		return r.stallFacts(s, t)
	case session.OutcomeUnseen:
		if a := t.Announcement; a != nil && a.Accepted == nil {
			if u := lastUnanswered(s); u != nil && u.command.Seen.Ref == a.Asked.Ref {
				return []fact{u.fact(s)}
			}
			return []fact{{"no answer to " + a.Verb + " in this capture", []ftp.Ref{a.Seen.Ref}}}
		}
		if t.Announcement != nil && t.Announcement.Endpoint.IsValid() {
			return []fact{{text: "no SYN to " + t.Announcement.Endpoint.String() + " in this capture"}}
		}
		return []fact{{text: "no data connection in this capture"}}
	case session.OutcomeIncomplete:
		return []fact{{text: "still going on where the capture ends"}}
	case session.OutcomeUnknown:
		return []fact{{text: "the capture does not hold what became of it"}}
	}
	return nil
}

// abortFacts says who cut the connection off, and how far it had come.
func (r *renderer) abortFacts(s *session.Session, t *session.Transfer) []fact {
	var out []fact
	if t.Aborted {
		if c, ok := r.index(s).abor(t.Start()); ok {
			out = append(out, fact{"ABOR from " + s.Client.String(), []ftp.Ref{c.Seen.Ref}})
		}
	}
	if t.Data == nil || t.Data.Conn == nil {
		return out
	}
	c, so := t.Data.Conn, " after "+bytesText(t.Data.Bytes)
	if side, seen, ok := firstOf(c, func(h ftp.Half) ftp.Seen { return h.RST }); ok {
		return append(out, fact{"RST from " + c.Ends[side].String() + so, []ftp.Ref{seen.Ref}})
	}
	if side, seen, ok := firstOf(c, func(h ftp.Half) ftp.Seen { return h.FIN }); ok {
		return append(out, fact{"FIN from " + c.Ends[side].String() + so, []ftp.Ref{seen.Ref}})
	}
	return append(out, fact{text: "no end seen," + so[len(" after"):] + " until then"})
}

// firstOf is the side on which something was seen first.
func firstOf(c *ftp.Conn, what func(ftp.Half) ftp.Seen) (side ftp.Side, seen ftp.Seen, ok bool) {
	for _, s := range []ftp.Side{ftp.Initiator, ftp.Listener} {
		if v := what(c.Half[s]); v.Yes() && (!ok || v.Time.Before(seen.Time)) {
			side, seen, ok = s, v, true
		}
	}
	return side, seen, ok
}

// stallFacts says since when nothing moved, and what the ends said meanwhile.
func (r *renderer) stallFacts(s *session.Session, t *session.Transfer) []fact {
	if t.Data == nil || t.Data.Conn == nil {
		return nil
	}
	c := t.Data.Conn
	var out []fact
	sender := ftp.Initiator
	if c.Half[ftp.Listener].Bytes > c.Half[ftp.Initiator].Bytes {
		sender = ftp.Listener
	}
	half, other := c.Half[sender], c.Half[sender.Other()]
	vain := half.Acked < half.Bytes && other.Packets > 0 // it sent more than arrived
	if since := r.stalledSince(s, t, sender); since.Yes() {
		text := "no new data for %s after " + bytesText(t.Data.Bytes)
		switch {
		case half.Bytes == 0:
			text = "open for %s, no data"
		case vain:
			text = "nothing acknowledged for %s after " + bytesText(half.Acked)
		}
		out = append(out, fact{fmt.Sprintf(text, durationText(r.dataEnd(s, t).Sub(since.Time))), []ftp.Ref{since.Ref}})
	}
	if other.ZeroWindow.Yes() {
		out = append(out, fact{"window closed by " + c.Ends[sender.Other()].String(), []ftp.Ref{other.ZeroWindow.Ref}})
	}
	if n := half.Retransmissions; n > 0 {
		text := countText(int64(n), "retransmission") + " by " + c.Ends[sender].String()
		if vain {
			text += " without answer"
		}
		out = append(out, fact{text: text})
	}
	for side, half := range c.Half {
		if half.RST.Yes() {
			out = append(out, fact{"then RST from " + c.Ends[side].String(), []ftp.Ref{half.RST.Ref}})
		}
	}
	return out
}

// stalledSince is the packet that last brought a data connection on: payload
// that was acknowledged, else its opening or the server's word that it begins.
func (r *renderer) stalledSince(s *session.Session, t *session.Transfer, sender ftp.Side) ftp.Seen {
	c := t.Data.Conn
	half := c.Half[sender]
	got := half.Confirmed
	if !got.Yes() && c.Half[sender.Other()].Packets == 0 {
		got = half.Progress // only one direction was captured
	}
	since := c.Established
	for _, seen := range []ftp.Seen{r.index(s).beginning(t), got} {
		if seen.Yes() && seen.Time.After(since.Time) {
			since = seen
		}
	}
	return since
}

// dataEnd is when a data connection was over: when somebody ended it, the final
// reply came, or the capture stopped.
func (r *renderer) dataEnd(s *session.Session, t *session.Transfer) ftp.Time {
	end := t.Data.Conn.Over().Time
	if reply := t.Reply; reply != nil && (end.IsZero() || reply.Seen.Time.Before(end)) {
		end = reply.Seen.Time
	}
	if !end.IsZero() {
		return end
	}
	end = s.Last.Time
	if i := s.First.Capture; i < len(r.Captures) {
		if last := ftp.TimeOf(r.Captures[i].Last); last.After(end) {
			end = last
		}
	}
	if t.Data.Last.Time.After(end) {
		end = t.Data.Last.Time
	}
	return end
}

// oddFacts are worth knowing whatever the outcome.
func (r *renderer) oddFacts(s *session.Session, t *session.Transfer) []fact {
	d := t.Data
	if d == nil && r.betweenServers(s, t) {
		return []fact{{"the data went between the servers, not through this capture", []ftp.Ref{t.Announcement.Seen.Ref}}}
	}
	if d == nil {
		if text := announcedText(s, t); len(text) > leastAnnounced && t.Outcome != session.OutcomeUnseen {
			return []fact{{"announced " + t.Announcement.Endpoint.String(), []ftp.Ref{t.Announcement.Seen.Ref}}}
		}
		return nil
	}
	var out []fact
	if a := t.Announcement; a != nil && a.Endpoint.IsValid() && a.Endpoint != d.Destination && d.Destination.IsValid() {
		out = append(out, fact{"announced " + a.Endpoint.String() + ", connected to " + d.Destination.String(), []ftp.Ref{a.Seen.Ref, d.First.Ref}})
	}
	if d.Initiator == session.InitiatorOther && !controlFailed(d.State) {
		out = append(out, fact{"opened by " + d.Source.String() + ", neither client nor server of this session", []ftp.Ref{d.First.Ref}})
	}
	if c := d.Conn; c != nil && c.SYNCount > 1 && c.Established.Yes() {
		out = append(out, fact{fmt.Sprintf("%s, answered after %s", countText(int64(c.SYNCount), "SYN"), durationText(span(c.First, c.Established))), []ftp.Ref{c.First.Ref, c.Established.Ref}})
	}
	if d.MissingBytes > 0 {
		out = append(out, fact{text: bytesText(d.MissingBytes) + " of it are not in the capture"})
	}
	if n := d.Retransmissions; n >= 3 && n*20 > d.Packets && t.Outcome != session.OutcomeStalled && !controlFailed(d.State) {
		out = append(out, fact{text: countText(int64(n), "retransmission") + " in " + countText(int64(d.Packets), "packet")})
	}
	return out
}

// betweenServers reports whether a transfer without a data connection here went
// to the server of another session, which its announcement names.
func (r *renderer) betweenServers(s *session.Session, t *session.Transfer) bool {
	a := t.Announcement
	if a == nil || t.Outcome != session.OutcomeCompleted || a.Endpoint.Addr() == s.Client.Addr() || a.Endpoint.Addr() == s.Server.Addr() {
		return false
	}
	return r.servers[a.Endpoint.Addr()]
}
