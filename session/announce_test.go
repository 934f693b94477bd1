package session_test

import (
	"testing"
	"time"
)

// The forms of announcements, and what servers and clients make of them.
func TestAnnouncement(t *testing.T) {
	const fetched = "RETR a completed 226 download=100 client→198.51.100.20:40001"
	passive := func(command, reply string) func(h *harness) {
		return func(h *harness) {
			s := h.open()
			s.exchange(command, reply)
			d := s.dial(40001).answered()
			s.exchange("RETR a", "150 go")
			d.delivers(100)
			s.server("226 done")
			s.quit()
		}
	}
	active := func(command string) func(h *harness) {
		return func(h *harness) {
			s := h.open()
			s.exchange(command, "200 ok")
			s.client("RETR a")
			d := s.call(4001).answered()
			s.server("150 go")
			d.delivers(100)
			s.server("226 done")
			s.quit()
		}
	}
	tell(t, []story{
		{"227", "RFC 959", passive("PASV", "227 Entering Passive Mode (198,51,100,20,156,65)."), "s1.t1 passive PASV 198.51.100.20:40001 " + fetched},
		{"227 without parentheses", "RFC 1123 section 4.1.2.6", passive("PASV", "227 Entering Passive Mode. 198,51,100,20,156,65"), "s1.t1 passive PASV 198.51.100.20:40001 " + fetched},
		{"229", "the address is the server's", passive("EPSV", "229 Entering Extended Passive Mode (|||40001|)"), "s1.t1 passive EPSV 198.51.100.20:40001 " + fetched},
		{"229 with another delimiter", "any visible one", passive("EPSV", "229 ok (!!!40001!)"), "s1.t1 passive EPSV 198.51.100.20:40001 " + fetched},
		{"EPSV 1", "a family is no ALL", passive("EPSV 1", "229 ok (|||40001|)"), "s1.t1 passive EPSV 198.51.100.20:40001 " + fetched},
		{"228", "RFC 1639", passive("LPSV", "228 Entering Long Passive Mode (4,4,198,51,100,20,2,156,65)"), "s1.t1 passive LPSV 198.51.100.20:40001 " + fetched},
		{"EPSV answered by 227", "some servers do", passive("EPSV", "227 ok (198,51,100,20,156,65)"), "s1.t1 passive EPSV 198.51.100.20:40001 " + fetched},
		{"PASV answered by 229", "some servers do", passive("PASV", "229 ok (|||40001|)"), "s1.t1 passive PASV 198.51.100.20:40001 " + fetched},
		{"CPSV", "PASV with TLS roles reversed", passive("CPSV", "227 ok (198,51,100,20,156,65)"), "s1.t1 passive PASV 198.51.100.20:40001 " + fetched},
		{"PASV in any case", "RFC 959 section 5.3", passive("pasv", "227 ok (198,51,100,20,156,65)"), "s1.t1 passive PASV 198.51.100.20:40001 " + fetched},
		{"PORT", "RFC 959", active("PORT 192,0,2,10,15,161"), `s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001`},
		{"EPRT", "RFC 2428", active("EPRT |1|192.0.2.10|4001|"), `s1.t1 active EPRT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001`},
		{"LPRT", "RFC 1639", active("LPRT 4,4,192,0,2,10,2,15,161"), `s1.t1 active LPRT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001`},
		{
			"227 that can't be read", "no endpoint: the connection is tied by hosts and time",
			passive("PASV", "227 Fake response PASV"),
			"s1.t1 passive PASV ? " + fetched + " inferred",
		},
		{
			"PORT that can't be read", "declined by the server too",
			func(h *harness) {
				s := h.open()
				s.exchange("PORT 1,2,3", "501 what")
				s.quit()
			},
			`s1.t1 active PORT ? declined no-command rejected no-data`,
		},
		{
			"EPSV ALL", "a promise, no announcement (RFC 2428 section 4)",
			func(h *harness) {
				s := h.open()
				s.exchange("EPSV ALL", "200 ok")
				s.epsv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			"s1.t1 passive EPSV 198.51.100.20:40001 " + fetched,
		},
		{
			"EPSV 2 on IPv4", "522: the server can't",
			func(h *harness) {
				s := h.open()
				s.exchange("EPSV 2", "522 use 1")
				s.quit()
			},
			`s1.t1 passive EPSV ? declined no-command rejected no-data`,
		},
		{
			"PASV with no free port", "425 to PASV: declined, nothing was tried",
			func(h *harness) {
				s := h.open()
				s.exchange("PASV", "425 All reserved TCP ports are busy.")
				s.quit()
			},
			`s1.t1 passive PASV ? declined no-command rejected no-data`,
		},
		{
			"PORT declined, RETR all the same", "the server has nothing to connect to",
			func(h *harness) {
				s := h.open()
				s.exchange(portCommand(inside, 4001), "500 Illegal PORT command.")
				s.exchange("RETR a", "425 Use PORT or PASV first.")
				s.quit()
			},
			`s1.t1 active PORT 10.0.0.5:4001 declined no-command rejected no-data
			s1.t2 unknown unannounced RETR a rejected 425 no-data`,
		},
		{
			"the same endpoint announced for each transfer", "a client that keeps its port: each transfer has its own connection",
			func(h *harness) {
				s := h.open()
				for n := range int64(3) {
					s.port(4001)
					s.client("RETR a")
					d := s.call(4001).answered()
					s.server("150 go")
					d.delivers(n + 1)
					s.server("226 done")
				}
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=1 server→192.0.2.10:4001
			s1.t2 active PORT 192.0.2.10:4001 RETR a completed 226 download=2 server→192.0.2.10:4001
			s1.t3 active PORT 192.0.2.10:4001 RETR a completed 226 download=3 server→192.0.2.10:4001`,
		},
		{
			"the same endpoint announced twice, used once", "the connection is of the latest",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.port(4001)
				s.client("RETR a")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(5)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 no-command unused no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR a completed 226 download=5 server→192.0.2.10:4001`,
		},
		{
			"the same passive port, another session, seconds later", "correlate by time, not by port alone (field note 13)",
			func(h *harness) {
				a := h.open()
				a.fetch("a", 40001)
				a.quit()
				h.advance(3 * time.Second)
				b := h.openBetween(thirdHost+":40000", serverHost+":21")
				b.fetch("b", 40001)
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001
			s2.t1 passive PASV 198.51.100.20:40001 RETR b completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"the same passive port, another session of the same hosts", "the first session's announcement is used up",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", serverHost+":21")
				a.fetch("a", 40001)
				b.fetch("b", 40001)
				a.fetch("c", 40001)
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001
			s1.t2 passive PASV 198.51.100.20:40001 RETR c completed 226 download=100 client→198.51.100.20:40001
			s2.t1 passive PASV 198.51.100.20:40001 RETR b completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"shared after a 550: active", "two transfers carry the same announcement",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("RETR a", "550 no")
				s.client("RETR b")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(7)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a rejected 550 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR b completed 226 download=7 server→192.0.2.10:4001`,
		},
		{
			"shared after a 550: passive", "the client had not connected yet",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.exchange("RETR a", "550 no")
				s.client("RETR b")
				d := s.dial(40001).answered()
				s.server("150 go")
				d.delivers(7)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a rejected 550 no-data
			s1.t2 passive PASV 198.51.100.20:40001 RETR b completed 226 download=7 client→198.51.100.20:40001`,
		},
		{
			"not shared after a 226", "the announcement was consumed: the next command has none",
			func(h *harness) {
				s := h.open()
				s.fetch("a", 40001)
				s.exchange("RETR b", "425 Use PORT or PASV first.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001
			s1.t2 unknown unannounced RETR b rejected 425 no-data`,
		},
		{
			"the reply to PASV is lost", "there, with a null endpoint; found by hosts and time",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.gap(server, "227 Entering Passive Mode (198,51,100,20,156,65)")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV ? unanswered ` + fetched + ` inferred`,
		},
		{
			"the reply to PASV is cut", "accepted, with a null endpoint (field note 25)",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.cut(server, "227 Entering Passive Mode (198", ",51,100,20,156,65).")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV ? ` + fetched + ` inferred`,
		},
		{
			"the reply to PASV is cut in its last number", "15 is not 156: it may have lost digits",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.cut(server, "227 Entering Passive Mode (198,51,100,20,156,6", "5).")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV ? ` + fetched + ` inferred`,
		},
		{
			"the reply to PASV is cut behind its numbers", "the closing parenthesis says that they are whole",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.cut(server, "227 Entering Passive Mode (198,51,100,20,156,65)", ". Bye.")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV 198.51.100.20:40001 ` + fetched,
		},
		{
			"PORT is cut", "its end can't be trusted",
			func(h *harness) {
				s := h.open()
				s.cut(client, "PORT 192,0,2,10,15,16", "1")
				s.server("200 ok")
				s.client("RETR a")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 active PORT ? RETR a completed 226 download=100 server→192.0.2.10:4001 inferred`,
		},
		{
			"PORT is lost", "null where none was seen; mode follows the initiator",
			func(h *harness) {
				s := h.open()
				s.gap(client, "PORT 192,0,2,10,15,161")
				s.server("200 ok")
				s.client("RETR a")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 active unannounced RETR a completed 226 download=100 server→192.0.2.10:4001 inferred
			s1 unsolicited 200`,
		},
		{
			"the answer to PORT is lost", "null: no answer was seen",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
				s.gap(server, "200 ok")
				s.client("RETR a")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 active PORT 192.0.2.10:4001 unanswered RETR a completed 226 download=100 server→192.0.2.10:4001`,
		},
		{
			"the SYN stands before the 227", "frames of a capture may be out of order: found when the 227 is read",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				d := s.dial(40001)
				s.server("227 Entering Passive Mode (198,51,100,20,156,65)")
				d.answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 ` + fetched,
		},
		{
			"PORT declined, then accepted at the same endpoint", "the connection is of the second",
			func(h *harness) {
				s := h.open()
				s.exchange(portCommand(clientHost, 4001), "500 not now")
				s.port(4001)
				s.client("RETR a")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(5)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 declined no-command rejected no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR a completed 226 download=5 server→192.0.2.10:4001`,
		},
		{
			"a second RETR for the same PORT", "the server connects again: tied by hosts and time",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				for range 2 {
					s.client("RETR a")
					d := s.call(4001).answered()
					s.server("150 go")
					d.delivers(5)
					s.server("226 done")
				}
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=5 server→192.0.2.10:4001
			s1.t2 active unannounced RETR a completed 226 download=5 server→192.0.2.10:4001 inferred`,
		},
		{
			"announced, refused by reply, then connected", "a connection after the 500 is not of this announcement",
			func(h *harness) {
				s := h.open()
				s.exchange(portCommand(clientHost, 4001), "500 no")
				s.call(4001).answered().delivers(5)
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 declined no-command rejected no-data`,
		},
	})
}
