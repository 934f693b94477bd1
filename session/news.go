package session

import (
	"strconv"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// News is something that happened in a session that is not over: what is known at
// that moment, which what comes later may change. What holds in the end is in the
// session that the tracker emits.
type News struct {
	Kind     NewsKind
	Session  *Session  // as it is now, with the latest of its transfers; only to be read, and valid until the function returns
	Transfer *Transfer // the last of Session.Transfers; nil for news of the session itself
	Place    int       // of Transfer in the whole session
}

// NewsKind says what happened.
type NewsKind uint8

// The kinds of news.
const (
	NewsOpened  NewsKind = iota // a control connection is open
	NewsFailing                 // a connection, control or data, failed to open, or stands still, or does so far: for long enough to say so
	NewsEnded                   // a transfer is over
	NewsClosed                  // the control connection is over
	NewsLimit                   // a limit was reached: Session.Notices ends with it
)

// heard is what was told of a session or of a transfer.
type heard struct{ opened, failing, ended bool }

// answerTime is how long after a SYN its answer has come, or will not come.
const answerTime = 500 * time.Millisecond

// maxNewest is how many of its latest transfers a session has in news.
const maxNewest = 32

// newest are the latest transfers of a session that were told to be over.
type newest struct {
	first     int // place of the first draft that was not told to be over
	transfers []*Transfer
}

// watch tells what is new in a session since it was asked last.
func (d *dialogue) watch() {
	if d.done {
		return
	}
	c := d.conn
	switch {
	case !d.heard.opened && (c.Established.Yes() || c.Midstream):
		d.heard.opened = true
		d.tell(NewsOpened, nil, 0)
	case !d.heard.opened && !d.heard.failing && d.t.failing(c):
		d.heard.failing = true
		d.tell(NewsFailing, nil, 0)
	}
	for i := d.newest.first; i < len(d.drafts); i++ {
		x := d.drafts[i]
		switch {
		case x.heard.ended:
		case d.settled(i):
			if t := d.preview(i); t.Outcome != OutcomeIncomplete || d.stateEnded() {
				d.ended(i, t)
			}
		case !x.heard.failing && x.fails():
			x.heard.failing = true
			d.tell(NewsFailing, d.preview(i), i)
		}
	}
	for d.newest.first < len(d.drafts) && d.drafts[d.newest.first].heard.ended {
		d.newest.first++
	}
	d.tellClosed()
}

// watchAll does so for all sessions, since time passed.
func (t *Tracker) watchAll() {
	for _, d := range t.inOrder() {
		d.watch()
	}
}

// lastNews tells what was not told of a session that is finished.
func (d *dialogue) lastNews() {
	for i, x := range d.drafts {
		if !x.heard.ended {
			d.ended(i, x.t)
		}
	}
	d.tellClosed()
}

// tellClosed tells that the control connection is over, if it is.
func (d *dialogue) tellClosed() {
	if d.heard.opened && !d.heard.ended && d.stateEnded() {
		d.heard.ended = true
		d.tell(NewsClosed, nil, 0)
	}
}

// ended tells that a transfer is over.
func (d *dialogue) ended(i int, t *Transfer) {
	d.drafts[i].heard.ended = true
	d.tell(NewsEnded, t, i)
	n := &d.newest
	if len(n.transfers) == 2*maxNewest {
		n.transfers = append(n.transfers[:0:0], n.transfers[maxNewest:]...)
	}
	n.transfers = append(n.transfers, t)
}

// tell gives news out.
func (d *dialogue) tell(kind NewsKind, t *Transfer, place int) {
	s := *d.s
	s.ID = d.id()
	s.State = stateOf(d.conn)
	s.First, s.Last = d.conn.First, d.conn.Last
	s.Encrypted, s.Now = d.encrypted, d.t.now
	s.Transfers = d.newest.transfers[max(0, len(d.newest.transfers)-maxNewest):]
	if t != nil {
		s.Transfers = append(s.Transfers[:len(s.Transfers):len(s.Transfers)], t)
	}
	d.t.news(&News{Kind: kind, Session: &s, Transfer: t, Place: place})
}

// preview is what the i-th transfer comes to, as far as is known.
func (d *dialogue) preview(i int) *Transfer {
	x := *d.drafts[i]
	t := *x.t
	x.t, x.parts = &t, &parts{}
	x.next = d.after(i)
	x.finish(d.sharedLater(i))
	t.ID = d.id() + ".t" + strconv.Itoa(i+1)
	return &t
}

// settled reports whether the i-th transfer is over: its final reply came, or the
// client went on without one, and no connection of it goes on.
func (d *dialogue) settled(i int) bool {
	x := d.drafts[i]
	if x.t.Aborted && x.abor == nil && i+1 == len(d.drafts) && !d.stateEnded() {
		return false // the reply to ABOR may turn it over
	}
	if len(x.tried()) == 0 && d.s.LostBytes > 0 {
		return false // at the end a connection may turn out to be its
	}
	if i+1 == len(d.drafts) && !d.stateEnded() && d.t.now.Sub(x.lateSince()) < answerTime {
		return false // who connects late, or is answered late, is still to come
	}
	declined := x.ann != nil && x.ann.a.Accepted != nil && !*x.ann.a.Accepted
	over := i+1 < len(d.drafts) || d.stateEnded() || x.t.Reply != nil || declined && x.t.Command == nil
	opened := false
	for _, c := range x.tried() {
		if !c.Established.Yes() && !c.Midstream {
			continue // it counts as tried in vain
		}
		if opened = true; !connOver(c) {
			return false
		}
	}
	return over || opened && d.encrypted
}

// lateSince is when the server gave up a data connection that nobody had opened, or when
// somebody tried to open it after that; zero if it did not.
func (x *draft) lateSince() (since ftp.Time) {
	r, all := x.t.Reply, x.tried()
	switch {
	case r == nil || !connectionTrouble(r.Code):
		return since
	case len(all) == 0:
		return r.Seen.Time
	}
	for _, c := range all {
		if c.Established.Yes() || c.Midstream {
			return ftp.Time{}
		}
		if c.First.Time.After(r.Seen.Time) && len(c.Answers) == 0 {
			since = c.First.Time
		}
	}
	return since
}

// connOver reports whether nothing more comes on a connection.
func connOver(c *ftp.Conn) bool {
	if c.Ended {
		return true
	}
	s := stateOf(c)
	return s == StateClosed || s == StateReset
}

// fails reports whether the connection of a transfer failed to open so far, or
// nothing moves on it for long enough to say so.
func (x *draft) fails() bool {
	all := x.tried()
	if len(all) == 0 {
		return false
	}
	c := all[len(all)-1]
	return x.d.t.failing(c) && !x.carried() || x.stands(c)
}

// stands reports whether a transfer that began stands still for twice as long as a
// stall takes.
func (x *draft) stands(c *ftp.Conn) bool {
	opened := c.Established.Yes() || c.Midstream
	return opened && !connOver(c) && x.prelim != nil && x.t.Reply == nil && x.d.t.now.Sub(x.progress(c)) >= 2*x.stallOf(c)
}

// failing reports whether a connection failed to open: it was turned down, or
// nobody answered for so long that it is certain.
func (t *Tracker) failing(c *ftp.Conn) bool {
	if c.Established.Yes() || c.Midstream {
		return false
	}
	switch stateOf(c) {
	case StateRefused, StateProhibited:
		return true
	case StateUnanswered:
		// It is tried again, perhaps with success: this is later than a verdict
		// where somebody has given up.
		latest := c.First
		if n := len(c.SYNs); n > 0 {
			latest = c.SYNs[n-1].Seen
		}
		return c.SYNCount >= 3 && t.now.Sub(c.First.Time) >= stall && t.now.Sub(latest.Time) >= answerTime
	}
	return false
}
