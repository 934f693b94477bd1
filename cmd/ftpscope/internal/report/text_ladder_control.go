package report

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// rungBuilder collects the rungs of a ladder.
type rungBuilder struct {
	*renderer
	s        *session.Session
	t        *session.Transfer  // nil for a session as a whole
	evidence map[ftp.Ref]string // what the finding says of packets
	seen     []ftp.Seen         // these packets
	on       map[ftp.Ref]bool   // packets that stand on a rung
	stuck    bool               // the control connection stands still
	rungs    []rung
}

// The directions on a ladder, by the side of the control connection that sends.
var arrows = [2]string{"→ ", "← "}

func (b *rungBuilder) add(l lane, seen ftp.Seen, text string, style style) *rung {
	b.on[seen.Ref] = true
	b.rungs = append(b.rungs, rung{lane: l, seen: seen, text: text, style: style})
	return &b.rungs[len(b.rungs)-1]
}

// missing adds what should have come after a packet.
func (b *rungBuilder) missing(l lane, after ftp.Time, text string) {
	b.rungs = append(b.rungs, rung{lane: l, seen: ftp.Seen{Time: after}, text: "⚡ " + text, style: b.bad})
}

// rests reports whether the finding rests on a packet.
func (b *rungBuilder) rests(seen ftp.Seen) bool {
	_, ok := b.evidence[seen.Ref]
	return ok && seen.Yes()
}

// spoken adds the commands about the transfer and their replies, and what the
// client did next if no reply ended the transfer.
func (b *rungBuilder) spoken() {
	first, ok := b.firstCommand()
	if !ok {
		return
	}
	for i := first; i < len(b.s.Commands); i++ {
		c := &b.s.Commands[i]
		own := b.own(c)
		if c.Seen.Ref == b.t.Next.Ref && !own {
			if b.t.Reply == nil {
				b.command(c)
			}
			break
		}
		if own || b.interesting(c) {
			b.command(c)
			for _, reply := range c.Replies {
				b.reply(reply)
			}
		}
	}
	b.unasked()
}

// firstCommand is the index of the first command about the transfer.
func (b *rungBuilder) firstCommand() (int, bool) {
	if b.t == nil {
		return 0, false
	}
	var refs []ftp.Ref
	if a := b.t.Announcement; a != nil {
		refs = append(refs, a.Asked.Ref, a.Seen.Ref)
	}
	if c := b.t.Command; c != nil {
		refs = append(refs, c.Seen.Ref)
	}
	first, found := len(b.s.Commands), false
	for _, ref := range refs {
		if at := b.index(b.s).byRef[ref]; ref.Frame != 0 && len(at) > 0 {
			first, found = min(first, at[0]), true
		}
	}
	return first, found
}

// own reports whether a command announced the transfer or asked for it.
func (b *rungBuilder) own(c *session.Command) bool {
	if a := b.t.Announcement; a != nil && c.Verb == a.Verb && (c.Seen.Ref == a.Asked.Ref || c.Seen.Ref == a.Seen.Ref) {
		return true
	}
	own := b.t.Command
	return own != nil && c.Verb == own.Verb && c.Seen.Ref == own.Seen.Ref
}

// interesting reports whether a command matters that came while the transfer
// went on: it calls it off, it was refused, or the finding rests on it.
func (b *rungBuilder) interesting(c *session.Command) bool {
	return c.Verb == "ABOR" || b.rests(c.Seen) ||
		slices.ContainsFunc(c.Replies, func(reply session.Reply) bool { return reply.Code >= 400 || b.rests(reply.Seen) })
}

func (b *rungBuilder) command(c *session.Command) {
	text := elideCommand(Escape(strings.TrimSpace(c.Verb+" "+b.index(b.s).masker.argument(c.Verb, c.Argument))), maxCommand)
	if b.t != nil {
		if a := b.t.Announcement; a != nil && a.Endpoint.IsValid() && c.Seen.Ref == a.Seen.Ref && c.Verb == a.Verb {
			text = a.Verb + " " + a.Endpoint.String()
		}
	}
	b.add(laneControl, c.Seen, arrows[ftp.Initiator]+text, b.plain)
}

// How much of a line of the dialogue a ladder shows.
const (
	maxCommand = 40
	maxReply   = 76
)

// reply adds a reply. One that only says that all is well may be cut off.
func (b *rungBuilder) reply(reply session.Reply) {
	text := line(b.index(b.s).masker.reply(reply.Text))
	if reply.Code != 0 {
		text = fmt.Sprintf("%03d %s", reply.Code, text)
	}
	style, cut := b.plain, true
	switch {
	case reply.Code >= 400:
		style, cut = b.bad, false
	case b.t == nil || b.t.Announcement == nil || reply.Seen.Ref != b.t.Announcement.Seen.Ref || !b.t.Announcement.Endpoint.IsValid():
	case reply.Code == 229:
		text = fmt.Sprintf("229 port %d", b.t.Announcement.Endpoint.Port())
	case reply.Code == 227 || reply.Code == 228:
		text = fmt.Sprintf("%d %s", reply.Code, b.t.Announcement.Endpoint)
	}
	b.add(laneControl, reply.Seen, arrows[ftp.Listener]+shorten(text, maxReply), style).cut = cut
}

// maxAside is how many replies that answer nothing a ladder shows.
const maxAside = 3

// unasked adds the replies that came during the transfer without being asked
// for.
func (b *rungBuilder) unasked() {
	from := b.t.Start()
	at := sort.Search(len(b.s.Unsolicited), func(i int) bool { return !b.s.Unsolicited[i].Seen.Time.Before(from) })
	for i, reply := range b.s.Unsolicited[at:] {
		if i == maxAside || b.t.Next.Yes() && reply.Seen.Time.After(b.t.Next.Time) {
			return
		}
		b.reply(reply)
	}
}

// control adds the packets of the control connection that matter, apart from
// what was said on it.
func (b *rungBuilder) control() {
	c := b.s.Control
	if c == nil {
		return
	}
	if b.t == nil && (controlFailed(b.s.State) || failureOf(b.s) == failureNoGreeting) {
		b.handshake(laneControl, c, arrows, fmt.Sprintf("SYN to port %d", b.s.Server.Port()))
		if failureOf(b.s) == failureNoGreeting {
			b.missing(laneControl, c.Established.Time, "no greeting in "+durationText(span(c.Established, b.s.Last)))
		}
	}
	for side := range c.Half {
		h := &c.Half[side]
		if b.rests(h.FIN) {
			b.add(laneControl, h.FIN, arrows[side]+"FIN", b.fair)
		}
		if b.rests(h.RST) {
			b.add(laneControl, h.RST, arrows[side]+"RST", b.bad)
		}
	}
	b.unheard(c)
	for _, e := range c.Errors {
		if b.rests(e.Seen) {
			b.add(laneControl, e.Seen, "× "+icmpText(e.Answer)+" from "+e.From.String(), b.bad)
		}
	}
}

// unheard adds what one side of the control connection repeats in vain.
func (b *rungBuilder) unheard(c *ftp.Conn) {
	for side := range c.Half {
		again := c.Half[side].Stuck.Repeated
		if len(again) == 0 || !slices.ContainsFunc(again, b.rests) {
			continue
		}
		text := arrows[side] + "the same again"
		if n := c.Half[side].Stuck.Repeats; n > 1 {
			text += fmt.Sprintf(", %d times", n)
		}
		b.add(laneControl, again[0], text, b.bad).last = again[len(again)-1]
		for _, seen := range again {
			b.on[seen.Ref] = true
		}
		b.missing(laneControl, again[len(again)-1].Time, "no ACK")
		b.stuck = true
	}
}

// others adds what else the finding rests on: words of the control connection,
// or in the finding's own words.
func (b *rungBuilder) others() {
	for _, seen := range b.seen {
		if b.on[seen.Ref] || !seen.Yes() {
			continue
		}
		for _, i := range b.index(b.s).byRef[seen.Ref] {
			c := &b.s.Commands[i]
			if c.Seen.Ref == seen.Ref {
				b.command(c)
			}
			for _, reply := range c.Replies {
				if reply.Seen.Ref == seen.Ref {
					b.reply(reply)
				}
			}
		}
		if i, ok := b.index(b.s).asides[seen.Ref]; ok && !b.on[seen.Ref] {
			b.reply(b.s.Unsolicited[i])
		}
		if !b.on[seen.Ref] {
			b.add(laneBoth, seen, b.evidence[seen.Ref], b.plain)
		}
	}
}
