package report

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

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
	var seen []ftp.Seen
	for _, syn := range c.SYNs {
		seen = append(seen, syn.Seen)
	}
	answer, ok := c.Answered()
	var answers []ftp.Answer // of the kind that decided
	for _, a := range c.Answers {
		if a.Kind == answer.Kind {
			answers = append(answers, a)
			seen = append(seen, a.Seen)
		}
	}
	slices.SortStableFunc(seen, func(a, b ftp.Seen) int { return a.Time.Compare(b.Time) })
	for _, s := range seen {
		f.frames = append(f.frames, s.Ref)
	}
	switch {
	case !ok:
		f.text += r.silence(c, n)
	case answer.Kind == ftp.AnswerSYNACK:
		f.text += ", SYN-ACK seen, the handshake was never completed"
	case answer.Kind == ftp.AnswerRST:
		f.text += answeredText(c, n, answers, "RST")
	case answer.Kind == ftp.AnswerICMP:
		f.text += answeredText(c, n, answers, icmpText(answer)+" from "+answer.From.String())
	}
	return f
}

// answeredText says which of n SYNs were answered, by what, and how soon the
// first of them was.
func answeredText(c *ftp.Conn, n int, answers []ftp.Answer, by string) string {
	before, delay := beforeAnswer(c, answers[0])
	after := ""
	if delay >= 0 {
		after = " after " + durationText(delay)
	}
	switch k := len(answers); {
	case n <= 1:
		return ", " + by + after
	case k >= n || k >= ftp.MaxAttempts:
		return ", each answered by " + by + ", the first" + after
	case before > 0 && before == n-1:
		return fmt.Sprintf(", %d without answer, the %s: %s%s", before, humanize.Ordinal(n), by, after)
	default:
		return fmt.Sprintf(", %d of them answered by %s, the first%s", k, by, after)
	}
}

// beforeAnswer is how many SYNs went before the one that an answer is to, and
// the time from that one to the answer, or -1.
func beforeAnswer(c *ftp.Conn, a ftp.Answer) (before int, delay time.Duration) {
	delay = -1
	for i, syn := range c.SYNs {
		if v := span(syn.Seen, a.Seen); v >= 0 {
			before, delay = i, v
		}
	}
	return before, delay
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
