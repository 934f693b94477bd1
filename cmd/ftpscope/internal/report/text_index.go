package report

import (
	"sort"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// index finds things in the session that is being written. What is said of one
// of many transfers must not cost a walk over all commands.
type index struct {
	of     *session.Session
	masker *masker
	byRef  map[ftp.Ref][]int // the commands that this packet holds, or a reply to them
	asides map[ftp.Ref]int   // the reply that answers no command in this packet
	abors  []int             // the ABOR commands
	latest []ftp.Time        // the latest time up to each of them
}

// index returns that of a session; it is made once, as sessions are written one
// after the other.
func (r *renderer) index(s *session.Session) *index {
	if r.indexed == nil || r.indexed.of != s {
		r.indexed = newIndex(s, newMasker(s, !r.text.ShowSecrets, r.witnesses[s.ID]...))
	}
	return r.indexed
}

func newIndex(s *session.Session, m *masker) *index {
	x := &index{of: s, masker: m, byRef: make(map[ftp.Ref][]int, 2*len(s.Commands)), asides: make(map[ftp.Ref]int)}
	for i, reply := range s.Unsolicited {
		x.asides[reply.Seen.Ref] = i
	}
	for i, c := range s.Commands {
		x.add(c.Seen.Ref, i)
		for _, reply := range c.Replies {
			x.add(reply.Seen.Ref, i)
		}
		if c.Verb != "ABOR" {
			continue
		}
		latest := c.Seen.Time
		if n := len(x.latest); n > 0 && x.latest[n-1].After(latest) {
			latest = x.latest[n-1]
		}
		x.abors, x.latest = append(x.abors, i), append(x.latest, latest)
	}
	return x
}

func (x *index) add(ref ftp.Ref, command int) {
	commands := x.byRef[ref]
	if n := len(commands); n == 0 || commands[n-1] != command {
		x.byRef[ref] = append(commands, command)
	}
}

// abor is the first ABOR that is not before a time.
func (x *index) abor(from ftp.Time) (session.Command, bool) {
	i := sort.Search(len(x.abors), func(i int) bool { return !x.latest[i].Before(from) })
	if i == len(x.abors) {
		return session.Command{}, false
	}
	return x.of.Commands[x.abors[i]], true
}

// beginning is the reply that says that a transfer begins.
func (x *index) beginning(t *session.Transfer) ftp.Seen {
	if t.Command == nil {
		return ftp.Seen{}
	}
	for _, i := range x.byRef[t.Command.Seen.Ref] {
		c := &x.of.Commands[i]
		if c.Seen.Ref != t.Command.Seen.Ref || c.Verb != t.Command.Verb {
			continue
		}
		for _, reply := range c.Replies {
			if reply.Code/100 == 1 {
				return reply.Seen
			}
		}
	}
	return ftp.Seen{}
}

// declined is the reply that did not accept an announcement.
func (x *index) declined(a *session.Announcement) (session.Reply, bool) {
	for _, i := range x.byRef[a.Seen.Ref] {
		c := &x.of.Commands[i]
		if n := len(c.Replies); c.Verb == a.Verb && n > 0 && c.Replies[n-1].Code/100 != 2 {
			return c.Replies[n-1], true
		}
	}
	return session.Reply{}, false
}
