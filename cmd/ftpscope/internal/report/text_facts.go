package report

import (
	"fmt"
	"net/netip"
	"time"

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
	r.facts(indent, capture, oddFacts(s, t))
	if reply, about, ok := tellingReply(s, t); ok {
		r.replyLine(indent, s, r.masker(s), about, reply)
	}
}

// outcomeFacts are the packets behind an outcome that is not the wanted one.
func (r *renderer) outcomeFacts(s *session.Session, t *session.Transfer) []fact {
	switch t.Outcome {
	case session.OutcomeBlocked, session.OutcomeRefused:
		if t.Data != nil {
			return r.attempts(tried(t.Data), t.Data.Source, t.Data.Destination)
		}
	case session.OutcomeAborted:
		return abortFacts(s, t)
	case session.OutcomeStalled:
		return r.stallFacts(s, t)
	case session.OutcomeUnseen:
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

// tried are the connections that were tried for one announcement.
func tried(d *session.Data) []*ftp.Conn {
	if len(d.Attempts) == 0 && d.Conn != nil {
		return []*ftp.Conn{d.Conn}
	}
	return d.Attempts
}

// maxAttempts is how many attempts to connect are written out.
const maxAttempts = 3

// attempts says of each attempt to connect how often it was tried and what
// came back.
func (r *renderer) attempts(conns []*ftp.Conn, from, to netip.AddrPort) []fact {
	var out []fact
	for i, c := range conns {
		if c == nil {
			continue
		}
		if i == maxAttempts {
			out = append(out, fact{text: "… and " + countText(int64(len(conns)-i), "more attempt")})
			break
		}
		if c.Ends[0].IsValid() {
			from, to = c.Ends[ftp.Initiator], c.Ends[ftp.Listener]
		}
		out = append(out, r.attempt(c, from, to))
	}
	return out
}

func (r *renderer) attempt(c *ftp.Conn, from, to netip.AddrPort) fact {
	n := max(c.SYNCount, len(c.SYNs))
	f := fact{text: countText(int64(n), "SYN") + " " + pair(from, to)}
	for _, syn := range c.SYNs {
		f.frames = append(f.frames, syn.Ref)
	}
	answer, ok := c.Answered()
	if ok {
		f.frames = append(f.frames, answer.Ref)
	}
	after := ""
	if d := answerDelay(c, answer); d >= 0 {
		after = " after " + durationText(d)
	}
	switch {
	case !ok:
		f.text += r.silence(c, n)
	case answer.Kind == ftp.AnswerRST:
		f.text += ", RST" + after
	case answer.Kind == ftp.AnswerICMP:
		f.text += fmt.Sprintf(", %s from %s%s", icmpText(answer), answer.From, after)
	case answer.Kind == ftp.AnswerSYNACK:
		f.text += ", answered" + after
	}
	return f
}

// shortWatch is the time below which a missing answer may only be late.
const shortWatch = 3 * time.Second

// silence says for how long nothing came back.
func (r *renderer) silence(c *ftp.Conn, n int) string {
	if len(c.SYNs) == 0 {
		return ", no answer"
	}
	first, last := c.SYNs[0].Seen, c.SYNs[len(c.SYNs)-1].Seen
	if n > len(c.SYNs) && c.Half[ftp.Initiator].LastPacket.Yes() {
		last = c.Half[ftp.Initiator].LastPacket
	}
	text := ", no answer"
	if d := span(first, last); n > 1 && d >= 0 {
		text = " in " + durationText(d) + ", no answer"
	}
	if left := r.end.Sub(last.Time); n == 1 && left >= 0 && left < shortWatch && !r.end.IsZero() {
		text += " in the " + durationText(left) + " until the capture ends"
	}
	return text
}

// answerDelay is the time from the SYN that was answered to the answer.
func answerDelay(c *ftp.Conn, a ftp.Answer) time.Duration {
	d := time.Duration(-1)
	for _, syn := range c.SYNs {
		if v := span(syn.Seen, a.Seen); v >= 0 {
			d = v
		}
	}
	return d
}

// abortFacts says who cut the connection off, and how far it had come.
func abortFacts(s *session.Session, t *session.Transfer) []fact {
	var out []fact
	if t.Aborted {
		if c, ok := aborCommand(s, t); ok {
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

// aborCommand is the first ABOR behind the transfer's command.
func aborCommand(s *session.Session, t *session.Transfer) (session.Command, bool) {
	for _, c := range s.Commands {
		if c.Verb == "ABOR" && !c.Seen.Time.Before(t.Start()) {
			return c, true
		}
	}
	return session.Command{}, false
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
	last := half.Progress
	text := "no new data for %s after " + bytesText(t.Data.Bytes)
	if !last.Yes() {
		last, text = c.Established, "open for %s, no data"
	}
	if last.Yes() {
		until := r.stallEnd(s, c, last)
		out = append(out, fact{fmt.Sprintf(text, durationText(until.Sub(last.Time))), []ftp.Ref{last.Ref}})
	}
	if other.ZeroWindow.Yes() {
		out = append(out, fact{"window closed by " + c.Ends[sender.Other()].String(), []ftp.Ref{other.ZeroWindow.Ref}})
	}
	if n := half.Retransmissions; n > 0 {
		out = append(out, fact{text: countText(int64(n), "retransmission") + " by " + c.Ends[sender].String()})
	}
	for side, half := range c.Half {
		if half.RST.Yes() {
			out = append(out, fact{"then RST from " + c.Ends[side].String(), []ftp.Ref{half.RST.Ref}})
		}
	}
	return out
}

// stallEnd is when somebody ended a connection on which nothing moved any
// more, or when the capture did.
func (r *renderer) stallEnd(s *session.Session, c *ftp.Conn, since ftp.Seen) time.Time {
	var end time.Time
	for _, half := range c.Half {
		for _, close := range []ftp.Seen{half.FIN, half.RST} {
			if close.Yes() && !close.Time.Before(since.Time) && (end.IsZero() || close.Time.Before(end)) {
				end = close.Time
			}
		}
	}
	if !end.IsZero() {
		return end
	}
	if r.end.After(s.Last.Time) {
		return r.end
	}
	return s.Last.Time
}

// oddFacts are worth knowing whatever the outcome.
func oddFacts(s *session.Session, t *session.Transfer) []fact {
	d := t.Data
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
		out = append(out, fact{fmt.Sprintf("%d SYNs, answered after %s", c.SYNCount, durationText(span(c.First, c.Established))), []ftp.Ref{c.First.Ref, c.Established.Ref}})
	}
	if d.MissingBytes > 0 {
		out = append(out, fact{text: bytesText(d.MissingBytes) + " of it are not in the capture"})
	}
	if n := d.Retransmissions; n >= 3 && n*20 > d.Packets && t.Outcome != session.OutcomeStalled && !controlFailed(d.State) {
		out = append(out, fact{text: countText(int64(n), "retransmission") + " in " + countText(int64(d.Packets), "packet")})
	}
	return out
}
