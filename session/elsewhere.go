package session

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// elsewhere is the session that a connection of its client to a private address, or to a
// neighbour of the server, probably belongs to, or nil: a server behind a NAT that
// cannot read what it says announces the address that it has in its own network, or
// another of its public ones. The control connection is encrypted and goes to an address
// that is not private; the server spoke last, and no connection came of that yet. Of
// several sessions it is the one that spoke last.
func (t *Tracker) elsewhere(from, to netip.AddrPort) (best *dialogue) {
	if len(t.secret) == 0 || to.Port() < 1024 || !to.Addr().Is4() {
		return nil
	}
	all := t.secret[from.Addr()]
	for _, d := range all[max(0, len(all)-maxSecret):] {
		said := d.spoke()
		switch {
		case !d.encrypted, d.stateEnded(), best != nil && best.spoke().After(said):
		case !to.Addr().IsPrivate() && !neighbours(to.Addr(), d.server()):
		case d.server().IsPrivate(), d.server().IsLoopback(), to.Addr() == d.client():
		case d.conn.Half[ftp.Initiator].LastData.Time.After(said), d.elsewhere.After(said):
		default:
			best = d
		}
	}
	return best
}

// spoke is when the server said something last.
func (d *dialogue) spoke() ftp.Time { return d.conn.Half[ftp.Listener].LastData.Time }

// opensElsewhere takes a connection between hosts that have no session: it is the data
// connection of one that it goes elsewhere for if it came right after the server's word.
func (t *Tracker) opensElsewhere(c *ftp.Conn) {
	d := t.elsewhere(c.Ends[ftp.Initiator], c.Ends[ftp.Listener])
	if d == nil {
		return
	}
	if since := c.First.Time.Sub(d.spoke()); since >= 0 && since <= answerTime {
		d.elsewhere = c.First.Time
		d.inferred(c)
	}
}

// maxSecret is how many of the latest sessions of a client are looked at.
const maxSecret = 64

// neighbours reports whether two IPv4 addresses are of the same 256.
func neighbours(a, b netip.Addr) bool {
	if !a.Is4() || !b.Is4() {
		return false
	}
	net, err := a.Prefix(24)
	return err == nil && net.Contains(b)
}
