package session

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// draft is a transfer under way.
type draft struct {
	d      *dialogue
	t      *Transfer   // in parts
	parts  *parts      // what the session keeps of it
	ann    *announced  // nil without an announcement; else its own or an earlier transfer's
	own    announced   //
	last   int         // index in Session.Commands of its latest command: of the announcement, or of the transfer
	rest   *restart    // the REST before its command, or nil
	placed bool        // path, type and offset are worked out
	prelim *Reply      // 1yz reply to the command
	abor   *Reply      // reply to the ABOR for it
	conns  []*ftp.Conn // inferred connections; announced ones are in ann
	next   ftp.Seen    // the first command after its last one
	heard  heard       // what was told of it
}

// parts are a transfer and what most transfers have, in one piece of memory.
type parts struct {
	transfer     Transfer
	announcement Announcement
	accepted     bool
	command      TransferCommand
	data         Data
	attempts     [1]*ftp.Conn
}

// restart is an offset that REST asked for.
type restart struct {
	offset   int64
	declined bool
}

// begin adds a transfer to the session, or returns nil beyond the limit.
func (d *dialogue) begin(mode ftp.Mode) *draft {
	if len(d.drafts) >= d.t.limits.Transfers {
		d.notice("limit-transfers", "more than %d transfers: later ones are not listed", d.t.limits.Transfers)
		return nil
	}
	p := &parts{transfer: Transfer{Mode: mode, Correlation: CorrelationAnnounced}}
	x := d.t.scratch.draft()
	x.d, x.t, x.parts = d, &p.transfer, p
	if d.drafts == nil {
		d.drafts = make([]*draft, 0, usual)
	}
	d.drafts = append(d.drafts, x)
	return x
}

// announces gives the transfer an announcement of its own, which ends that of the
// transfer before.
func (x *draft) announces(a Announcement, asked ftp.Seen, before *draft) {
	if before != nil && before.ann != nil {
		before.ann.closed = asked
	}
	x.last = len(x.d.s.Commands) - 1
	x.parts.announcement = a
	x.own = announced{owner: x.d, a: &x.parts.announcement, asked: asked, mode: x.t.Mode}
	x.own.conns = x.own.usual[:0]
	x.ann = &x.own
}

// accept notes whether the server accepted the announcement.
func (x *draft) accept(ok bool, r *Reply) {
	x.parts.accepted = ok
	x.ann.a.Accepted, x.ann.a.Reply = &x.parts.accepted, r
}

// announce begins a transfer with an announcing command.
func (d *dialogue) announce(c Command, mode ftp.Mode) *draft {
	before := d.latest()
	x := d.begin(mode)
	if x == nil {
		return nil
	}
	verb := c.Verb
	if verb == "CPSV" {
		verb = "PASV" // its secure sibling for server-to-server transfers, answered by 227
	}
	x.announces(Announcement{Verb: verb, Asked: c.Seen, Seen: c.Seen, Cast: c.Cast}, c.Seen, before)
	if x.t.Mode == ftp.ModeActive && !c.Cut {
		told, err := ftp.Command{Verb: c.Verb, Argument: []byte(c.Argument)}.Announcement()
		if err == nil {
			x.expect(told.Endpoint)
		}
	}
	return x
}

// overheard begins a transfer with a 227, 228 or 229 whose command is not in the
// capture: it began later, or holds one direction only.
func (d *dialogue) overheard(r Reply, ev *ftp.Event) {
	if !d.conn.Midstream && d.s.LostBytes == 0 {
		return
	}
	verb := ""
	switch r.Code {
	case 227:
		verb = "PASV"
	case 228:
		verb = "LPSV"
	case 229:
		verb = "EPSV"
	default:
		return
	}
	before := d.latest()
	x := d.begin(ftp.ModePassive)
	if x == nil {
		return
	}
	x.announces(Announcement{Verb: verb}, r.Seen, before)
	own := r
	x.accept(true, &own)
	x.listens(&own, ev)
}

// expect opens the announcement for the connection that is to come, or came.
func (x *draft) expect(at netip.AddrPort) {
	a := x.ann
	if a.readable {
		return // it is expected already
	}
	a.a.Endpoint, a.readable = at, true
	x.d.t.expected.add(a)
	for range x.d.t.limits.Attempts {
		c := x.d.t.strays.takeAt(at.Port(), func(c *ftp.Conn) bool {
			return a.asked.Time.Sub(c.First.Time).Abs() <= early && a.waits(c) && a.fits(c.Ends[0], c.Ends[1]) > peer
		})
		if c == nil {
			return
		}
		x.d.t.tie(c)
	}
}

// answered takes the reply to the announcing command.
func (x *draft) answered(r *Reply, ev *ftp.Event) {
	if r.Code/100 == 1 {
		return
	}
	ok := r.Code/100 == 2
	x.accept(ok, r)
	if ok && x.ann.mode == ftp.ModePassive {
		x.listens(r, ev)
	}
}

// listens takes the reply that carries a passive announcement.
func (x *draft) listens(r *Reply, ev *ftp.Event) {
	x.ann.a.Seen, x.ann.a.Cast = r.Seen, r.Cast
	// The code tells the form: some servers answer EPSV with 227, or PASV with 229.
	told, err := ev.Reply.Announcement() // r.Text is "" beyond the limit
	if err != nil || told.Verb == "" || r.Text == "" || ev.Cut && !closedBracket(r.Text) {
		return
	}
	at := told.Endpoint
	if r.Code == 229 {
		// The client connects to where the control connection goes, whatever a
		// server writes there: https://www.rfc-editor.org/rfc/rfc2428#section-3
		at = netip.AddrPortFrom(x.d.server(), at.Port())
	}
	x.expect(at)
}

// closedBracket reports whether the numbers of a reply whose end is missing
// were captured in full.
func closedBracket(text string) bool { return len(text) > 0 && slices.Contains([]byte(text), ')') }

// wanted takes a transfer command: of the announcement before it, of one whose
// command was rejected before a data connection came, or without any.
func (d *dialogue) wanted(c Command, direction ftp.Direction) *draft {
	x := d.latest()
	switch {
	case x != nil && x.ann != nil && x.t.Command == nil && (x.ann.a.Accepted == nil || *x.ann.a.Accepted):
	case x != nil && x.ann != nil && x.t.Command != nil && x.declined():
		shared := x.ann
		if x = d.begin(shared.mode); x != nil {
			x.ann = shared
		}
	default:
		x = d.begin(ftp.ModeUnknown)
	}
	if x == nil {
		return nil
	}
	x.parts.command = TransferCommand{Verb: c.Verb, Argument: c.Argument, Seen: c.Seen}
	x.t.Command = &x.parts.command
	x.t.Direction = direction
	x.rest, d.rest = d.rest, nil
	x.last = len(d.s.Commands) - 1
	return x
}

// declined reports whether the server said no to the command and did nothing.
func (x *draft) declined() bool {
	return x.t.Reply != nil && x.t.Reply.Code >= 400 && x.prelim == nil && !x.carried()
}

// carried reports whether any payload went over a connection of this transfer.
func (x *draft) carried() bool {
	return slices.ContainsFunc(x.tried(), func(c *ftp.Conn) bool { return c.Half[0].Bytes > 0 || c.Half[1].Bytes > 0 })
}

// tried lists the connections that belong to the transfer.
func (x *draft) tried() []*ftp.Conn {
	if len(x.conns) > 0 || x.ann == nil {
		return x.conns
	}
	return x.ann.conns
}

// open reports whether the final reply is still to come.
func (x *draft) open() bool { return x.t.Reply == nil }

// replied takes a reply to the transfer command.
func (x *draft) replied(r *Reply, cut bool) {
	x.resolve()
	if x.t.Command.Verb == "STOU" && !cut {
		if name, ok := ftp.STOUName(r.Code, []byte(r.Text)); ok {
			x.name(name)
		}
	}
	if r.Code/100 == 1 {
		x.prelim = r
		return
	}
	x.t.Reply = r
}

// resolve works out path, type and offset, once, when the first reply comes: by
// then the replies to all earlier commands have come.
func (x *draft) resolve() {
	if x.placed {
		return
	}
	x.placed = true
	x.t.Type = x.d.kind
	if x.rest != nil && !x.rest.declined {
		x.t.Offset = x.rest.offset
	}
	switch c := x.t.Command; c.Verb {
	case "STOU", "ERET", "ESTO": // no name, or one behind other words
	case "LIST", "NLST":
		x.name(withoutOptions(c.Argument))
	default:
		x.name(c.Argument)
	}
}

func (x *draft) name(argument string) {
	if p, ok := x.d.dir.resolve(argument); ok {
		x.t.Path, x.t.HasPath = p, true
	} else if x.t.Command.Verb == "STOU" {
		x.t.Path, x.t.HasPath = argument, true // the name that the server chose, whatever directory it is in
	}
}

// inferred begins a transfer, or goes on with one, by a connection that no
// readable announcement is known for.
func (d *dialogue) inferred(c *ftp.Conn) {
	x := d.latest()
	if x == nil || x.t.Correlation != CorrelationInferred || !x.again(c) {
		if x = d.begin(d.modeOf(c)); x == nil {
			return
		}
		x.t.Correlation = CorrelationInferred
	}
	x.adds(c)
}

// adds gives the transfer a connection that nothing announced readably.
func (x *draft) adds(c *ftp.Conn) {
	x.conns = append(x.conns, c)
	x.d.waitsFor(c)
}

// waitsFor keeps the session from being finished before the connection is over.
func (d *dialogue) waitsFor(c *ftp.Conn) {
	if !c.Ended {
		claim(c, d)
	}
}

// listensSomewhere reports whether a passive announcement was accepted, or not
// answered in this capture, and nobody knows where.
func (x *draft) listensSomewhere() bool {
	return x.ann != nil && x.ann.mode == ftp.ModePassive && !x.ann.readable && len(x.tried()) == 0 &&
		(x.ann.a.Accepted == nil || *x.ann.a.Accepted)
}

// again reports whether c repeats a failed attempt at the same endpoint.
func (x *draft) again(c *ftp.Conn) bool {
	if len(x.conns) == 0 {
		return false
	}
	last := x.conns[len(x.conns)-1]
	return !last.Established.Yes() && last.Ends[ftp.Listener] == c.Ends[ftp.Listener] && len(x.conns) < x.d.t.limits.Attempts
}
