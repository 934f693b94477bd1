package diagnose

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// arrow is a connection as it is opened.
func arrow(from, to netip.AddrPort) string { return from.String() + " → " + to.String() }

// Duration is a span of time as exact as one wants to read it: "40 µs", "5.1 s",
// "2m05s", "1h02m". One below 0 counts as 0.
func Duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", max(d, 0).Round(time.Microsecond).Microseconds())
	case d < 9950*time.Microsecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// count is "1 SYN" or "3 SYNs".
func count(n int, singular string) string {
	if n == 1 {
		return "1 " + singular
	}
	return strconv.Itoa(n) + " " + singular + "s"
}

// times is "once", "twice", "3 times".
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return strconv.Itoa(n) + " times"
}

// list joins words as a sentence does: "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// said is a reply in a sentence, cut where it is long: 425 "Failed to connect".
func said(r *session.Reply) string { return coded(r, quoted(r.Text)) }

// headlined is a reply in a headline.
func headlined(r *session.Reply) string { return coded(r, short(r.Text)) }

// coded puts the code of a reply in front of its text; a line that is no reply has
// none.
func coded(r *session.Reply, text string) string {
	if r.Code == 0 {
		return text
	}
	return fmt.Sprintf("%03d %s", r.Code, text)
}

// quoted is a line from the wire in a sentence, cut where it is long.
func quoted(text string) string {
	const most = 60
	text, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(text); len(runes) > most {
		text, more = string(runes[:most]), true
	}
	if text = strings.TrimRight(text, "\r"); more {
		text += "…"
	}
	return strconv.Quote(text)
}

// name is what a host of the session is called: "the client", "the server".
func name(of ftp.Side) string {
	if of == client {
		return "the client"
	}
	return "the server"
}

// capital is a text with a capital letter in front.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// answerText says what answered a SYN, and how soon.
func answerText(c *ftp.Conn, a ftp.Answer) string {
	after := ""
	for i := len(c.SYNs) - 1; i >= 0; i-- {
		if d := a.Time.Sub(c.SYNs[i].Time); d >= 0 {
			after = " after " + Duration(d)
			break
		}
	}
	switch a.Kind {
	case ftp.AnswerSYNACK:
		return "SYN-ACK from " + c.Ends[ftp.Listener].String() + after
	case ftp.AnswerRST:
		return "RST from " + c.Ends[ftp.Listener].String() + after
	}
	return fmt.Sprintf("ICMP %s from %s%s", icmpName(a), a.From, after)
}
