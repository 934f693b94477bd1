package session

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// elsewhere is the session that a connection of its client to a private address, or to a
// neighbour of the server, probably belongs to, or nil: a server behind a NAT that
// cannot read what it says announces the address that it has in its own network, or
// another of its public ones. The control connection is encrypted, goes to an address
// that is not private, and the client connects right after the server's word, without
// one of its own. One connection for each word. The zero Time leaves open when.
func (t *Tracker) elsewhere(from, to netip.AddrPort, now ftp.Time) *dialogue {
	if len(t.secret) == 0 || to.Port() < 1024 || !to.Addr().Is4() {
		return nil
	}
	all := t.secret[from.Addr()]
	for _, d := range all[max(0, len(all)-maxSecret):] {
		client, server := &d.conn.Half[ftp.Initiator], &d.conn.Half[ftp.Listener]
		said := server.LastData.Time
		switch since := now.Sub(said); {
		case !now.IsZero() && (since < 0 || since > answerTime), !d.encrypted, d.stateEnded():
		case !to.Addr().IsPrivate() && !neighbours(to.Addr(), d.server()):
		case d.server().IsPrivate() || d.server().IsLoopback() || to.Addr() == d.client():
		case client.LastData.Time.After(said), d.elsewhere.After(said):
		default:
			return d
		}
	}
	return nil
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

// strangers keeps the session in mind as one whose client may connect elsewhere.
func (d *dialogue) strangers() {
	if d.t.secret == nil {
		d.t.secret = make(map[netip.Addr][]*dialogue)
	}
	if all := d.t.secret[d.client()]; !slices.Contains(all, d) {
		d.t.secret[d.client()] = append(all, d)
	}
}

// forgetStrangers takes that back.
func (d *dialogue) forgetStrangers() {
	if rest := slices.DeleteFunc(d.t.secret[d.client()], func(x *dialogue) bool { return x == d }); len(rest) > 0 {
		d.t.secret[d.client()] = rest
	} else {
		delete(d.t.secret, d.client())
	}
}

// between reports whether a connection is one between the hosts of the session.
func (d *dialogue) between(c *ftp.Conn) bool {
	return hostsOf(c.Ends[0].Addr(), c.Ends[1].Addr()) == hostsOf(d.client(), d.server())
}

// astray reports whether the transfer rests on nothing but a connection to another
// host than the server that came up: what belongs together by time alone is
// believed only of connections that failed.
func (x *draft) astray() bool {
	return x.ann == nil && x.t.Command == nil && slices.ContainsFunc(x.conns, func(c *ftp.Conn) bool {
		return !x.d.between(c) && c.Established.Yes()
	})
}
