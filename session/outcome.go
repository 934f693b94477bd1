package session

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// The times that outcomes rest on.
const (
	stall = 5 * time.Second // no data for so long is a stall (report.md, "outcome")

	stallThinned = time.Minute // the same on a thinned connection of which nothing was seen since it opened

	deadline = 3 * time.Second // before it, or before three SYNs, an unanswered SYN proves nothing (diagnoses.md, 4.3)
	patience = 3 * time.Second // a client that waited so long before it gave up had tried
)

// outcome says what became of the transfer; c is the connection that counts, or
// nil. The order is that of report.md: the first word that fits holds.
func (x *draft) outcome(c *ftp.Conn) Outcome {
	opened := c != nil && (c.Established.Yes() || c.Midstream)
	code := 0
	if x.t.Reply != nil {
		code = x.t.Reply.Code
	}
	done := code/100 == 2 && x.t.Reply != x.abor && !(opened && x.brokenOff(c))
	switch {
	case x.rejected(c, opened, code):
		return OutcomeRejected
	case c != nil && !opened && !done:
		return x.unopened(c)
	case done:
		return OutcomeCompleted
	case opened:
		return x.carriedOn(c)
	}
	return x.unconnected(code)
}

// brokenOff reports whether the client asked to end the transfer, and the receiver of
// the file ended the data connection before its sender did: a 2xx after that is about
// the abort, or says only that the server had written all of it. RFC 959 section 4.1.3.
func (x *draft) brokenOff(c *ftp.Conn) bool {
	receiver := &c.Half[x.sender(c).Other()]
	return x.t.Aborted && (receiver.RST.Yes() || receiver.FIN.Yes()) && !inOrder(c, x.sender(c))
}

// rejected reports whether server or client declined by reply, for a reason of
// its own: not because a data connection failed, and before any data flowed.
func (x *draft) rejected(c *ftp.Conn, opened bool, code int) bool {
	failed := c != nil && !opened
	if a := x.ann; a != nil && a.a.Accepted != nil && !*a.a.Accepted {
		if failed {
			return false
		}
		if x.t.Command == nil {
			return !x.waitedInVain()
		}
	}
	switch {
	case code < 400 || opened && x.carried():
		return false
	case x.prelim != nil:
		// The server began, and found then that there is nothing to send.
		return notThere(code) && opened && !x.t.Aborted && !c.Half[0].RST.Yes() && !c.Half[1].RST.Yes()
	case failed && (c.SYNCount >= 3 || x.t.Reply.Seen.Time.Sub(c.First.Time) >= deadline):
		return false // it speaks of the connection, whatever its number
	case code == 421 && opened:
		return x.t.Reply.Seen.Time.Sub(x.t.Command.Seen.Time) < deadline // later it may have waited for the connection
	case connectionTrouble(code):
		// "425 Use PORT or PASV first.": nothing had been announced.
		return !opened && !failed && (x.ann == nil || x.ann.a.Accepted != nil && !*x.ann.a.Accepted)
	}
	return true
}

// notThere reports whether a reply says that the file cannot be had.
func notThere(code int) bool { return code == 450 || code == 550 || code == 553 }

// connectionTrouble reports whether a reply speaks of connections, as x2z do
// (RFC 959 section 4.2.1), or comes when a data connection timed out.
func connectionTrouble(code int) bool { return code == 421 || code == 425 || code == 426 }

// waitedInVain reports whether the refusal of an active announcement tells of a
// data connection that failed elsewhere: pyftpdlib connects when it reads PORT
// and answers it with 421 or 425 if nobody accepted.
func (x *draft) waitedInVain() bool {
	if x.ann.mode != ftp.ModeActive {
		return false
	}
	replies := x.d.s.Commands[x.last].Replies
	return len(replies) > 0 && connectionTrouble(replies[len(replies)-1].Code)
}

// unopened says how a connection failed to open.
func (x *draft) unopened(c *ftp.Conn) Outcome {
	a, answered := c.Answered()
	switch {
	case answered && a.Kind == ftp.AnswerRST && !x.tooLate(c, a):
		return OutcomeRefused
	case answered && a.Kind != ftp.AnswerSYNACK:
		return OutcomeBlocked
	}
	// No verdict before the deadline, unless somebody gave up.
	waited := x.d.t.now.Sub(c.First.Time)
	gaveUp := x.d.stateEnded() || x.t.Reply != nil || x.next.Yes() && x.next.Time.After(c.First.Time)
	if !gaveUp && (waited < deadline || c.SYNCount < 3 && !answered && waited < stall) {
		return OutcomeIncomplete
	}
	return OutcomeBlocked
}

// tooLate reports whether a RST came only after several SYNs had remained
// without answer and the session was over: nobody listens any more.
func (x *draft) tooLate(c *ftp.Conn, rst ftp.Answer) bool {
	over := ended(x.d.conn)
	return len(c.Answers) == 1 && c.SYNCount > 3 && rst.Time.Sub(c.First.Time) >= deadline && over.Yes() && earlier(over, rst.Seen)
}

// carriedOn judges a connection that opened, without a 2xx to the command.
func (x *draft) carriedOn(c *ftp.Conn) Outcome {
	sender := &c.Half[x.sender(c)]
	receiver := &c.Half[x.sender(c).Other()]
	bytes := sender.Bytes + receiver.Bytes
	if x.t.Reply == nil {
		x.t.Due = x.due()
	}
	switch {
	case x.t.Command == nil && bytes == 0 && x.ann != nil:
		if x.tooSoon(x.ann.a.Seen) {
			return OutcomeIncomplete
		}
		return OutcomeUnused
	case x.t.Reply == nil && sender.Bytes > 0 && (inOrder(c, x.sender(c)) || x.drained(c)) && !x.silentlyEnded() && sender.Bytes >= x.t.Due:
		if onlyHandshake(c, x.sender(c)) || c.Thinned && x.d.encrypted && perhapsHandshake(c, sender) {
			return OutcomeUnknown
		}
		return OutcomeCompleted
	case (bytes > 0 || x.t.Command != nil) && x.end(c).Sub(x.progress(c)) >= x.stallOf(c):
		return OutcomeStalled
	case x.t.Reply != nil || x.t.Aborted:
		return OutcomeAborted
	case bytes == 0 && stateOf(c) == StateClosed && !x.d.stateEnded() && !x.d.conn.Half[ftp.Initiator].FIN.Yes():
		return OutcomeIncomplete // an empty file: the reply is still to come
	case bytes == 0 && stateOf(c) == StateClosed && x.d.encrypted && !c.TLS:
		return OutcomeUnknown // an empty file, or one that could not be sent
	case bytes == 0 && ended(c).Yes() && x.t.Command == nil && x.ann == nil:
		return OutcomeUnknown // nobody can read what was wanted, or refused
	case !ended(c).Yes() && !x.d.stateEnded(), !cutOff(sender, receiver) && !ended(x.d.conn).Yes() && x.tooSoon(ended(c)):
		return OutcomeIncomplete
	case x.d.s.LostBytes > 0 && !cutOff(sender, receiver):
		return OutcomeUnknown // the last reply may be what the capture lacks
	}
	return OutcomeAborted
}

// cutOff reports whether a connection was seen to end before its data did: by RST, or
// by a receiver that had acknowledged no end of it.
func cutOff(sender, receiver *ftp.Half) bool {
	done := closing(sender)
	arrived := done.Yes() && sender.Acked >= sender.Bytes && earlier(done, receiver.RST)
	return sender.RST.Yes() || receiver.RST.Yes() && !arrived || receiver.FIN.Yes() && !follows(receiver, sender)
}

// stallOf is for how long no data is a stall. On a thinned connection some may have
// passed unseen, unless nothing was ever seen of it and somebody gave up: few
// transfers are as slow as that, and of those few end in failure.
func (x *draft) stallOf(c *ftp.Conn) time.Duration {
	if !c.Thinned {
		return stall
	}
	none := !c.Half[0].Progress.Yes() && !c.Half[1].Progress.Yes()
	if gaveUp := x.t.Reply != nil && !x.t.Aborted || x.d.stateEnded(); none && gaveUp {
		return stall
	}
	return max(stall, c.MayHide(x.sender(c), x.begins(c), stallThinned))
}

// tooSoon reports whether the capture ended before the client had the time to
// go on after what was seen last of the transfer.
func (x *draft) tooSoon(last ftp.Seen) bool {
	went := x.next.Yes() && x.next.Time.After(last.Time)
	return !went && !x.d.stateEnded() && x.d.t.now.Sub(last.Time) < patience
}

// silentlyEnded reports whether the server closed the control connection, which
// can be read and of which nothing is missing, before the client did and without
// a reply: then it said none, and the transfer did not go well. The kernel of a
// server that was killed still sends what the program had written.
func (x *draft) silentlyEnded() bool {
	client, server := &x.d.conn.Half[ftp.Initiator], &x.d.conn.Half[ftp.Listener]
	first := server.FIN.Yes() && (!client.FIN.Yes() || earlier(server.FIN, client.FIN) && !follows(server, client))
	return first && x.t.Command != nil && !x.d.encrypted && x.d.s.LostBytes == 0
}

// onlyHandshake reports whether the sender of the file sent nothing but a TLS
// handshake that begins a new session, and closed without the alert that ends
// one: an empty file, or a server that insists on the old session. Or nobody ever
// answered it.
// https://www.rfc-editor.org/rfc/rfc4217#section-10.2
func onlyHandshake(c *ftp.Conn, sender ftp.Side) bool {
	h := c.Hello
	switch {
	case c.Hailed():
		return true
	case c.Thinned && c.Half[sender].Bytes >= handshake:
		return false // there was more, in records that were left out
	}
	return h != nil && h.Whole() && !h.Resumed() && !h.Carried(sender) && !c.Half[sender].Shutdown.Yes()
}

// drained reports whether the receiver of the file closed first on a connection that
// is encrypted like its session, when it had all that the sender ever sent: it had
// read the alert that closes a TLS session, which was left out of the capture or cut
// off. Who gives up has more to come, and answers it by RST.
func (x *draft) drained(c *ftp.Conn) bool {
	sender := &c.Half[x.sender(c)]
	receiver := &c.Half[x.sender(c).Other()]
	return x.d.encrypted && (c.Thinned || sender.Cut) &&
		receiver.FIN.Yes() && receiver.FINAck >= sender.Bytes && sender.FIN.Yes() && !receiver.RST.Yes() && !sender.RST.Yes()
}

// perhapsHandshake reports whether all that the sender of the file sent on a thinned
// connection may have been a TLS handshake: nothing shows that it went well.
func perhapsHandshake(c *ftp.Conn, sender *ftp.Half) bool {
	return sender.Bytes < handshake && !sender.Shutdown.Yes() && (c.Hello == nil || !c.Hello.Resumed())
}

// inOrder reports whether the sender closed the connection, by FIN or by the
// alert that closes a TLS session, before the receiver ended or reset it, and all
// that it sent arrived.
// https://www.rfc-editor.org/rfc/rfc4217#section-10.1
func inOrder(c *ftp.Conn, from ftp.Side) bool {
	sender, receiver := &c.Half[from], &c.Half[from.Other()]
	closed := closing(sender)
	if closed.Yes() && closed == sender.Shutdown && receiver.Shutdown.Yes() && earlier(closed, receiver.Shutdown) {
		return true // both ended TLS: whoever still resets the connection misses nothing
	}
	if !closed.Yes() || sender.RST.Yes() && earlier(sender.RST, closed) {
		return false
	}
	if c.UnderWay(from) || closed == sender.FIN && c.Unheard(from) {
		return false // not all of it arrived
	}
	if rst := receiver.RST; rst.Yes() && earlier(rst, closed) {
		return false
	}
	switch {
	case !receiver.FIN.Yes() || receiver.FINAck >= closedAt(sender):
		return true // it knew that the sender had closed
	case closing(receiver) == receiver.FIN && follows(sender, receiver):
		return false
	}
	return !earlier(receiver.FIN, closed)
}

// progress is when the data connection last got on: when payload arrived that
// was acknowledged, or else when the connection was opened and the server said
// that it begins. Payload that is sent in vain is no progress.
func (x *draft) progress(c *ftp.Conn) ftp.Time { return c.Moved(x.begins(c)) }

// begins is when data could flow: when the connection was open and the server had
// said that it begins.
func (x *draft) begins(c *ftp.Conn) ftp.Time {
	at := c.Established.Time
	if x.prelim != nil && x.prelim.Seen.Time.After(at) {
		at = x.prelim.Seen.Time
	}
	return at
}

// end is when the data connection was over: when somebody ended it, the final
// reply came, or the capture stopped.
func (x *draft) end(c *ftp.Conn) ftp.Time {
	end := x.d.t.now
	if at := c.Over(); at.Yes() && at.Time.Before(end) {
		end = at.Time
	}
	if r := x.t.Reply; r != nil && r.Seen.Time.Before(end) {
		end = r.Seen.Time
	}
	return end
}

// stateEnded reports whether the control connection was closed or reset.
func (d *dialogue) stateEnded() bool {
	switch stateOf(d.conn) {
	case StateClosed, StateReset:
		return true
	}
	return false
}

// unconnected judges a transfer without any connection in the capture.
func (x *draft) unconnected(code int) Outcome {
	a := x.ann
	switch {
	case a == nil:
		return OutcomeUnknown
	case x.t.Command == nil && a.a.Accepted != nil && !*a.a.Accepted:
		return OutcomeUnseen // rejected() found that it was tried elsewhere
	case x.t.Command == nil && x.waited() >= patience:
		return OutcomeUnseen
	case x.t.Command == nil && x.tooSoon(a.a.Seen):
		return OutcomeIncomplete
	case x.t.Command == nil:
		return OutcomeUnused
	case x.t.Reply == nil && x.d.s.LostBytes > 0:
		return OutcomeUnknown
	case x.t.Reply == nil && x.tooSoon(x.t.Command.Seen):
		return OutcomeIncomplete
	case code >= 400 && x.prelim != nil && !connectionTrouble(code):
		return OutcomeAborted // the server had begun
	}
	return OutcomeUnseen
}

// waited is how long the client did nothing after an announcement that no transfer
// command followed.
func (x *draft) waited() time.Duration {
	from := x.ann.a.Seen.Time
	switch {
	case x.next.Yes():
		return x.next.Time.Sub(from)
	case x.d.stateEnded():
		return ended(x.d.conn).Time.Sub(from)
	}
	return x.d.t.now.Sub(from)
}
