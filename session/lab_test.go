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
				s.fin(server, client)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=100 client→198.51.100.20:40001`,
		},
		{
			"the server hangs up on a stranger", "Pure-FTPd closes without a word; the client leaves, and nothing is going on any more",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.client("RETR a")
				d.fin(server, client)
				h.advance(7 * time.Second)
				s.fin(client)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=0 client→198.51.100.20:40001`,
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

// Stories from a review of 2026-11-22.
func TestReview(t *testing.T) {
	tell(t, []story{
		{
			"an idle session and another client", "an announcement of ten minutes ago must not take the connection of a host with a session of its own",
			func(h *harness) {
				a := h.open()
				a.pasv(40001)
				h.advance(10 * time.Minute)
				b := h.openBetween(thirdHost+":1028", serverHost+":21")
				b.exchange("AUTH TLS", "234 go")
				b.tls()
				b.secret(server)
				h.data(thirdHost+":50001", serverHost+":40001").answered().delivers(7)
				a.quit()
				b.close()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unseen no-data
			s2 explicit-tls
			s2.t1 passive unannounced no-command completed bytes=7 client→198.51.100.20:40001 inferred`,
		},
		{
			"ABOR, CWD, and no reply to the transfer", "the path is that of the directory in which the command was said",
			func(h *harness) {
				s := begun(h, "/a")
				s.pasv(40001)
				s.dial(40001).silent(6)
				s.client("RETR x")
				s.exchange("ABOR", "226 Abort successful")
				s.exchange("CWD /b", "250 ok")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR x blocked 226 download=0 client→198.51.100.20:40001 unanswered path=/a/x ABOR`,
		},
		{
			"a data base beside an encrypted session", "nothing was said for eleven minutes: nothing announced this connection",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				h.advance(11 * time.Minute)
				s.dial(3306).silent(4)
				s.close()
			},
			`s1 explicit-tls`,
		},
		{
			"an encrypted session and a readable one between the same hosts", "the readable one waits for a connection whose announcement is lost",
			func(h *harness) {
				a := h.open()
				a.exchange("AUTH TLS", "234 go")
				a.tls()
				b := h.openBetween(clientHost+":40001", serverHost+":21")
				b.client("PASV")
				b.gap(server, "227 Entering Passive Mode (198,51,100,20,156,65).")
				d := b.dial(40001).answered()
				b.exchange("RETR a", "150 go")
				d.delivers(100)
				b.server("226 done")
				a.close()
				b.quit()
			},
			`s1 explicit-tls
			s2 lossy
			s2.t1 passive PASV ? unanswered RETR a completed 226 download=100 client→198.51.100.20:40001 inferred`,
		},
		{
			"451 after SYNs without answer", "the number is another, but it speaks of the connection",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				s.call(4001).silent(6)
				s.server("451 Connection timed out")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST blocked 451 listing=0 server→192.0.2.10:4001 unanswered`,
		},
		{
			"229 with an address", "the client connects to where the control connection goes (RFC 2428 section 3)",
			func(h *harness) {
				s := h.open()
				s.exchange("EPSV", "229 ok (|1|10.0.0.5|40001|)")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"part of a file", "ERET has more words than the name (GridFTP): no path is better than a wrong one",
			func(h *harness) {
				s := begun(h, "/a")
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("ERET P 0 100 x", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 ERET P 0 100 x completed 226 download=100 client→198.51.100.20:40001`,
		},
	})
}
