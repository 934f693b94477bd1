package compare

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// roles are the hosts that were clients, and those that were servers, of the
// sessions at a point.
type roles struct{ clients, servers map[netip.Addr]bool }

func rolesAt(p *Point) roles {
	r := roles{make(map[netip.Addr]bool), make(map[netip.Addr]bool)}
	for _, s := range p.Sessions {
		r.clients[s.Client.Addr()], r.servers[s.Server.Addr()] = true, true
	}
	return r
}

// opened reports whether the client's host opened a connection, or the server's;
// ok is false where hosts are both, or none.
func (r roles) opened(c *ftp.Conn) (byClient, ok bool) {
	if c.Role == ftp.RoleControl {
		return true, true
	}
	from := c.Ends[ftp.Initiator].Addr()
	byClient = r.clients[from]
	return byClient, byClient != r.servers[from]
}
