package session

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// leaving are sessions whose control connection is over, and that wait for data
// connections which did not open so far: a SYN that nobody answers is repeated for
// two minutes. Where there are many, the first is not waited for any longer.
type leaving struct {
	all   []*dialogue // in the order in which they left; some are done
	count int         // of those that are not
}

// leave lets a session wait that is not done yet.
func (t *Tracker) leave(d *dialogue, emit func(*Session)) {
	if d.done {
		return
	}
	l := &t.leaving
	d.leaves = true
	l.all, l.count = append(l.all, d), l.count+1
	if len(l.all) > 2*l.count+16 { // most are done: they are not held any longer
		l.all = slices.DeleteFunc(l.all, func(d *dialogue) bool { return d.done })
	}
	for l.count > t.limits.Leaving {
		first := l.all[0]
		l.all = l.all[1:]
		if first.done {
			continue
		}
		if first.hopeless() {
			t.cutShort(first, emit)
			continue
		}
		first.leaves = false
		l.count--
	}
}

// left takes a session that is done from those that leave.
func (l *leaving) left(d *dialogue) {
	if d.leaves {
		d.leaves = false
		l.count--
	}
}

// hopeless reports whether no data connection goes on.
func (d *dialogue) hopeless() bool {
	for _, x := range d.drafts {
		for _, c := range x.tried() {
			if !c.Ended && (c.Established.Yes() || c.Midstream) {
				return false
			}
		}
	}
	return true
}

// cutShort finishes a session whose connections may go on. What comes of them is
// not in it.
func (t *Tracker) cutShort(d *dialogue, emit func(*Session)) {
	t.finish(d, func(s *Session) {
		s.detach()
		emit(s)
	})
}

// detach gives a session connections of its own, which change no more, in place of
// those that are not over.
func (s *Session) detach() {
	own := make(map[*ftp.Conn]*ftp.Conn)
	detached := func(c *ftp.Conn) *ftp.Conn {
		if c == nil || c.Ended {
			return c
		}
		if own[c] == nil {
			own[c] = c.Clone()
		}
		return own[c]
	}
	s.Control = detached(s.Control)
	for _, t := range s.Transfers {
		if t.Data == nil {
			continue
		}
		t.Data.Conn = detached(t.Data.Conn)
		for i, c := range t.Data.Attempts {
			t.Data.Attempts[i] = detached(c)
		}
	}
}
