package session

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// finish fills the session from what is known at its end.
func (d *dialogue) finish() {
	s := d.s
	s.State = stateOf(d.conn)
	s.First, s.Last = d.conn.First, d.conn.Last
	s.Encrypted, s.Now = d.encrypted, d.t.now
	d.adoptOnce()
	d.drafts = slices.DeleteFunc(d.drafts, (*draft).foreign)
	s.Commands = d.t.scratch.fair(s.Commands)
	ids := d.ids()
	s.ID, ids, _ = strings.Cut(ids, " ")
	if len(d.drafts) > 0 {
		s.Transfers = make([]*Transfer, 0, len(d.drafts))
	}
	for i, x := range d.drafts {
		x.t.ID, ids, _ = strings.Cut(ids, " ")
		x.next = d.after(i)
		x.finish(d.sharedLater(i))
		s.Transfers = append(s.Transfers, x.t)
	}
}

// ids are the IDs of the session and of its transfers, with blanks between them: they
// share one string.
func (d *dialogue) ids() string {
	b := strconv.AppendInt(append(make([]byte, 0, 256), 's'), int64(d.number), 10)
	own := len(b)
	for i := range d.drafts {
		b = append(b, ' ')
		b = append(b, b[:own]...)
		b = append(b, ".t"...)
		b = strconv.AppendInt(b, int64(i+1), 10)
	}
	return string(b)
}

// foreign reports whether an inferred transfer is another protocol: a data connection
// carries payload one way, unless it is TLS. What comes up between other hosts than the
// session's is believed to be: it belongs to it by time alone.
// https://www.rfc-editor.org/rfc/rfc959#section-3.4
//
// Of a thinned connection only the size tells: more than a handshake, both ways.
func (x *draft) foreign() bool {
	return x.ann == nil && x.t.Command == nil && slices.ContainsFunc(x.conns, func(c *ftp.Conn) bool {
		if c.Established.Yes() && hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr()) != hostsOf(x.d.client(), x.d.server()) {
			return true
		}
		if c.Thinned && min(c.Half[0].Bytes, c.Half[1].Bytes) > handshake {
			return true
		}
		return c.Half[0].Plain && c.Half[1].Plain
	})
}

// adoptOnce gives strays to transfers that lack a connection.
func (d *dialogue) adoptOnce() {
	if d.adopted {
		return
	}
	d.adopted = true
	if len(d.s.Commands) == 0 && !d.s.HasBanner && d.s.LostBytes > 0 {
		d.adoptAll()
	}
	for i := range d.drafts {
		d.adopt(i)
	}
}

// adoptAll takes the strays of a session of whose dialogue no word was captured,
// as if it were encrypted.
func (d *dialogue) adoptAll() {
	for {
		c := d.t.strays.take(func(c *ftp.Conn) bool {
			return hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr()) == hostsOf(d.client(), d.server()) && d.mayBeData(c) && !c.First.Time.Before(d.conn.First.Time)
		})
		if c == nil {
			return
		}
		d.inferred(c)
	}
}

// after is the first command behind those of the i-th transfer; the zero Seen if
// there is none.
func (d *dialogue) after(i int) ftp.Seen {
	x := d.drafts[i]
	if x.ann == nil && x.t.Command == nil || x.last+1 >= len(d.s.Commands) {
		return ftp.Seen{}
	}
	return d.s.Commands[x.last+1].Seen
}

// sharedLater reports whether a later transfer uses the i-th one's announcement.
func (d *dialogue) sharedLater(i int) bool {
	return i+1 < len(d.drafts) && d.drafts[i].ann != nil && d.drafts[i+1].ann == d.drafts[i].ann
}

// adopt gives the i-th transfer a stray connection if its announcement was not
// readable: one between the two hosts, in the time of the transfer.
func (d *dialogue) adopt(i int) {
	x := d.drafts[i]
	if len(x.conns) > 0 || x.ann != nil && (x.ann.readable || x.ann.a.Accepted != nil && !*x.ann.a.Accepted) {
		return
	}
	from, to := x.t.Start().Add(-early), d.t.now
	if x.ann != nil {
		from = x.ann.asked.Time
	}
	if x.t.Reply != nil {
		to = x.t.Reply.Seen.Time
	} else if next := d.after(i); next.Yes() {
		to = next.Time
	}
	c := d.t.strays.take(func(c *ftp.Conn) bool {
		if !d.mayBeData(c) || c.First.Time.Before(from) || c.First.Time.After(to) {
			return false
		}
		return x.t.Mode == ftp.ModeUnknown || x.t.Mode == d.modeOf(c)
	})
	if c == nil {
		return
	}
	x.adds(c)
	x.t.Correlation = CorrelationInferred
	x.t.Mode = d.modeOf(c)
}

// finish fills the transfer. shared says that a later transfer has the same
// announcement, and so the connection that carried something.
func (x *draft) finish(shared bool) {
	t := x.t
	t.Prelim, t.Next = x.prelim, x.next
	if x.ann != nil {
		t.Announcement = x.ann.a
	}
	if t.Command != nil {
		x.resolve()
	}
	if t.Reply == nil && x.abor != nil && t.Command != nil {
		t.Reply = x.abor
	}
	c := best(x.tried())
	if c != nil && shared && (x.carried() || t.Reply != nil && c.First.Time.After(t.Reply.Seen.Time)) {
		c = nil // it is the later transfer's
	}
	if c != nil {
		t.Data = x.data(c)
	}
	t.Outcome = x.outcome(c)
}

// best is the connection that counts among those tried for one transfer: an
// established one, the last that carried bytes before others, or else the last.
func best(tried []*ftp.Conn) *ftp.Conn {
	var best *ftp.Conn
	rank := -1
	for _, c := range tried {
		r := 0
		switch {
		case c.Half[0].Bytes+c.Half[1].Bytes > 0:
			r = 2
		case c.Established.Yes():
			r = 1
		}
		if r >= rank {
			best, rank = c, r
		}
	}
	return best
}

// data describes the data connection.
func (x *draft) data(c *ftp.Conn) *Data {
	h := &c.Half[x.sender(c)]
	x.parts.data = Data{
		Initiator: x.initiator(c), Source: c.Ends[ftp.Initiator], Destination: c.Ends[ftp.Listener],
		State: stateOf(c), TLS: c.TLS, First: c.First, Last: c.Last,
		Bytes: h.Bytes, MissingBytes: h.Missing, Packets: c.Packets(),
		Retransmissions: c.Half[0].Retransmissions + c.Half[1].Retransmissions,
		Conn:            c, Attempts: append(x.parts.attempts[:0], x.tried()...),
	}
	if c.Thinned {
		x.parts.data.MissingBytes = 0 // none are missed
	}
	return &x.parts.data
}

// handshake is how many bytes a TLS handshake may take.
const handshake = 8192

// sender is the side of the data connection that sends the file: the server's
// for downloads and listings. Where the command is not known, it is the side
// that sent clearly more, or else the one that closed first: in stream mode the
// end of the file is the sender's close, and both sides of a TLS handshake send.
// https://www.rfc-editor.org/rfc/rfc959#section-3.4
func (x *draft) sender(c *ftp.Conn) ftp.Side {
	server := ftp.Listener
	if x.t.Mode == ftp.ModeActive {
		server = ftp.Initiator
	}
	switch x.t.Direction {
	case ftp.DirectionDownload, ftp.DirectionListing:
		return server
	case ftp.DirectionUpload:
		return server.Other()
	}
	a, b := &c.Half[ftp.Initiator], &c.Half[ftp.Listener]
	handshake := int64(handshake)
	if c.Thinned {
		handshake /= 2 // what tells otherwise was perhaps left out
	}
	switch {
	case a.Bytes > b.Bytes && (b.Bytes == 0 || a.Bytes-b.Bytes > handshake):
		return ftp.Initiator
	case b.Bytes > a.Bytes && (a.Bytes == 0 || b.Bytes-a.Bytes > handshake):
		return ftp.Listener
	case !closedFirst(a, b):
		return ftp.Listener
	}
	return ftp.Initiator
}

// closing is where a side closed in order: by FIN, or by the alert that ends a
// TLS session, whichever came first; zero if it did not.
func closing(h *ftp.Half) ftp.Seen {
	if s := h.Shutdown; s.Yes() && (!h.FIN.Yes() || earlier(s, h.FIN)) {
		return s
	}
	return h.FIN
}

// closedFirst reports whether side a closed before side b, or alone.
func closedFirst(a, b *ftp.Half) bool {
	switch {
	case !closing(a).Yes() || !closing(b).Yes():
		return closing(a).Yes()
	case follows(b, a) != follows(a, b):
		return follows(b, a)
	}
	return earlier(closing(a), closing(b))
}

// follows reports whether a side knew that the other had closed when it closed
// itself: it acknowledges that. The order of frames in a file proves less.
func follows(b, a *ftp.Half) bool {
	acks := b.FINAck
	if closing(b) != b.FIN {
		acks = b.ShutdownAck
	}
	return acks >= closedAt(a)
}

// closedAt is what must be acknowledged of a side for the other to know that it
// closed.
func closedAt(h *ftp.Half) int64 {
	if closing(h) != h.FIN {
		return h.Bytes // the alert is its last payload
	}
	return h.Bytes + 1
}

// earlier reports whether a came before b: by time, or in captures without
// times, or where the clock stood still, by the order of the frames.
func earlier(a, b ftp.Seen) bool {
	if !a.Time.Equal(b.Time) || a.Capture != b.Capture {
		return a.Time.Before(b.Time)
	}
	return a.Frame < b.Frame
}

func (x *draft) initiator(c *ftp.Conn) InitiatorRole {
	from := c.Ends[ftp.Initiator].Addr()
	switch {
	case x.t.Mode == ftp.ModePassive && from == x.d.client():
		return InitiatorClient
	case x.t.Mode == ftp.ModeActive && from == x.d.server():
		return InitiatorServer
	case from == x.d.client():
		return InitiatorClient
	case from == x.d.server():
		return InitiatorServer
	}
	return InitiatorOther
}

// stateOf says how a connection came up and ended.
func stateOf(c *ftp.Conn) State {
	if !c.Established.Yes() {
		a, answered := c.Answered()
		switch {
		case !answered && c.SYNCount > 0:
			return StateUnanswered
		case a.Kind == ftp.AnswerRST:
			return StateRefused
		case a.Kind == ftp.AnswerICMP:
			return StateProhibited
		}
	}
	client, server := &c.Half[0], &c.Half[1]
	switch {
	case client.FIN.Yes() && server.FIN.Yes():
		return StateClosed
	case client.RST.Yes() || server.RST.Yes():
		return StateReset
	case c.Midstream && !client.FIN.Yes() && !server.FIN.Yes():
		return StateMidstream
	}
	return StateOpen
}

// ended is where either side first ended the connection, zero if none did.
func ended(c *ftp.Conn) ftp.Seen {
	var at ftp.Seen
	for i := range c.Half {
		for _, s := range []ftp.Seen{c.Half[i].FIN, c.Half[i].RST} {
			if s.Yes() && (!at.Yes() || earlier(s, at)) {
				at = s
			}
		}
	}
	return at
}
