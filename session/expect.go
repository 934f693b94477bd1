package session

import (
	"net/netip"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// announced is an announcement and the connections that came of it. Transfers
// whose commands were rejected before a data connection came share it.
type announced struct {
	owner    *dialogue
	a        *Announcement
	asked    ftp.Seen // the command: PORT, or PASV
	mode     ftp.Mode
	readable bool     // Endpoint is what was announced
	closed   ftp.Seen // the session announced anew; zero if it did not
	conns    []*ftp.Conn
	usual    [1]*ftp.Conn // memory of conns: most announcements get one
	older    *announced   // the one before of the same port
	nth      int          // of the latest: how many there are
}

// stale is how long an announcement is believed that the session itself replaced.
// nf_conntrack_ftp keeps an expectation as long.
const stale = 5 * time.Minute

// early is how long before its announcement a connection may have begun, in a
// capture whose frames are out of order.
const early = 2 * time.Second

// peer is the most that fits can be where the initiator is not the announced
// peer of the session.
const peer = 3

// fits tells how well a connection fits the announcement: 0 not at all. The
// listener's port must be the announced one. The announced address is a soft
// key, because NAT changes it and clients ignore it; so is the initiator, who
// may be a third host (FXP) or have another address behind NAT. The initiator's
// port says nothing.
func (a *announced) fits(initiator, listener netip.AddrPort) int {
	if !a.readable || listener.Port() != a.a.Endpoint.Port() {
		return 0
	}
	waits, comes := a.owner.client(), a.owner.server()
	if a.mode == ftp.ModePassive {
		waits, comes = comes, waits
	}
	score := 0
	switch listener.Addr() {
	case waits:
		score = peer
	case a.a.Endpoint.Addr():
		score = peer - 1
	default:
		return 0
	}
	if initiator.Addr() == comes {
		score += peer + 1
	}
	return score
}

// satisfied reports whether a connection of this announcement was established,
// and not thrown out before it carried anything, as a third host's is.
func (a *announced) satisfied() bool {
	return slices.ContainsFunc(a.conns, func(c *ftp.Conn) bool {
		empty := c.Half[0].Bytes == 0 && c.Half[1].Bytes == 0
		reset := c.Half[0].RST.Yes() || c.Half[1].RST.Yes()
		gone := reset || ended(c).Yes() && a.fits(c.Ends[0], c.Ends[1]) <= peer
		return c.Established.Yes() && !(empty && gone)
	})
}

// expected holds the announcements of live sessions by the listener's port: the
// latest of each, from which older leads to those before it. The ports are in
// pages of 256, since most captures have few.
type expected struct {
	pages [256]*[256]*announced
	ports ftp.PortSet // those with an announcement: asked for each packet that nobody knows
}

// at is the latest announcement of a port, or nil.
func (e *expected) at(port uint16) *announced {
	if page := e.pages[port>>8]; page != nil {
		return page[port&0xff]
	}
	return nil
}

// add opens an announcement. Those of the same port that are done with are
// forgotten on the way, so that a server with one port costs no more than others.
func (e *expected) add(a *announced) {
	p := a.a.Endpoint.Port()
	latest := e.at(p)
	if n := latest.count(); n >= 8 && n&(n-1) == 0 {
		e.forget(p, func(x *announced) bool { return x.closed.Yes() && !x.open(a.asked.Time) })
		latest = e.at(p)
	}
	if e.pages[p>>8] == nil {
		e.pages[p>>8] = new([256]*announced)
	}
	a.older, a.nth = latest, latest.count()+1
	e.pages[p>>8][p&0xff] = a
	e.ports.Add(p)
}

func (e *expected) remove(a *announced) {
	e.forget(a.a.Endpoint.Port(), func(x *announced) bool { return x == a })
}

// forget removes announcements of a port.
func (e *expected) forget(p uint16, done func(*announced) bool) {
	page := e.pages[p>>8]
	if page == nil {
		return
	}
	left := 0
	for at := &page[p&0xff]; *at != nil; {
		if x := *at; done(x) {
			*at = x.older
		} else {
			at = &x.older
			left++
		}
	}
	if left == 0 {
		e.ports.Remove(p)
	} else {
		page[p&0xff].nth = left
	}
}

// count is how many announcements there are of the port of the latest.
func (a *announced) count() int {
	if a == nil {
		return 0
	}
	return a.nth
}

// match finds what a connection was announced by: in each session the latest
// announcement that fits and waits. A session whose announced peer opens it is
// preferred; a third host's connection belongs to the session that listens only
// if the session of the initiator named that endpoint too (FXP: two is that one),
// or if strangers are let in and no better one is there. Nil is none.
func (e *expected) match(c *ftp.Conn, strangers func() bool) (one, two *announced) {
	for a := e.at(c.Ends[ftp.Listener].Port()); a != nil; a = a.older {
		if fit := a.fits(c.Ends[0], c.Ends[1]); fit > peer && a.waits(c) {
			one = a
			break
		}
	}
	if one != nil && !one.third() {
		return one, nil
	}
	for a := e.at(c.Ends[ftp.Listener].Port()); a != nil; a = a.older {
		fit := a.fits(c.Ends[0], c.Ends[1])
		if fit == 0 || fit > peer || !a.waits(c) {
			continue
		}
		switch {
		case one == nil && c.First.Time.Sub(a.asked.Time) <= stale && strangers():
			return a, nil
		case one != nil && a.owner.client() == one.owner.client() && a.mode != one.mode:
			return one, a
		}
	}
	return one, nil
}

// trace notes a packet of a data connection whose beginning was not captured, unless it
// is a late one of an earlier connection between the same ends.
func (e *expected) trace(ends [2]netip.AddrPort, seen ftp.Seen) {
	for a := e.at(ends[ftp.Listener].Port()); a != nil; a = a.older {
		if slices.ContainsFunc(a.conns, func(c *ftp.Conn) bool { return c.Ends == ends }) {
			return
		}
	}
	for a := e.at(ends[ftp.Listener].Port()); a != nil; a = a.older {
		if a.fits(ends[0], ends[1]) > peer && a.open(seen.Time) && len(a.conns) == 0 && !a.a.Trace.Yes() {
			a.a.Trace = seen
			return
		}
	}
}

// waits reports whether the announcement is still open for the connection.
func (a *announced) waits(c *ftp.Conn) bool {
	if over := ended(c); over.Yes() && earlier(over, a.asked) {
		return false // it was over before
	}
	return a.open(c.First.Time)
}

// open reports whether a connection that begins at this time may be for the
// announcement.
func (a *announced) open(now ftp.Time) bool {
	replaced := a.closed.Yes() && now.Sub(a.closed.Time) > stale
	return !replaced && (a.a.Accepted == nil || *a.a.Accepted) && !a.satisfied()
}

// third reports whether an active announcement names neither end of its session.
func (a *announced) third() bool {
	addr := a.a.Endpoint.Addr()
	return a.mode == ftp.ModeActive && addr != a.owner.client() && addr != a.owner.server()
}
