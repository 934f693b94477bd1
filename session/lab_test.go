package session_test

import (
	"net/netip"
	"testing"
	"time"
)

// Stories from our own lab of 2026-11-22: real servers and clients, and captures
// that begin or end in the middle.
func TestLab(t *testing.T) {
	tell(t, []story{
		{
			"the sender's kernel resets after the close", "curl closes its TLS upload and is gone when the server's close_notify comes: nothing was lost",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				s.dial(40001).answered().tls().up(20000).fin(client).rst(client)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=20200 client→198.51.100.20:40001 reset tls inferred`,
		},
		{
			"the server is killed in a download", "its kernel closes both connections: no 226 was ever said",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.fin(client, server)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=100 client→198.51.100.20:40001`,
		},
		{
			"mail beside an encrypted session", "payload in both directions without TLS is no data connection",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				s.dial(2525).answered().down(30).up(20).fin(client, server)
				s.secret(server)
				s.dial(40001).answered().delivers(7)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=7 client→198.51.100.20:40001 inferred`,
		},
		{
			"connected as the capture ends", "the client had no time to say RETR",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).answered()
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 no-command incomplete bytes=0 client→198.51.100.20:40001 open`,
		},
		{
			"no such file after 150", "ProFTPD says 150 before it looks: it declined, and nothing was cut off",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("LIST nix", "150 go")
				d.fin(server, client)
				s.server("450 nix: No such file or directory")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 LIST nix rejected 450 listing=0 client→198.51.100.20:40001`,
		},
		{
			"the announcement without its command", "the capture begins between PASV and 227: a 227 announces all the same",
			func(h *harness) {
				s := h.midstream()
				s.server(s.says227(netip.MustParseAddr(serverHost), 40001))
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.close()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001
			s1 unsolicited 227`,
		},
		{
			"a RST when all is over", "four SYNs got no answer; the fifth, after the client had left, got a RST",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				d := s.call(4001).silent(4)
				s.close()
				h.advance(5 * time.Second)
				d.refused()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST blocked listing=0 server→192.0.2.10:4001 refused`,
		},
	})
}
