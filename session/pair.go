package session

import (
	"bytes"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// pending is a command that waits for its reply.
type pending struct {
	index int       // into Session.Commands; -1 beyond the limit of listed commands
	verb  *ftp.Verb //
	end   int64     // stream offset behind the command line
	lost  bool      // its reply may have been in a gap of the capture
	alone bool      // the client had waited for all earlier replies before it sent it
	draft *draft    // the transfer that it announces or starts, or nil
	rest  *restart  // of REST, if its number is one
}

// pairs finds the command that a reply answers.
//
// Replies come in the order of the commands (RFC 959 section 5.4). What a
// server cannot have read yet it cannot answer: the acknowledgment number of
// the segment that carries a reply tells which commands had arrived. A reply
// that finds none of them is unsolicited.
type pairs struct {
	queue []pending
	empty []pending  // queue was, when nothing waited: its memory is used again
	first [1]pending // that memory, as long as the client waits for each reply
}

// add lets a command wait for its reply. Beyond the limit the oldest waits no
// longer; full reports that.
func (q *pairs) add(p pending, limit int) (full bool) {
	n := len(q.queue)
	p.alone = n == 0 || q.queue[n-1].lost
	if full = n >= limit; full {
		q.queue = slices.Delete(q.queue, 0, 1)
	}
	if n == 0 {
		q.queue = q.empty
		if q.queue == nil {
			q.queue = q.first[:0]
		}
	}
	if q.queue = append(q.queue, p); n == 0 {
		q.empty = q.queue[:0]
	}
	return full
}

// gap tells that bytes of the server are missing: any of the replies that are
// waited for may have been among them.
func (q *pairs) gap() {
	for i := range q.queue {
		q.queue[i].lost = true
	}
}

// find is the place in the queue of the command that a reply with this code and
// text answers, or -1 for none.
func (q *pairs) find(code int, text []byte, acked int64) int {
	n := len(q.queue)
	if acked >= 0 {
		for n > 0 && q.queue[n-1].end > acked {
			n--
		}
	}
	known := q.queue[:n]
	if n == 0 {
		return -1
	}
	if i, decided := abort(known, code, text); decided {
		return i
	}
	head := known[0]
	if code == 421 && dataTimeout(text) && !head.verb.Transfers() && head.verb.Mode == ftp.ModeUnknown {
		// pyftpdlib: "421 Passive data channel timed out." comes when nobody
		// connected, whatever command the client sent meanwhile.
		return -1
	}
	if head.lost {
		// The client sent a later command without waiting for the others in the
		// queue: it had got their replies, in the gap.
		for i := n - 1; i > 0; i-- {
			if known[i].alone && known[i].verb.Plausible(code) {
				return i
			}
		}
	}
	if !head.verb.Plausible(code) || head.lost {
		for i := range known {
			if known[i].verb.Characteristic(code) {
				return i
			}
		}
	}
	return 0
}

// abort decides about replies while a transfer and the ABOR for it both wait:
// 426 ends the transfer; a 2xx that speaks of the abort answers ABOR, any other
// ends the transfer; 225 answers ABOR. Servers send the two in either order.
// https://www.rfc-editor.org/rfc/rfc959#section-4.1.3
func abort(known []pending, code int, text []byte) (int, bool) {
	if len(known) < 2 {
		return 0, false
	}
	abor := slices.IndexFunc(known, func(p pending) bool { return p.verb.Name == "ABOR" })
	if abor <= 0 {
		return 0, false
	}
	transfer := -1
	for i := range abor {
		if known[i].verb.Transfers() {
			transfer = i
		}
	}
	if transfer < 0 {
		return 0, false
	}
	switch {
	case code == 225, code == 226 && speaksOfAbort(text):
		return abor, true
	case code/100 == 1, code == 226, code == 250, code == 426, code == 425, code == 451:
		return transfer, true
	}
	return 0, false
}

// speaksOfAbort reports whether a word of the text begins with "abor".
func speaksOfAbort(text []byte) bool {
	for word := range bytes.FieldsFuncSeq(bytes.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if bytes.HasPrefix(word, []byte("abor")) {
			return true
		}
	}
	return false
}

func dataTimeout(text []byte) bool {
	t := bytes.ToLower(text)
	return bytes.Contains(t, []byte("data channel")) && bytes.Contains(t, []byte("timed out"))
}

// take removes the i-th command from the queue, and with it those before it
// whose replies are not coming any more: all, but for a transfer that goes on
// while ABOR or STAT is answered. Those given up are returned too; they are
// valid until the next call.
// https://www.rfc-editor.org/rfc/rfc959#section-4.1.3
func (q *pairs) take(i int) (p pending, skipped []pending) {
	p = q.queue[i]
	transfer := func(x pending) bool { return x.verb.Transfers() }
	if (p.verb.Name == "ABOR" || p.verb.Name == "STAT") && slices.ContainsFunc(q.queue[:i], transfer) {
		q.queue = slices.Delete(q.queue, i, i+1)
		return p, nil
	}
	skipped = q.queue[:i]
	q.queue = q.queue[i+1:]
	return p, skipped
}

// settle drops a transfer whose ABOR was answered when a reply shows that the
// server went on to later commands.
func (q *pairs) settle(acked int64, code int, aborted func(pending) bool) {
	if len(q.queue) < 2 || code == 426 || code == 226 {
		return
	}
	if next := q.queue[1]; aborted(q.queue[0]) && acked >= 0 && next.end <= acked {
		q.queue = slices.Delete(q.queue, 0, 1)
	}
}
