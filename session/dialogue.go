package session

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// implicitPort is where control connections are TLS from the first byte.
const implicitPort = 990

// dialogue is a session under way: what its control connection said so far.
type dialogue struct {
	t         *Tracker
	s         *Session
	conn      *ftp.Conn
	number    int
	pairs     pairs
	drafts    []*draft
	dir       workdir
	kind      byte     // TYPE in force, 0 unknown
	packed    bool     // MODE was not always stream: what passes has another length than the file
	rest      *restart // REST for the next transfer, or nil
	name      string   // argument of a USER whose login is not decided
	greeted   bool
	encrypted bool     // the control connection can't be read now
	closed    bool     // its control connection is over
	leaves    bool     // it is counted in Tracker.leaving
	done      bool     // it was finished
	running   int      // data connections that are not over
	adopted   bool     // strays were looked at
	text      int      // bytes of commands and replies kept
	page      []Reply  // where replies are written, see record
	active    ftp.Seen // latest event of the control connection
	elsewhere ftp.Time // when its client last tried to connect to another host
	heard     heard    // what was told of it
	newest    newest   // where somebody listens to news
}

func newDialogue(t *Tracker, c *ftp.Conn, number int) *dialogue {
	return &dialogue{t: t, conn: c, number: number, s: &Session{
		Client: c.Ends[ftp.Initiator], Server: c.Ends[ftp.Listener],
		Login: LoginNone, Security: SecurityNone, Control: c,
	}}
}

// id is the ID of the session.
func (d *dialogue) id() string { return "s" + strconv.Itoa(d.number) }

func (d *dialogue) client() netip.Addr { return d.conn.Ends[ftp.Initiator].Addr() }
func (d *dialogue) server() netip.Addr { return d.conn.Ends[ftp.Listener].Addr() }

func (d *dialogue) notice(code, format string, a ...any) {
	before := len(d.s.Notices)
	d.s.Notices = noted(d.s.Notices, ftp.Notice{Code: code, Message: fmt.Sprintf(format, a...), Time: d.active.Time})
	if d.t.news != nil && len(d.s.Notices) > before {
		d.tell(NewsLimit, nil, 0)
	}
}

// usual is how many commands there is room for at first, and replies on a page: few
// sessions have less.
const usual = 8

// command takes a command of the client.
func (d *dialogue) command(ev *ftp.Event) {
	d.encrypted = false // it can be read (again, after CCC)
	if len(d.s.Commands) >= d.t.limits.Commands {
		d.notice("limit-commands", "more than %d commands: later ones are not listed", d.t.limits.Commands)
		d.pairs.add(pending{index: -1, verb: ftp.VerbOf(ev.Command.Verb), end: ev.Offset}, d.t.limits.Pending)
		return
	}
	c := Command{Seen: ev.Seen, Verb: ev.Command.Verb, Argument: d.keep(ev.Command.Argument), Cut: ev.Cut, Cast: Cast{ev.Pieces, ev.Within}}
	if d.s.Commands == nil {
		d.s.Commands = d.t.scratch.sheet()
	}
	d.s.Commands = append(d.s.Commands, c)
	verb := ftp.VerbOf(c.Verb)
	p := pending{index: len(d.s.Commands) - 1, verb: verb, end: ev.Offset}
	switch {
	case verb.Mode != ftp.ModeUnknown && !epsvAll(c):
		p.draft = d.announce(c, verb.Mode)
	case verb.Transfers():
		p.draft = d.wanted(c, verb.Direction)
	case c.Verb == "USER":
		d.name = c.Argument
		if d.s.Login != LoginAccepted {
			d.s.User, d.s.HasUser = c.Argument, true
		}
	case c.Verb == "REST":
		d.rest = nil
		if n, err := strconv.ParseInt(strings.TrimSpace(c.Argument), 10, 64); err == nil && n > 0 {
			d.rest = &restart{offset: n}
		}
		p.rest = d.rest
	case c.Verb == "ABOR":
		if x := d.latest(); x != nil && x.t.Command != nil && x.open() {
			x.t.Aborted = true
			p.draft = x
		}
	}
	if d.pairs.add(p, d.t.limits.Pending) {
		d.notice("limit-pending", "more than %d commands wait for a reply: the oldest are taken for unanswered", d.t.limits.Pending)
	}
}

// keep copies words of the control connection, as long as there is room.
func (d *dialogue) keep(words []byte) string {
	if d.text += len(words); d.text > d.t.limits.Text {
		d.notice("limit-text", "more than %d bytes of commands and replies: later words are left out", d.t.limits.Text)
		return ""
	}
	return d.t.words.share(words)
}

// epsvAll recognises the promise to use no other command from now on, which
// announces nothing.
// https://www.rfc-editor.org/rfc/rfc2428#section-4
func epsvAll(c Command) bool {
	return c.Verb == "EPSV" && strings.EqualFold(strings.TrimSpace(c.Argument), "ALL")
}

// latest is the last transfer that was begun, or nil.
func (d *dialogue) latest() *draft {
	if len(d.drafts) == 0 {
		return nil
	}
	return d.drafts[len(d.drafts)-1]
}

// reply takes a reply of the server.
func (d *dialogue) reply(ev *ftp.Event) {
	code, text := ev.Reply.Code, ev.Reply.Text
	r := Reply{Seen: ev.Seen, Code: code, Text: d.keep(text), Cast: Cast{ev.Pieces, ev.Within}}
	if d.greet(r) {
		return
	}
	d.pairs.settle(ev.Acked, code, func(p pending) bool { return p.draft != nil && p.draft.t.Aborted && p.draft.abor != nil })
	i := d.pairs.find(code, text, ev.Acked)
	if i < 0 {
		d.overheard(r, ev)
		if len(d.s.Unsolicited) < d.t.limits.Unsolicited {
			d.s.Unsolicited = append(d.s.Unsolicited, r)
		} else {
			d.notice("limit-unsolicited", "more than %d replies that answer no command: later ones are not listed", d.t.limits.Unsolicited)
		}
		return
	}
	d.greeted = true
	for _, before := range d.pairs.queue[:i] {
		if before.draft != nil && before.verb.Transfers() {
			before.draft.resolve() // by what holds until now
		}
	}
	p := d.pairs.queue[i]
	if code/100 != 1 {
		var skipped []pending
		p, skipped = d.pairs.take(i)
		d.unanswered(skipped)
	}
	if p.index < 0 {
		return
	}
	if p.verb.Name == "ABOR" && code == 426 && p.draft != nil && p.draft.t.Reply != nil && p.draft.t.Reply.Code/100 == 2 {
		d.swapAbort(p, r)
		return
	}
	c := &d.s.Commands[p.index]
	if len(c.Replies) >= d.t.limits.Replies {
		d.notice("limit-replies", "more than %d replies to one command: later ones are not listed", d.t.limits.Replies)
		return
	}
	c.Replies = d.record(c.Replies, r)
	d.answered(p, c, &c.Replies[len(c.Replies)-1], ev)
}

// record adds a reply to those of a command. Most commands have one or two, so
// replies are written one behind the other on pages of several, and those of a
// command are a part of a page as long as none of another comes between them.
func (d *dialogue) record(to []Reply, r Reply) []Reply {
	n, end := len(to), len(d.page)
	follows := n == 0 || end > 0 && &to[n-1] == &d.page[end-1]
	if !follows {
		return append(to, r)
	}
	if end == cap(d.page) {
		d.page = append(make([]Reply, 0, max(usual, 2*n)), to...)
		end = n
	}
	d.page = append(d.page, r)
	return d.page[end-n : end+1 : end+1]
}

// unanswered is told of commands whose replies are not in the capture: nobody
// knows what they did.
func (d *dialogue) unanswered(skipped []pending) {
	for _, p := range skipped {
		switch p.verb.Name {
		case "CWD", "XCWD", "CDUP", "XCUP":
			d.dir.forget()
		case "TYPE":
			d.kind = 0
		}
	}
}

// swapAbort mends an early guess: a server said 2xx to ABOR first and 426 to the
// transfer afterwards (ProFTPD does), and the 2xx was taken for the transfer's.
func (d *dialogue) swapAbort(p pending, r Reply) {
	x := p.draft
	d.s.Commands[p.index].Replies = d.record(d.s.Commands[p.index].Replies, *x.t.Reply)
	own := d.s.Commands[x.last].Replies
	own[len(own)-1] = r
	x.t.Reply = &own[len(own)-1]
}

// greet takes the greeting: 220, perhaps after 120, or a refusal.
// https://www.rfc-editor.org/rfc/rfc959#section-5.4
func (d *dialogue) greet(r Reply) bool {
	late := d.conn.Midstream // the greeting was before the capture, unless it says 220 first of all
	if d.greeted || r.Code != 220 && r.Code != 120 && (late || r.Code < 400 || len(d.pairs.queue) > 0) || late && len(d.s.Commands) > 0 {
		return false
	}
	if r.Code == 120 {
		return true
	}
	d.greeted = true
	if r.Code != 220 {
		d.s.Unsolicited = append(d.s.Unsolicited, r)
		return true
	}
	d.s.Banner, d.s.HasBanner, d.s.Greeted = r.Text, true, r.Seen
	return true
}

// answered draws the conclusions from a reply to a command.
func (d *dialogue) answered(p pending, c *Command, r *Reply, ev *ftp.Event) {
	ok := r.Code/100 == 2
	verb := p.verb.Name
	switch {
	case p.draft != nil && verb == "ABOR":
		p.draft.abor = r
	case p.draft != nil && p.verb.Transfers():
		p.draft.replied(r, ev.Cut)
	case p.draft != nil:
		p.draft.answered(r, ev)
	case c.Cut && r.Code == 230:
		d.s.Login = LoginAccepted // PASS, of which the capture holds too little
	case verb == "USER" || verb == "PASS" || verb == "ACCT" || verb == "ADAT":
		d.login(verb, r.Code)
	case verb == "CWD" || verb == "XCWD":
		if ok {
			d.dir.change(c.Argument)
		}
	case verb == "CDUP" || verb == "XCUP":
		if ok {
			d.dir.up()
		}
	case verb == "PWD" || verb == "XPWD":
		if dir, quoted := ftp.Quoted257([]byte(r.Text)); quoted && r.Code == 257 {
			d.dir.set(dir)
		}
	case verb == "TYPE":
		if ok && c.Argument != "" {
			d.kind = c.Argument[0] &^ 0x20
		}
	case verb == "MODE":
		d.packed = d.packed || ok && !strings.EqualFold(c.Argument, "S")
	case verb == "REST":
		if r.Code != 350 && p.rest != nil {
			p.rest.declined = true
		}
	case verb == "AUTH":
		d.authenticated(c.Argument, r.Code)
	case verb == "REIN":
		if ok {
			d.s.Login, d.dir, d.kind, d.rest = LoginNone, workdir{}, 0, nil
		}
	}
}

func (d *dialogue) login(verb string, code int) {
	switch {
	case code == 230 || code == 232 || verb != "USER" && code == 202:
		d.s.Login = LoginAccepted
		if d.name != "" {
			d.s.User, d.s.HasUser = d.name, true
		}
	case code >= 400 && d.s.Login != LoginAccepted && verb != "ADAT":
		d.s.Login = LoginDenied
	}
}

// authenticated takes the answer to AUTH. VxWorks says 200 instead of 234.
// https://www.rfc-editor.org/rfc/rfc4217#section-4
func (d *dialogue) authenticated(mechanism string, code int) {
	if code/100 != 2 && code != 334 && code != 335 {
		return
	}
	if m := strings.ToUpper(strings.TrimSpace(mechanism)); strings.HasPrefix(m, "TLS") || strings.HasPrefix(m, "SSL") {
		d.s.Security = SecurityExplicitTLS
	} else {
		d.s.Security = SecurityGSSAPI
	}
}

// secured is told when TLS records begin in one direction.
func (d *dialogue) secured(ev *ftp.Event) {
	d.encrypted = true
	if !d.s.Secured.Yes() {
		d.s.Secured = ev.Seen
		d.t.secret[d.client()] = append(d.t.secret[d.client()], d)
	}
	d.dir.forget() // what is said in secret may change both
	d.kind = 0
	if d.s.Security == SecurityNone || d.s.Security == SecurityGSSAPI {
		d.s.Security = SecurityExplicitTLS
		if len(d.s.Commands) == 0 && !d.s.HasBanner && (!d.conn.Midstream || d.conn.Ends[ftp.Listener].Port() == implicitPort) {
			d.s.Security = SecurityImplicitTLS
		}
	}
}

func (d *dialogue) gap(ev *ftp.Event) {
	d.s.LostBytes += ev.Lost
	if ev.From == ftp.Listener {
		d.pairs.gap()
		return
	}
	d.dir.forget() // a CWD or TYPE may be lost
	d.kind = 0
}

// mayBeData reports whether a connection between the two hosts of an encrypted
// session can be one of its data connections: opened by the client to a port
// that a server may choose, or by the server from its data port or an ephemeral
// one to a client's ephemeral port.
func (d *dialogue) mayBeData(c *ftp.Conn) bool {
	from, to := c.Ends[ftp.Initiator], c.Ends[ftp.Listener]
	if to.Port() < 1024 {
		return false
	}
	if from.Addr() == d.client() && to.Addr() == d.server() {
		return true
	}
	if from.Addr() != d.server() || to.Addr() != d.client() {
		return false
	}
	return from.Port() <= 20 || from.Port() >= 1024 || from.Port() == d.dataPort()
}

// dataPort is the server's default data port, L-1.
// https://www.rfc-editor.org/rfc/rfc959#section-5.2
func (d *dialogue) dataPort() uint16 { return d.conn.Ends[ftp.Listener].Port() - 1 }

// modeOf is the mode by the initiator of a connection. Where client and server
// are one host, only a server's usual source port speaks for active mode.
func (d *dialogue) modeOf(c *ftp.Conn) ftp.Mode {
	from := c.Ends[ftp.Initiator]
	switch {
	case from.Addr() != d.server():
		return ftp.ModePassive
	case from.Addr() != d.client(), from.Port() <= 20, from.Port() == d.dataPort():
		return ftp.ModeActive
	}
	return ftp.ModePassive
}

// soon is how long after the words that announce it a data connection that
// nothing names is believed to belong to a session.
const soon = 10 * time.Second

// spokeBefore reports whether the side that announces said something shortly
// before the connection began, or nothing is known of what it said.
func (d *dialogue) spokeBefore(c *ftp.Conn) bool {
	last := d.lastWord(c)
	return last.IsZero() || c.First.Time.Sub(last).Abs() <= soon
}

// lastWord is when the session's control connection last carried what may have
// announced the connection: the listener's side spoke.
func (d *dialogue) lastWord(c *ftp.Conn) ftp.Time {
	side := ftp.Listener
	if c.Ends[ftp.Listener].Addr() == d.client() {
		side = ftp.Initiator
	}
	return d.conn.Half[side].LastData.Time
}
