package session_test

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/session"
)

// Stories that failed once: each was a bug.
func TestRegressions(t *testing.T) {
	tell(t, []story{
		{
			"announced as the capture ends", "nobody changed his mind: the capture ended",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.advance(400 * time.Millisecond)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 no-command incomplete no-data`,
		},
		{
			"STAT during a transfer", "213 is for STAT, 226 for RETR (RFC 959 section 4.1.3)",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(50)
				s.exchange("STAT", "213 half of it")
				d.delivers(50)
				s.server("226 done")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 226
			> STAT 213
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"REST with rubbish", "no number, no offset",
			func(h *harness) {
				s := h.open()
				s.exchange("REST x", "350 ok")
				s.ask("RETR a")
				s.exchange("REST -5", "350 ok")
				s.ask("RETR b")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR b completed 226 no-data`,
		},
		{
			"REST beyond 64 bits", "no number that could be an offset",
			func(h *harness) {
				s := h.open()
				s.exchange("REST 99999999999999999999", "350 ok")
				s.ask("RETR a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data`,
		},
		{
			"a second USER is accepted", "ProFTPD and pyftpdlib let a client log in anew: the USER that counted last",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "230 in")
				s.exchange("USER ada", "331 password")
				s.exchange("PASS x", "230 in")
				s.quit()
			},
			`s1 user=ada accepted`,
		},
		{
			"the answer to CWD is lost", "nobody knows whether it was followed: the working directory is not known",
			func(h *harness) {
				s := begun(h, "/pub")
				s.client("CWD x")
				s.gap(server, "250 ok")
				s.ask("RETR a")
				s.quit()
			},
			`s1 lossy
			s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data`,
		},
		{
			"a command is lost", "it may have been CWD or TYPE: neither is known any more",
			func(h *harness) {
				s := begun(h, "/pub")
				s.exchange("TYPE I", "200 ok")
				s.gap(client, "CWD x")
				s.server("250 ok")
				s.ask("RETR a")
				s.quit()
			},
			`s1 lossy
			s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data
			s1 unsolicited 250`,
		},
		{
			"TLS between PWD and CCC", "what was said in secret may have been CWD and TYPE",
			func(h *harness) {
				s := begun(h, "/pub")
				s.exchange("TYPE I", "200 ok")
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.secret(server)
				s.ask("RETR a")
				s.quit()
			},
			`s1 explicit-tls
			s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data`,
		},
		{
			"TYPE and RETR in one segment", "the answer to TYPE comes behind the command RETR, and is before its reply",
			func(h *harness) {
				s := h.open()
				s.pipeline("TYPE I", portCommand(clientHost, 4001), "RETR a")
				s.server("200 ok")
				s.server("200 ok")
				s.server("150 go")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data type=I`,
		},
		{
			"REST and RETR in one segment, REST declined", "from the beginning",
			func(h *harness) {
				s := h.open()
				s.pipeline(portCommand(clientHost, 4001), "REST 100", "RETR a")
				s.server("200 ok")
				s.server("502 no")
				s.server("150 go")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data`,
		},
		{
			"a stranger takes the port and is thrown out", "the connection that carried the file counts, and it is the client's",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.data(thirdHost+":50001", serverHost+":40001").answered().rst(server)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 attempts=2`,
		},
		{
			"encrypted, active, from 20 of a server on 2121", "vsftpd on 2121 still uses 20 (field note 11)",
			func(h *harness) {
				s := h.openBetween(clientHost+":40000", serverHost+":2121")
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.call(4001, 20).answered().delivers(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command completed bytes=100 server→192.0.2.10:4001 inferred`,
		},
		{
			"encrypted, active, from 2", "Pure-FTPd tries 20, then 2, 3, 4, 5, 6, 10, 14, 16 (diagnoses.md, 3)",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.call(4001, 2).answered().delivers(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command completed bytes=100 server→192.0.2.10:4001 inferred`,
		},
		{
			"the middle of a TLS session on port 21", "AUTH was before the capture: implicit is TLS from the first byte, which nobody saw",
			func(h *harness) {
				s := h.midstream()
				s.tls()
				s.close()
			},
			`s1 explicit-tls`,
		},
		{
			"PORT and RETR in one segment as the capture ends", "the client did not go on to anything else: incomplete as if in two segments",
			func(h *harness) {
				s := h.open()
				s.pipeline(portCommand(clientHost, 4001), "RETR a")
				s.server("200 ok")
				h.advance(400 * time.Millisecond)
			},
			`s1 open
			s1.t1 active PORT 192.0.2.10:4001 RETR a incomplete no-data`,
		},
		{
			"PORT as the capture ends", "nobody changed his mind",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
			},
			`s1 open
			s1.t1 active PORT 192.0.2.10:4001 unanswered no-command incomplete no-data`,
		},
		{
			"one host, encrypted", "an ephemeral source and no port 20: nothing says that the server opened it",
			func(h *harness) {
				s := h.openBetween("127.0.0.1:40000", "127.0.0.1:21")
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(server)
				s.dial(40001).answered().delivers(100)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command completed bytes=100 client→127.0.0.1:40001 inferred`,
		},
		{
			"the clock jumps back", "ten minutes between 227 and SYN, backwards: the order of the frames is right (lab fault-clock-jump)",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.advance(-10 * time.Minute)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"an adopted data connection outlives the control connection", "the session waits for it as for an announced one",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.cut(server, "227 Entering Passive Mode (198", ",51,100,20,156,65).")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(10)
				s.close()
				for range 20 {
					d.down(10)
					h.advance(3 * time.Second)
				}
				d.fin(server, client)
			},
			`s1 lossy
			s1.t1 passive PASV ? RETR a completed download=210 client→198.51.100.20:40001 inferred`,
		},
		{
			"the greeting is lost", "220 answers REIN then, it is no greeting",
			func(h *harness) {
				s := h.control(clientHost+":40000", serverHost+":21")
				s.answered()
				s.gap(server, "220 ready")
				s.exchange("USER ftp", "230 in")
				s.exchange("REIN", "220 again")
				s.quit()
			},
			`s1 user=ftp lossy
			> USER ftp 230
			> REIN 220
			> QUIT 221`,
		},
		{
			"shared after a 550, then blocked", "the SYNs came for the second command: the first was rejected without data connection",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("RETR a", "550 no")
				s.client("RETR b")
				s.call(4001).silent(4)
				s.server("425 Can't open data connection.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a rejected 550 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR b blocked 425 download=0 server→192.0.2.10:4001 unanswered`,
		},
		{
			"shared after a 550, an empty file", "as above: the connection is the second's though it carried nothing",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("RETR a", "550 no")
				s.client("RETR b")
				d := s.call(4001).answered()
				s.server("150 go")
				d.fin(server, client)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a rejected 550 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR b completed 226 download=0 server→192.0.2.10:4001`,
		},
		{
			"lost reply in lockstep, after pipelining long ago", "the client waits for each answer now: one lost reply must not shift all that follow",
			func(h *harness) {
				s := h.open()
				s.pipeline("SYST", "NOOP")
				s.server("215 UNIX")
				s.server("200 ok")
				s.exchange("NOOP", "200 ok")
				s.client("CWD a")
				s.gap(server, "250 ok")
				s.exchange("CWD b", "550 no")
				s.exchange("DELE c", "250 ok")
				s.exchange("NOOP", "200 ok")
				s.close()
			},
			`s1 lossy
			> SYST 215
			> NOOP 200
			> NOOP 200
			> CWD a -
			> CWD b 550
			> DELE c 250
			> NOOP 200`,
		},
		{
			"ABOR and a file named laboratory", "226 Transfer complete for laboratory does not speak of the abort",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR laboratory", "150 go")
				s.client("ABOR")
				d.delivers(100)
				s.server("226 Transfer complete for laboratory")
				s.server("225 No transfer to ABOR.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR laboratory 150 226
			> ABOR 225
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR laboratory completed 226 download=100 client→198.51.100.20:40001 ABOR`,
		},
		{
			"the last bytes are lost, then a pipelined lot", "the first command whose answer may still come is not the lost one",
			func(h *harness) {
				s := h.open()
				s.client("NOOP")
				s.gap(server, "200 ok")
				s.pipeline("DELE a", "DELE b")
				s.server("250 ok")
				s.server("550 no")
				s.exchange("NOOP", "200 ok")
				s.close()
			},
			`s1 lossy
			> NOOP -
			> DELE a 250
			> DELE b 550
			> NOOP 200`,
		},
		{
			"connected, and the server says nothing", "no data for 5 s and more before the end: that does not go on well",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).answered()
				s.client("RETR a")
				h.advance(time.Minute)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled download=0 client→198.51.100.20:40001 open`,
		},
		{
			"a stale announcement of a clear session", "announced anew in the first session: what comes later is the encrypted session's",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", serverHost+":21")
				b.exchange("AUTH TLS", "234 go")
				b.tls()
				a.pasv(40001)
				a.fetch("a", 40002)
				h.advance(10 * time.Minute)
				b.secret(server)
				b.dial(40001).answered().delivers(7)
				a.quit()
				b.close()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data
			s1.t2 passive PASV 198.51.100.20:40002 RETR a completed 226 download=100 client→198.51.100.20:40002
			s2 explicit-tls
			s2.t1 passive unannounced no-command completed bytes=7 client→198.51.100.20:40001 inferred`,
		},
	})
}

func TestRegressionsOfLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		why    string
		limits session.Limits
		tell   func(h *harness)
		want   string
	}{
		{
			"replies beyond the commands", "they answer commands, only not listed ones: they are not unsolicited",
			session.Limits{Commands: 3},
			func(h *harness) {
				s := h.open()
				for range 10 {
					s.exchange("NOOP", "200 ok")
				}
				s.close()
			},
			`s1
			> NOOP 200
			> NOOP 200
			> NOOP 200
			s1 notice limit-commands`,
		},
		{
			"commands that wait", "reaching a limit is a notice",
			session.Limits{Pending: 2},
			func(h *harness) {
				s := h.open()
				for range 5 {
					s.client("NOOP")
				}
				s.close()
			},
			`s1
			s1 notice limit-pending`,
		},
		{
			"sessions at once", "reaching a limit is a notice",
			session.Limits{Live: 2},
			func(h *harness) {
				for _, from := range []string{":41000", ":41001", ":41002"} {
					h.control(thirdHost+from, serverHost+":21")
				}
			},
			`s1 unanswered
			s2 unanswered
			s3 unanswered
			notice limit-live`,
		},
		{
			"strays", "reaching a limit is a notice",
			session.Limits{Strays: 2},
			func(h *harness) {
				s := h.open()
				for port := range uint16(4) {
					s.dial(8080 + port).answered().delivers(5)
				}
				s.quit()
			},
			`s1
			notice limit-strays`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, c.limits)
			t.Logf("# why: %s", c.why)
			c.tell(h)
			h.want(c.want)
		})
	}
}

// Everything that the tracker keeps is bounded (doc.go): the preliminary replies
// of one command too.
func TestRepliesWithoutEnd(t *testing.T) {
	const many = 5000
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.port(4001)
	s.client("LIST")
	for range many {
		s.server("150 soon")
	}
	s.close()
	h.finish()
	list := h.got[0].Commands[1]
	if len(list.Replies) >= many || len(h.got[0].Notices) == 0 {
		t.Errorf("LIST has %d replies and the session %d notices, want fewer and one", len(list.Replies), len(h.got[0].Notices))
	}
}
