package session_test

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// Each word of report.md's outcome table: a story in which it holds, and one
// that nearly is the same.
func TestOutcome(t *testing.T) {
	tell(t, []story{
		{
			"completed: passive", "a 2xx ended it",
			func(h *harness) {
				s := h.open()
				s.fetch("a.bin", 40001)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a.bin completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"completed: active", "a 2xx ended it",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("STOR b.bin")
				d := s.call(4001).answered()
				s.server("150 go on")
				d.uploads(70)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 STOR b.bin completed 226 upload=70 server→192.0.2.10:4001`,
		},
		{
			"completed: no data connection in the capture", "the 2xx says that it went well elsewhere: a capture of port 21",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("LIST", "150 here it comes")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST completed 226 no-data`,
		},
		{
			"completed: in silence, then 226", "completed stands before stalled",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(50)
				h.advance(time.Minute)
				d.delivers(50)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"completed: control connection lost meanwhile", "no final reply can be seen, bytes went and their sender closed first",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				s.rst(server)
				d.down(40).fin(server, client)
			},
			`s1 reset
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed download=100 client→198.51.100.20:40001`,
		},
		{
			"not completed: the receiver closed first", "without a final reply the FIN of the sender must come first",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				s.rst(server)
				d.fin(client, server)
			},
			`s1 reset
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=60 client→198.51.100.20:40001`,
		},
		{
			"not completed: the receiver reset before the sender's FIN", "a RST of the receiver before the FIN cuts off",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).rst(client)
				s.close()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=60 client→198.51.100.20:40001 reset`,
		},
		{
			"not completed: no bytes", "without a final reply completed wants bytes",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				s.rst(server)
				d.fin(server, client)
			},
			`s1 reset
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=0 client→198.51.100.20:40001`,
		},
		{
			"unknown: the capture lacks a line", "it may be the last reply: nothing shows that there was none",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.fin(server, client)
				s.gap(server, "226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV 198.51.100.20:40001 RETR a unknown download=0 client→198.51.100.20:40001`,
		},
		{
			"aborted: the capture lacks a line", "the receiver reset the connection, whatever the line was",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).rst(client)
				s.gap(server, "426 broken")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=60 client→198.51.100.20:40001 reset`,
		},
		{
			"completed: the command is lost", "bytes went and their sender closed first: not unused",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.gap(client, "RETR a")
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV 198.51.100.20:40001 no-command completed bytes=100 client→198.51.100.20:40001
			s1 unsolicited 150
			s1 unsolicited 226`,
		},
		{
			"blocked: silence", "SYNs were not answered; the client never sends RETR",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).silent(5)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered`,
		},
		{
			"blocked: ICMP", "SYN answered by ICMP",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				s.call(4001).icmp(3, 13)
				s.server("425 Can't open data connection.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST blocked 425 listing=0 server→192.0.2.10:4001 prohibited`,
		},
		{
			"blocked: one SYN, then 425", "the server gave up, so no deadline need be waited for",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				s.call(4001).silent(1)
				s.server("425 Can't open data connection.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST blocked 425 listing=0 server→192.0.2.10:4001 unanswered`,
		},
		{
			"not blocked: one attempt failed, the next did not", "a failed attempt that a later one for the same announcement makes good does not count",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).refused()
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 attempts=2`,
		},
		{
			"refused: passive", "the SYN was answered by a RST",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).refused()
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command refused bytes=0 client→198.51.100.20:40001 refused`,
		},
		{
			"refused: active", "the SYN was answered by a RST, 425 only tells of it",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("RETR a")
				s.call(4001).refused()
				s.server("425 Can't open data connection: Connection refused.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a refused 425 download=0 server→192.0.2.10:4001 refused`,
		},
		{
			"unseen: active", "wanted and accepted, no SYN passed here",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				h.advance(30 * time.Second)
				s.server("425 Can't open data connection: Connection timed out.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST unseen 425 no-data`,
		},
		{
			"unseen: passive with a command", "the client sends the command at once, its SYNs are dropped before they come here",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.client("LIST")
				h.advance(time.Minute)
				s.server("425 Failed to establish connection.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 LIST unseen 425 no-data`,
		},
		{
			"unseen: passive, waited for seconds", "the client waited before it gave up: it may have tried elsewhere",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.advance(20 * time.Second)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unseen no-data`,
		},
		{
			"unseen: PASV was not answered", "the client waited before it gave up: not unused, though nobody could connect",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				h.advance(12 * time.Second)
				s.close()
			},
			`s1.t1 passive PASV ? unanswered no-command unseen no-data`,
		},
		{
			"unused: quit at once", "announced, and no transfer command followed",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"unused: announced anew", "the client changed its mind",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.fetch("a", 40002)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data
			s1.t2 passive PASV 198.51.100.20:40002 RETR a completed 226 download=100 client→198.51.100.20:40002`,
		},
		{
			"unused: opened, carried nothing", "a data connection that was opened all the same carried nothing",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.quit()
				d.fin(client, server)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused bytes=0 client→198.51.100.20:40001`,
		},
		{
			"aborted: RST and 426", "opened, then cut off by a RST",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).rst(client)
				s.server("426 Failure writing network stream.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=60 client→198.51.100.20:40001 reset`,
		},
		{
			"aborted: disk full", "452 and 552 after bytes are cut off, no rejection",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("STOR a", "150 go on")
				d.up(60).fin(server, client)
				s.server("552 disk full")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 STOR a aborted 552 upload=60 client→198.51.100.20:40001`,
		},
		{
			"aborted: 451 after bytes", "opened, then cut off",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).fin(server, client)
				s.server("451 read error")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 451 download=60 client→198.51.100.20:40001`,
		},
		{
			"aborted: 150, then 451, no data connection in the capture", "the server had begun, so something was cut off elsewhere",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("RETR a", "150 here it comes")
				s.server("451 read error")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a aborted 451 no-data`,
		},
		{
			"aborted: control connection gone", "the data connection is left behind open",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				s.rst(client)
			},
			`s1 reset
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted download=60 client→198.51.100.20:40001 open`,
		},
		{
			"stalled: until the capture ended", "data stopped flowing and nothing ended it",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				h.advance(5 * time.Second)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled download=60 client→198.51.100.20:40001 open`,
		},
		{
			"incomplete: a pause that is too short", "less than 5 s without data is no stall",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				h.advance(4900 * time.Millisecond)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a incomplete download=60 client→198.51.100.20:40001 open`,
		},
		{
			"stalled: somebody gave up", "whoever ended it: stalled stands before aborted",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				h.advance(time.Minute)
				d.rst(client)
				s.server("426 Failure writing network stream.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled 426 download=60 client→198.51.100.20:40001 reset`,
		},
		{
			"stalled: sent in vain", "retransmissions and data that nobody acknowledges are no progress",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60)
				d.vain(server, 40)
				h.advance(3 * time.Second)
				d.again(server)
				h.advance(3 * time.Second)
				d.again(server)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled download=100 client→198.51.100.20:40001 open retransmissions=2`,
		},
		{
			"rejected: 550 while an empty data connection is open", "a passive client may already hold an open, empty data connection",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "550 no such file")
				d.fin(server, client)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a rejected 550 download=0 client→198.51.100.20:40001`,
		},
		{
			"not rejected: 550 after bytes", "data flowed, so it was cut off",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				d.down(60).fin(server, client)
				s.server("550 the file went away")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 550 download=60 client→198.51.100.20:40001`,
		},
		{
			"rejected: announcement declined", "500 to PORT",
			func(h *harness) {
				s := h.open()
				s.exchange(portCommand(inside, 4001), "500 Illegal PORT command.")
				s.quit()
			},
			`s1.t1 active PORT 10.0.0.5:4001 declined no-command rejected no-data`,
		},
		{
			"rejected: EPSV unknown", "500 to EPSV has no endpoint",
			func(h *harness) {
				s := h.open()
				s.exchange("EPSV", "500 unknown command")
				s.fetch("a", 40001)
				s.quit()
			},
			`s1.t1 passive EPSV ? declined no-command rejected no-data
			s1.t2 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"rejected: nothing was announced", "the server declines for a reason of its own",
			func(h *harness) {
				s := h.open()
				s.exchange("RETR a", "425 Use PORT or PASV first.")
				s.quit()
			},
			`s1.t1 unknown unannounced RETR a rejected 425 no-data`,
		},
		{
			"rejected: the server shuts down", "421 before it began: the data connection was there, and empty",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "421 closing down")
				d.fin(client, server)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a rejected 421 download=0 client→198.51.100.20:40001`,
		},
		{
			"not rejected: the server waited", "421 a minute later: it may never have seen the data connection",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40001).answered()
				s.client("RETR a")
				h.advance(time.Minute)
				s.server("421 Timeout.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled 421 download=0 client→198.51.100.20:40001 open`,
		},
		{
			"incomplete: going on", "still going on well when the capture ended",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("RETR a")
				d := s.call(4001).answered()
				s.server("150 here it comes")
				for range 10 {
					d.down(1000)
					h.advance(time.Second)
				}
			},
			`s1 open
			s1.t1 active PORT 192.0.2.10:4001 RETR a incomplete download=10000 server→192.0.2.10:4001 open`,
		},
		{
			"incomplete: only one direction was captured", "no acknowledgments are in the capture: what is sent counts as progress",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001)
				d.c.SYNs, d.c.SYNCount, d.c.Midstream, d.c.Established = nil, 0, true, d.c.First
				d.c.Half[client] = ftp.Half{}
				s.exchange("RETR a", "150 here it comes")
				for range 10 {
					d.vain(server, 1000)
					h.advance(time.Second)
				}
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a incomplete download=10000 client→198.51.100.20:40001 midstream`,
		},
		{
			"incomplete: just asked for", "the capture ends 0.4 s after the command",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("RETR a")
				h.advance(400 * time.Millisecond)
			},
			`s1 open
			s1.t1 active PORT 192.0.2.10:4001 RETR a incomplete no-data`,
		},
		{
			"unknown: the beginning is missing", "nothing says how or whether it went",
			func(h *harness) {
				s := h.midstream()
				s.client("RETR a")
				h.advance(10 * time.Second)
			},
			`s1 midstream
			s1.t1 unknown unannounced RETR a unknown no-data`,
		},
		{
			"unknown: a ClientHello that nobody answered", "nothing was transferred, and nobody can read why",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				d := s.dial(40001).answered()
				d.c.TLS, d.c.Hello = true, &ftp.TLS{Client: ftp.Hello{Seen: h.packet()}}
				d.up(568).fin(client).rst(server)
				s.close()
			},
			`s1 explicit-tls
			s1.t1 passive unannounced no-command unknown bytes=568 client→198.51.100.20:40001 reset tls inferred`,
		},
		{
			"not unknown: the beginning is missing, but 226", "a 2xx ended it",
			func(h *harness) {
				s := h.midstream()
				s.exchange("RETR a", "150 here it comes")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 unknown unannounced RETR a completed 226 no-data`,
		},
		{
			"a retry in another mode is a transfer of its own", "EPSV refused by a RST, then PASV",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				s.dial(40001).refused()
				s.fetch("a", 40002)
				s.quit()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command refused bytes=0 client→198.51.100.20:40001 refused
			s1.t2 passive PASV 198.51.100.20:40002 RETR a completed 226 download=100 client→198.51.100.20:40002`,
		},
	})
}
