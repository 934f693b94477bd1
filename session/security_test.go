package session_test

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// How the control connection is protected, and what that leaves to see.
func TestSecurity(t *testing.T) {
	auth := func(mechanism, reply string) func(h *harness) {
		return func(h *harness) {
			s := h.open()
			s.exchange("AUTH "+mechanism, reply)
			s.tls()
			s.close()
		}
	}
	tell(t, []story{
		{"AUTH TLS", "RFC 4217", auth("TLS", "234 go"), `s1 explicit-tls`},
		{"AUTH SSL", "an older name (field note 23)", auth("SSL", "234 go"), `s1 explicit-tls`},
		{"AUTH TLS-C", "the name that RFC 4217 registered before", auth("TLS-C", "234 go"), `s1 explicit-tls`},
		{"AUTH tls", "any case", auth("tls", "234 go"), `s1 explicit-tls`},
		{"AUTH TLS answered by 200", "VxWorks does so", auth("TLS", "200 ok"), `s1 explicit-tls`},
		{
			"AUTH GSSAPI", "RFC 2228: tokens, then 235",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH GSSAPI", "334 go on")
				s.exchange("ADAT YIIB", "335 ADAT=YGgG")
				s.exchange("ADAT YIIC", "235 done")
				s.exchange("MIC dGVzdA==", "631 AAAA")
				s.quit()
			},
			`s1 gssapi
			> AUTH GSSAPI 334
			> ADAT YIIB 335
			> ADAT YIIC 235
			> MIC dGVzdA== 631
			> QUIT 221`,
		},
		{
			"AUTH refused", "it stays clear (field note 23): transfers are announced",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "530 Please login with USER and PASS.")
				s.exchange("USER ftp", "230 in")
				s.fetch("a", 40001)
				s.quit()
			},
			`s1 user=ftp accepted
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"AUTH SSL refused, AUTH TLS accepted", "curl --ssl tries one after the other (field note 23)",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH SSL", "504 unknown")
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.close()
			},
			`s1 explicit-tls
			> AUTH SSL 504
			> AUTH TLS 234`,
		},
		{
			"implicit TLS", "TLS from the first byte, on 990",
			func(h *harness) {
				s := h.control(clientHost+":40000", serverHost+":990")
				s.answered()
				s.tls()
				s.close()
			},
			`s1 implicit-tls`,
		},
		{
			"the middle of a TLS session", "nobody saw AUTH: TLS all the same, and a passive connection",
			func(h *harness) {
				s := h.midstream()
				s.tls()
				s.dial(40001).answered().tls().delivers(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=1100 client→198.51.100.20:40001 tls inferred`,
		},
		{
			"CCC", "clear text again: commands and announcements can be read (field note 23)",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.secret(server)
				s.fetch("a", 40001)
				s.quit()
			},
			`s1 explicit-tls
			> AUTH TLS 234
			> PASV 227
			> RETR a 150 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"clear text in the encrypted stream", "vsftpd writes 500 OOPS where TLS should be (field note 22)",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				d := s.call(4001)
				d.answered().fin(server, client)
				s.server("500 OOPS: vsf_sysutil_read_loop")
				s.fin(server, client)
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command unknown bytes=0 server→192.0.2.10:4001 inferred
			s1 unsolicited 500`,
		},
		{
			"PROT P", "TLS on the data connection",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.secret(server)
				d := s.dial(40001).answered().tls()
				d.delivers(500)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=1500 client→198.51.100.20:40001 tls inferred`,
		},
		{
			"PROT C", "the control connection is secret, the data connection is not",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.secret(server)
				s.dial(40001).answered().delivers(500)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=500 client→198.51.100.20:40001 inferred`,
		},
	})
}

// What can be said of data connections when the control connection can't be read.
func TestInferred(t *testing.T) {
	secure := func(h *harness, from, to string) *speech {
		s := h.openBetween(from, to)
		s.exchange("AUTH TLS", "234 go")
		s.tls()
		return s
	}
	open := func(h *harness) *speech { return secure(h, clientHost+":40000", serverHost+":21") }
	tell(t, []story{
		{
			"passive", "mode follows the initiator of the data connection",
			func(h *harness) {
				s := open(h)
				s.secret(client)
				s.secret(server)
				s.dial(40001).answered().delivers(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=100 client→198.51.100.20:40001 inferred`,
		},
		{
			"active from port 20", "the server connects",
			func(h *harness) {
				s := open(h)
				s.secret(client)
				s.call(4001).answered().delivers(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command completed bytes=100 server→192.0.2.10:4001 inferred`,
		},
		{
			"active from any port", "ProFTPD and pyftpdlib use ephemeral ports (field note 11)",
			func(h *harness) {
				s := open(h)
				s.secret(client)
				s.call(4001, 49152).answered().uploads(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command completed bytes=100 server→192.0.2.10:4001 inferred`,
		},
		{
			"blocked", "each new SYN to the same endpoint is the same attempt",
			func(h *harness) {
				s := open(h)
				s.secret(server)
				s.dial(40001).silent(3)
				s.dial(40001).silent(3)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command blocked bytes=0 client→198.51.100.20:40001 unanswered attempts=2 inferred`,
		},
		{
			"refused, then another port", "a retry of the client is a transfer of its own",
			func(h *harness) {
				s := open(h)
				s.secret(server)
				s.dial(40001).refused()
				s.secret(client)
				s.secret(server)
				s.dial(40002).answered().delivers(10)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command refused bytes=0 client→198.51.100.20:40001 refused inferred
			s1.t2 passive unannounced no-command completed bytes=10 client→198.51.100.20:40002 inferred`,
		},
		{
			"one after the other", "three transfers are three",
			func(h *harness) {
				s := open(h)
				for port := uint16(40001); port < 40004; port++ {
					s.secret(server)
					s.dial(port).answered().delivers(10)
				}
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=10 client→198.51.100.20:40001 inferred
			s1.t2 passive unannounced no-command completed bytes=10 client→198.51.100.20:40002 inferred
			s1.t3 passive unannounced no-command completed bytes=10 client→198.51.100.20:40003 inferred`,
		},
		{
			"two sessions between the same hosts", "the data connection is of the one whose server spoke last",
			func(h *harness) {
				a := secure(h, clientHost+":40000", serverHost+":21")
				b := secure(h, clientHost+":40001", serverHost+":21")
				a.secret(server)
				d1 := a.dial(50100).answered()
				b.secret(server)
				d2 := b.dial(50200).answered()
				d1.delivers(1)
				d2.delivers(2)
				a.secret(server)
				a.dial(50300).answered().delivers(3)
				a.close()
				b.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=1 client→198.51.100.20:50100 inferred
			s1.t2 passive unannounced no-command completed bytes=3 client→198.51.100.20:50300 inferred
			s2 explicit-tls
			s2.t1 passive unannounced no-command completed bytes=2 client→198.51.100.20:50200 inferred`,
		},
		{
			"two sessions between the same hosts, active", "the data connection is of the one whose client spoke last",
			func(h *harness) {
				a := secure(h, clientHost+":40000", serverHost+":21")
				b := secure(h, clientHost+":40001", serverHost+":21")
				a.secret(client)
				b.secret(server)
				a.call(4001).answered().delivers(1)
				b.secret(client)
				a.secret(server)
				b.call(4002).answered().delivers(2)
				a.close()
				b.close()
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command completed bytes=1 server→192.0.2.10:4001 inferred
			s2 explicit-tls
			s2.t1 active unannounced no-command completed bytes=2 server→192.0.2.10:4002 inferred`,
		},
		{
			"a clear and an encrypted session", "what is announced goes to the clear one, the rest to the other",
			func(h *harness) {
				a := h.openBetween(clientHost+":40000", serverHost+":21")
				b := secure(h, clientHost+":40001", serverHost+":21")
				a.pasv(40001)
				d := a.dial(40001).answered()
				b.secret(server)
				b.dial(40002).answered().delivers(5)
				a.exchange("RETR a", "150 here it comes")
				d.delivers(7)
				a.server("226 done")
				a.quit()
				b.close()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=7 client→198.51.100.20:40001
			s2 explicit-tls
			s2.t1 passive unannounced no-command completed bytes=5 client→198.51.100.20:40002 inferred`,
		},
		{
			"TLS ends before TCP", "close_notify of the sender is its end (RFC 4217 section 10.1): the receiver's FIN comes behind it",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				d := s.dial(40001).answered().tls().down(5000)
				d.c.Half[server].Shutdown = d.c.Half[server].LastData
				d.fin(client, server)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=6000 client→198.51.100.20:40001 tls inferred`,
		},
		{
			"TLS ended by both, then RST", "the alert of the client crossed the FIN of the server, whose host is answered by RST: nothing was left to come",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				d := s.dial(40001).answered().tls().down(24)
				d.c.Half[server].Shutdown = d.c.Half[server].LastData
				d.up(24)
				d.c.Half[client].Shutdown = d.c.Half[client].LastData
				d.c.Half[server].Acked -= 24
				d.fin(server).rst(client)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=1024 client→198.51.100.20:40001 reset tls inferred`,
		},
		{
			"an encrypted upload", "the sender is the client: its FIN comes first",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				s.dial(40001).answered().tls().uploads(300)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=500 client→198.51.100.20:40001 tls inferred`,
		},
		{
			"not data: well-known ports", "ssh and https between the same hosts",
			func(h *harness) {
				s := open(h)
				s.secret(server)
				s.dial(22).answered().delivers(5)
				s.dial(443).answered().delivers(5)
				s.close()
			},
			`s1 explicit-tls`,
		},
		{
			"not data: other hosts", "a stranger has nothing to do with it",
			func(h *harness) {
				s := open(h)
				s.secret(server)
				h.data(thirdHost+":50001", serverHost+":40001").answered().delivers(5)
				s.close()
			},
			`s1 explicit-tls`,
		},
		{
			"not data: another control connection", "taken for data until it greets and commands come",
			func(h *harness) {
				s := open(h)
				s.secret(server)
				d := s.dial(2121).answered()
				d.c.Role, d.c.Recognised = ftp.RoleControl, true
				h.handle(ftp.Event{Kind: ftp.EventOpen, Seen: h.packet(), Conn: d.c})
				b := &speech{flow: d}
				b.server("220 hello")
				b.quit()
				s.close()
			},
			`s1 explicit-tls
			s2`,
		},
		{
			"before TLS", "a connection from before is not inferred",
			func(h *harness) {
				s := h.open()
				s.dial(8080).answered().delivers(5)
				h.advance(time.Minute)
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.close()
			},
			`s1 explicit-tls`,
		},
	})
}
