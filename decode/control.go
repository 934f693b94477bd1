package decode

import (
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// control reads one control connection: both directions in order, cut into
// commands and replies, with TLS records stepped over.
type control struct {
	flow    *flow
	order   order
	side    [2]speech
	replies ftp.ReplyAssembler
	cast    cast  // of the first line of the open reply
	acked   int64 // what the server had received when the open reply began
	event   ftp.Event
}

// speech is one direction of a control connection.
type speech struct {
	framer  ftp.Framer
	secure  bool // TLS records, no text
	records records
	cast    cast // of the line that is not finished
}

// cast is how a line lay in segments.
type cast struct {
	pieces int  // segments that it came in; 0 unknown
	within bool // it began inside a segment
}

// enter notes that a segment begins, or goes on behind a line.
func (t *speech) enter(within bool) {
	if t.framer.Pending() > 0 {
		t.cast.pieces++
		return
	}
	t.cast = cast{1, within}
}

// newControl begins with what the flow knows of the handshake. Where that was not
// seen, the first line may be only the end of one.
func newControl(f *flow, w *waiting) *control {
	c := &control{flow: f, order: order{waiting: w}}
	c.synchronise()
	if f.conn.Midstream {
		for side := range c.side {
			c.side[side].framer.Gap(0)
		}
	}
	return c
}

// synchronise takes the beginning of either direction from the handshake.
func (c *control) synchronise() {
	for side := range c.flow.span {
		if s := &c.flow.span[side]; s.sure {
			c.order.half[side].start(s.base)
		}
	}
}

// add takes a packet of the connection that is neither SYN nor RST.
func (c *control) add(p *packet, side ftp.Side, l Limits, emit func(*ftp.Event)) {
	c.synchronise()
	if p.length > 0 {
		if s, ok := c.order.place(p, side); ok {
			if c.order.ready(&s) {
				c.deliver(s, emit)
			} else {
				c.order.push(s)
			}
		}
	}
	if h := &c.order.half[side]; p.has(flagFIN) && h.known {
		h.finish(h.at(p.seq) + int64(p.length))
	}
	c.drain(p.seen.Time, l, emit)
}

// drain delivers what is ready and gives up what did not come in time.
func (c *control) drain(now ftp.Time, l Limits, emit func(*ftp.Event)) {
	for {
		if s, ok := c.order.pop(); ok {
			c.deliver(s, emit)
		} else if c.order.full(now, l) {
			c.lose(emit)
		} else {
			return
		}
	}
}

// lose makes a gap so that the first waiting segment can be delivered.
func (c *control) lose(emit func(*ftp.Event)) {
	first := c.order.queue[0].seen
	if side, lost := c.order.lose(); lost > 0 {
		c.gap(first, side, lost, -1, emit)
	}
}

// finish delivers all that waits and what was left unfinished.
func (c *control) finish(emit func(*ftp.Event)) {
	for len(c.order.queue) > 0 {
		if s, ok := c.order.pop(); ok {
			c.deliver(s, emit)
		} else if len(c.order.queue) > 0 {
			c.lose(emit)
		}
	}
	for side := range c.side {
		if h := &c.order.half[side]; h.ended && h.end > h.next {
			c.gap(c.flow.conn.Last, ftp.Side(side), h.end-h.next, -1, emit)
		}
		if line, ok := c.side[side].framer.Flush(); ok {
			c.line(c.flow.conn.Last, ftp.Side(side), line, -1, emit)
		}
	}
	if r, ok := c.replies.Flush(); ok {
		c.reply(r, -1, -1, emit)
	}
}

// deliver takes a segment whose turn it is.
func (c *control) deliver(s segment, emit func(*ftp.Event)) {
	h := &c.order.half[s.side]
	skip := h.next - s.from
	h.next = s.from + s.wire
	captured := int64(len(s.data))
	if skip < captured {
		c.feed(s.seen, s.side, s.data[skip:], s.ack, skip > 0, emit)
	}
	if lost := s.wire - max(skip, captured); lost > 0 { // snap length
		c.gap(s.seen, s.side, lost, s.ack, emit)
	}
}

// gap tells that bytes of one direction are not in the capture. The line that
// they cut off is given out as far as it is there.
func (c *control) gap(at ftp.Seen, side ftp.Side, lost, acked int64, emit func(*ftp.Event)) {
	t := &c.side[side]
	if line, ok := t.framer.Flush(); ok {
		c.line(at, side, line, acked, emit)
	}
	c.event = ftp.Event{Kind: ftp.EventGap, Seen: at, Conn: c.flow.conn, From: side, Lost: lost}
	emit(&c.event)
	t.framer.Gap(lost)
	if t.secure {
		t.records.gap(lost)
		c.flow.tls.stop(side)
	}
	if side == ftp.Listener {
		c.replies.Gap()
	}
}

// feed takes the bytes of a segment, in order and without a gap. within says that
// the segment began before them.
func (c *control) feed(at ftp.Seen, side ftp.Side, b []byte, acked int64, within bool, emit func(*ftp.Event)) {
	t := &c.side[side]
	for len(b) > 0 {
		if t.secure {
			text := t.step(b)
			c.flow.tls.read(at, side, b[:len(b)-len(text)])
			if within, b = within || len(text) < len(b), text; len(b) == 0 {
				return
			}
		}
		t.enter(within)
		t.framer.Push(b)
		b = nil
		for {
			line, ok := t.framer.Next()
			if !ok {
				break
			}
			if line.TLS {
				b = t.framer.Rest()
				t.secure, t.records = true, records{}
				c.flow.conn.TLS = true
				c.flow.secure(side)
				within = true
				c.event = ftp.Event{Kind: ftp.EventSecured, Seen: at, Conn: c.flow.conn, From: side}
				emit(&c.event)
				break
			}
			c.line(at, side, line, acked, emit)
			t.cast = cast{1, true}
		}
	}
}

// step passes over TLS records and returns the text behind them.
func (t *speech) step(b []byte) []byte {
	lost := t.records.lost
	n, text := t.records.skip(b)
	t.framer.Skip(int64(n))
	if text {
		t.secure = false
		if lost {
			t.framer.Gap(0) // the beginning of its first line may be missing
		}
	}
	return b[n:]
}

// line takes one line of text.
func (c *control) line(at ftp.Seen, side ftp.Side, line ftp.Line, acked int64, emit func(*ftp.Event)) {
	if side == ftp.Initiator {
		c.command(at, line, acked, emit)
		return
	}
	own := c.side[side].castOf(line)
	opened := !c.replies.Open()
	if opened {
		if len(line.Bytes) == 0 {
			return
		}
		if _, _, _, ok := ftp.ParseReplyLine(line.Bytes); line.AfterGap && !ok {
			return // the end of a line whose beginning is missing
		}
		c.cast = own
	}
	moved := acked >= 0 && acked > c.acked
	c.replies.Line(line.Bytes, at, moved)
	for {
		r, ok := c.replies.Next()
		if !ok {
			break
		}
		r.Cut = r.Cut || line.Cut
		if r.Unended {
			c.reply(r, line.Start, c.acked, emit)
			c.cast = own
			continue
		}
		c.reply(r, line.End, acked, emit)
	}
	if acked >= 0 && (opened || moved || !c.replies.Open()) {
		c.acked = acked
	}
}

// castOf is how the line lay that the framer has just given out.
func (t *speech) castOf(line ftp.Line) cast {
	if line.AfterGap {
		return cast{}
	}
	return t.cast
}

// command takes one line of the client. Behind a gap only a verb that FTP knows
// is believed.
func (c *control) command(at ftp.Seen, line ftp.Line, acked int64, emit func(*ftp.Event)) {
	if len(line.Bytes) == 0 {
		return
	}
	cmd, ok := ftp.ParseCommand(line.Bytes)
	if line.AfterGap {
		if _, known := ftp.LookupVerb([]byte(cmd.Verb)); !known {
			return
		}
	}
	if !ok {
		cmd = ftp.Command{Argument: line.Bytes}
	}
	cmd.Urgent = line.Urgent
	own := c.side[ftp.Initiator].castOf(line)
	c.event = ftp.Event{
		Kind: ftp.EventCommand, Seen: at, Conn: c.flow.conn, From: ftp.Initiator, Command: cmd,
		Offset: line.End, Acked: acked, Pieces: own.pieces, Within: own.within, Cut: line.Cut,
	}
	emit(&c.event)
}

func (c *control) reply(r ftp.Assembled, end, acked int64, emit func(*ftp.Event)) {
	c.event = ftp.Event{
		Kind: ftp.EventReply, Seen: r.Last, Conn: c.flow.conn, From: ftp.Listener, Reply: r.Reply,
		Offset: end, Acked: acked, Pieces: c.cast.pieces, Within: c.cast.within, Cut: r.Cut,
	}
	emit(&c.event)
}
