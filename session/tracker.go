package session

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// Config holds the bounds of a Tracker, and who is told of what goes on.
type Config struct {
	Limits Limits
	// News is called for what happens in sessions that are not over, while an event
	// is handled; it must not call the tracker. Where nobody listens leave it nil.
	News func(*News)
}

// Tracker follows sessions. It is not safe for concurrent use.
type Tracker struct {
	limits    Limits
	live      map[int64]*dialogue   // by the ID of the control connection
	pairs     map[hosts][]*dialogue // live ones, by their two hosts
	expected  expected
	strays    strays
	leaving   leaving
	secret    map[netip.Addr][]*dialogue // live ones that are encrypted, by client
	words     words
	scratch   scratch
	now       ftp.Time // of the latest event
	sessions  int      // ids given
	failed    int      // sessions given out whose control connection never opened
	forgotten int      // sessions not given out
	notices   []ftp.Notice
	news      func(*News) // Config.News
}

// hosts are two addresses in either order.
type hosts struct{ low, high netip.Addr }

func hostsOf(a, b netip.Addr) hosts {
	if a.Compare(b) > 0 {
		a, b = b, a
	}
	return hosts{a, b}
}

// without takes one from those of a key.
func without[K, V comparable](m map[K][]V, key K, one V) {
	if rest := slices.DeleteFunc(m[key], func(x V) bool { return x == one }); len(rest) > 0 {
		m[key] = rest
	} else {
		delete(m, key)
	}
}

// New makes a tracker.
func New(c Config) *Tracker {
	l := c.Limits.withDefaults()
	return &Tracker{
		limits: l, live: make(map[int64]*dialogue), pairs: make(map[hosts][]*dialogue),
		secret: make(map[netip.Addr][]*dialogue), strays: strays{limit: l.Strays, byPort: make(map[uint16][]*ftp.Conn)},
		words: words{seed: maphash.MakeSeed()},
		news:  c.News,
	}
}

// Data reports whether a TCP connection is, or may be, a data connection: its
// listener was announced, or its two hosts have a control connection.
func (t *Tracker) Data(initiator, listener netip.AddrPort, handshake bool) ftp.Claim {
	best := 0
	for a := t.expected.at(listener.Port()); a != nil; a = a.older {
		if a.open(t.now) {
			best = max(best, a.fits(initiator, listener))
		}
	}
	switch {
	case best > peer:
		return ftp.ClaimAnnounced
	case best > 0:
		return ftp.ClaimPossible
	}
	if handshake && len(t.pairs) > 0 && len(t.pairs[hostsOf(initiator.Addr(), listener.Addr())]) > 0 {
		return ftp.ClaimPossible
	}
	if handshake && t.elsewhere(initiator, listener) != nil {
		return ftp.ClaimPossible
	}
	return ftp.ClaimNone
}

// Announced is the set of ports at which a listener was announced in a session
// that is not over.
func (t *Tracker) Announced() *ftp.PortSet { return &t.expected.ports }

// Handle takes one event. Sessions that are over by it are emitted.
func (t *Tracker) Handle(ev *ftp.Event, emit func(*Session)) {
	if t.news == nil {
		t.take(ev, emit)
		return
	}
	var before, after owners
	if ev.Conn != nil {
		before = ownersOf(ev.Conn)
	}
	t.take(ev, emit)
	if ev.Conn != nil {
		after = ownersOf(ev.Conn)
	} else if ev.Kind == ftp.EventTick {
		t.watchAll()
	}
	for i, d := range [...]*dialogue{before[0], before[1], after[0], after[1]} {
		if d != nil && (i < 2 || d != before[i-2]) {
			d.watch()
		}
	}
}

// take is Handle, but for the news.
func (t *Tracker) take(ev *ftp.Event, emit func(*Session)) {
	if !ev.Time.IsZero() && ev.Kind != ftp.EventEnd {
		t.now = ev.Time
	}
	if ev.Kind == ftp.EventTrace {
		t.expected.trace(ev.Ends, ev.Seen)
	}
	if ev.Conn == nil {
		return
	}
	if ev.Conn.Role == ftp.RoleData {
		switch ev.Kind {
		case ftp.EventOpen:
			t.dataOpened(ev.Conn)
		case ftp.EventEnd:
			t.dataEnded(ev.Conn, emit)
		}
		return
	}
	if ev.Kind == ftp.EventOpen {
		if ev.Conn.Recognised {
			t.disown(ev.Conn)
		}
		t.open(ev.Conn, emit)
		return
	}
	d, _ := ev.Conn.Follower.(*dialogue)
	if d == nil {
		return
	}
	d.active = ev.Seen
	switch ev.Kind {
	case ftp.EventCommand:
		d.command(ev)
	case ftp.EventReply:
		d.reply(ev)
	case ftp.EventGap:
		d.gap(ev)
	case ftp.EventSecured:
		d.secured(ev)
	case ftp.EventEnd:
		d.closed = true
		t.settle(d, emit)
		t.leave(d, emit)
	}
}

// Finish ends all sessions: the capture is over. Sessions are emitted in order.
func (t *Tracker) Finish(emit func(*Session)) {
	for _, d := range t.inOrder() {
		t.finish(d, emit)
	}
}

// Notices lists the limits of the tracker that were reached. Those of one
// session are in Session.Notices.
func (t *Tracker) Notices() []ftp.Notice {
	if t.forgotten == 0 {
		return t.notices
	}
	return append(slices.Clip(t.notices), ftp.Notice{
		Code: "limit-failed-sessions", Time: t.now,
		Message: fmt.Sprintf("%d control connections that never opened are not listed: more than %d", t.forgotten, t.limits.Failed),
	})
}

func (t *Tracker) notice(code, format string, a ...any) {
	t.notices = noted(t.notices, ftp.Notice{Code: code, Message: fmt.Sprintf(format, a...), Time: t.now})
}

// noted adds a notice unless there is one of its code.
func noted(have []ftp.Notice, n ftp.Notice) []ftp.Notice {
	if slices.ContainsFunc(have, func(x ftp.Notice) bool { return x.Code == n.Code }) {
		return have
	}
	return append(have, n)
}

func (t *Tracker) inOrder() []*dialogue {
	all := make([]*dialogue, 0, len(t.live))
	for _, d := range t.live {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *dialogue) int { return cmp.Compare(a.number, b.number) })
	return all
}

func (t *Tracker) open(c *ftp.Conn, emit func(*Session)) {
	if len(t.live) >= t.limits.Live {
		t.shed(emit)
	}
	t.sessions++
	d := newDialogue(t, c, t.sessions)
	t.live[c.ID] = d
	c.Follower = d
	h := hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr())
	t.pairs[h] = append(t.pairs[h], d)
}

// shed finishes sessions to make room: those that nobody answered, or else the oldest.
func (t *Tracker) shed(emit func(*Session)) {
	t.notice("limit-live", "more than %d control connections at once: the rest of some sessions is not followed", t.limits.Live)
	all := t.inOrder()
	for _, d := range all {
		if !d.conn.Established.Yes() {
			t.cutShort(d, emit)
		}
	}
	if len(t.live) >= t.limits.Live {
		t.cutShort(all[0], emit)
	}
}

// settle finishes a session once its control connection and all its data
// connections are over.
func (t *Tracker) settle(d *dialogue, emit func(*Session)) {
	if !d.closed {
		return
	}
	if d.running == 0 {
		d.adoptOnce()
	}
	if d.running == 0 {
		t.finish(d, emit)
	}
}

// finish works out what became of a session and emits it.
func (t *Tracker) finish(d *dialogue, emit func(*Session)) {
	delete(t.live, d.conn.ID)
	d.conn.Follower, d.done = nil, true
	t.leaving.left(d)
	without(t.secret, d.client(), d)
	without(t.pairs, hostsOf(d.conn.Ends[0].Addr(), d.conn.Ends[1].Addr()), d)
	d.finish()
	if t.news != nil {
		d.lastNews()
	}
	for _, x := range d.drafts {
		if x.ann != nil {
			t.expected.remove(x.ann)
		}
		for _, c := range x.tried() {
			if !c.Ended {
				disclaim(c, d)
			}
		}
	}
	t.scratch.done(d.drafts)
	d.drafts = nil
	if !d.conn.Established.Yes() {
		if t.failed++; t.failed > t.limits.Failed {
			t.forgotten++
			return
		}
	}
	emit(d.s)
}

// dataOpened ties a new connection to the announcements that it may be for.
func (t *Tracker) dataOpened(c *ftp.Conn) {
	if t.tie(c) {
		return
	}
	if d := t.encryptedBetween(c); d != nil {
		d.inferred(c)
		return
	}
	if len(t.pairs[hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr())]) == 0 {
		t.opensElsewhere(c)
		return
	}
	if t.strays.add(c) {
		t.notice("limit-strays", "more than %d connections between FTP hosts that nothing announced: the oldest are forgotten", t.limits.Strays)
	}
}

// tie attaches a connection to what was announced; false if nothing fits.
func (t *Tracker) tie(c *ftp.Conn) bool {
	// A third host's connection belongs to a session of its own, if it has one.
	stranger := func() bool { return len(t.pairs[hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr())]) == 0 }
	one, two := t.expected.match(c, stranger)
	for _, a := range [...]*announced{one, two} {
		if a == nil {
			continue
		}
		if len(a.conns) < t.limits.Attempts {
			a.conns = append(a.conns, c)
			a.owner.waitsFor(c)
		} else {
			a.owner.notice("limit-attempts", "more than %d data connections for one announcement: later ones are not counted", t.limits.Attempts)
		}
	}
	return one != nil
}

// disown forgets a connection that was taken for a possible data connection and
// proved to be a control connection.
func (t *Tracker) disown(c *ftp.Conn) {
	mine := func(x *ftp.Conn) bool { return x == c }
	if t.strays.takeAt(c.Ends[ftp.Listener].Port(), mine) != nil {
		return
	}
	for _, d := range ownersOf(c) {
		if d == nil {
			continue
		}
		d.running--
		d.drafts = slices.DeleteFunc(d.drafts, func(x *draft) bool {
			x.conns = slices.DeleteFunc(x.conns, mine)
			return x.t.Correlation == CorrelationInferred && len(x.conns) == 0
		})
	}
	c.Follower = nil
}

// dataEnded finishes the sessions that only waited for this connection.
func (t *Tracker) dataEnded(c *ftp.Conn, emit func(*Session)) {
	of := ownersOf(c)
	c.Follower = nil
	for _, d := range of {
		if d == nil {
			continue
		}
		if d.running--; !d.done {
			t.settle(d, emit)
		}
	}
}

// encryptedBetween is the session whose control connection can't be read and
// that a connection without a readable announcement most probably belongs to:
// the one between the two hosts that said something last.
func (t *Tracker) encryptedBetween(c *ftp.Conn) *dialogue {
	var best *dialogue
	for _, d := range t.pairs[hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr())] {
		if x := d.latest(); !d.encrypted && x != nil && x.listensSomewhere() && c.First.Time.Sub(x.ann.asked.Time).Abs() < soon {
			return nil // it is more probably that session's
		}
		if d.encrypted && d.mayBeData(c) && d.spokeBefore(c) && (best == nil || d.lastWord(c).After(best.lastWord(c))) {
			best = d
		}
	}
	return best
}
