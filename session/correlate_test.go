package session_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// Which data connection belongs to which transfer.
func TestCorrelation(t *testing.T) {
	const fetched = "RETR a completed 226 download=100 client→198.51.100.20:40001"
	rest := func(s *speech, d *flow) {
		s.exchange("RETR a", "150 go")
		d.delivers(100)
		s.server("226 done")
		s.quit()
	}
	tell(t, []story{
		{
			"an active SYN before the 200", "expect on the request, confirm on the reply (ruletype-firewall-118, frame 14 and 17)",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
				d := s.call(4001, 49152).answered()
				s.server("200 ok")
				rest(s, d)
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001`,
		},
		{
			"commands between PASV and RETR", "the data connection is bound to the transfer command",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("CWD /x", "250 ok")
				s.exchange("TYPE I", "200 ok")
				s.exchange("SIZE a", "213 100")
				rest(s, d)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 ` + fetched + ` path=/x/a type=I`,
		},
		{
			"any source port", "active servers need not use port 20 (NetBSD ftpd: 61918)",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("RETR a")
				d := s.call(4001, 61918).answered()
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001`,
		},
		{
			"an announced private address, the client connects to the control address", "curl, lftp, ftplib: the address is a soft key (ippair-leak)",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.server(s.says227(netip.MustParseAddr(inside), 40001))
				rest(s, s.dial(40001).answered())
			},
			`s1.t1 passive PASV 10.0.0.5:40001 ` + fetched,
		},
		{
			"an announced private address, the client believes it", "wget: blocked at the private address",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.server(s.says227(netip.MustParseAddr(inside), 40001))
				h.data(clientHost+":50001", inside+":40001").silent(4)
				s.quit()
			},
			`s1.t1 passive PASV 10.0.0.5:40001 no-command blocked bytes=0 client→10.0.0.5:40001 unanswered`,
		},
		{
			"believed, then repaired", "the same port at both addresses is one announcement",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.server(s.says227(netip.MustParseAddr(inside), 40001))
				h.data(clientHost+":50001", inside+":40001").icmp(3, 1)
				rest(s, s.dial(40001).answered())
			},
			`s1.t1 passive PASV 10.0.0.5:40001 ` + fetched + ` attempts=2`,
		},
		{
			"an announced private address in PORT", "ProFTPD calls the control peer instead",
			func(h *harness) {
				s := h.openBetween(natHost+":40000", serverHost+":21")
				s.exchange(portCommand(inside, 4001), "200 ok")
				s.client("RETR a")
				d := s.call(4001, 49152).answered()
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 10.0.0.5:4001 RETR a completed 226 download=100 server→203.0.113.99:4001`,
		},
		{
			"the client's data connection has another address", "a NAT box with a pool of addresses",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				rest(s, h.data(natHost+":50001", serverHost+":40001").answered())
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 other→198.51.100.20:40001`,
		},
		{
			"the wrong port", "nobody announced it",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.dial(40002).answered().delivers(5)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"the wrong listener", "the announced port at a host that nobody named",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.data(clientHost+":50001", thirdHost+":40001").answered().delivers(5)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"the wrong way round", "the server connects to the port that it listens at itself",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.call(40001).answered().delivers(5)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"strays in a clear session", "connections between the two hosts that nobody announced are not data",
			func(h *harness) {
				s := h.open()
				s.dial(8080).answered().delivers(5)
				s.fetch("a", 40001)
				s.dial(8080).answered().delivers(5)
				s.call(4001).answered().delivers(5)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 ` + fetched,
		},
		{
			"a stray during a transfer that can't connect", "it is not taken for the data connection that never came",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("RETR a")
				s.dial(8080).answered().delivers(5)
				h.advance(20 * time.Second)
				s.server("425 Can't open data connection.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a unseen 425 no-data`,
		},
		{
			"another control connection of the same hosts", "remembered as a stray until it greets and commands come: then it is no data",
			func(h *harness) {
				s := h.open()
				d := s.dial(2121).answered()
				d.c.Role, d.c.Recognised = ftp.RoleControl, true
				h.handle(ftp.Event{Kind: ftp.EventOpen, Seen: h.packet(), Conn: d.c})
				b := &speech{flow: d}
				b.server("220 hello")
				s.exchange("PASV", "227 somewhere")
				s.exchange("RETR a", "150 go")
				s.server("226 done")
				b.quit()
				s.quit()
			},
			`s1.t1 passive PASV ? RETR a completed 226 no-data
			s2`,
		},
		{
			"a connection long before its announcement", "the port was used by something else then",
			func(h *harness) {
				s := h.open()
				s.dial(40001).answered().delivers(5)
				h.advance(10 * time.Second)
				s.pasv(40001)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"two clients, the same active port", "the address of the listener tells",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(thirdHost+":40000", serverHost+":21")
				a.port(4001)
				b.port(4001)
				a.client("RETR a")
				b.client("RETR b")
				d2, d1 := b.call(4001), a.call(4001)
				d1.answered()
				d2.answered()
				a.server("150 go")
				b.server("150 go")
				d1.delivers(1)
				d2.delivers(2)
				a.server("226 done")
				b.server("226 done")
				a.quit()
				b.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=1 server→192.0.2.10:4001
			s2.t1 active PORT 203.0.113.30:4001 RETR b completed 226 download=2 server→203.0.113.30:4001`,
		},
		{
			"two servers, the same passive port", "the address of the listener tells",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				a.pasv(40001)
				b.pasv(40001)
				d2, d1 := b.dial(40001), a.dial(40001)
				d1.answered()
				d2.answered()
				b.exchange("RETR b", "150 go")
				a.exchange("RETR a", "150 go")
				d2.delivers(2)
				d1.delivers(1)
				a.server("226 done")
				b.server("226 done")
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=1 client→198.51.100.20:40001
			s2.t1 passive PASV 203.0.113.30:40001 RETR b completed 226 download=2 client→203.0.113.30:40001`,
		},
		{
			"a stranger is refused the port", "the client comes later and is not disturbed",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.data(thirdHost+":50001", serverHost+":40001").refused()
				rest(s, s.dial(40001).answered())
			},
			`s1.t1 passive PASV 198.51.100.20:40001 ` + fetched + ` attempts=2`,
		},
		{
			"a stranger grabs the port", "the initiator is neither client nor server",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := h.data(thirdHost+":50001", serverHost+":40001").answered()
				rest(s, d)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 other→198.51.100.20:40001`,
		},
		{
			"one host", "client and server have the same address: the announcement tells who opens",
			func(h *harness) {
				s := h.openBetween("127.0.0.1:40000", "127.0.0.1:21")
				s.fetch("a", 40001)
				s.port(4001)
				s.client("RETR b")
				d := s.call(4001, 49152).answered()
				s.server("150 go")
				d.delivers(5)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 127.0.0.1:40001 RETR a completed 226 download=100 client→127.0.0.1:40001
			s1.t2 active PORT 127.0.0.1:4001 RETR b completed 226 download=5 server→127.0.0.1:4001`,
		},
		{
			"bounce", "PORT to a third host: the server connects there (RFC 2577)",
			func(h *harness) {
				s := h.open()
				s.exchange(portCommand(thirdHost, 2525), "200 ok")
				s.client("RETR a")
				d := h.data(serverHost+":20", thirdHost+":2525")
				d.server = ftp.Initiator
				d.answered()
				s.server("150 go")
				d.delivers(9)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 203.0.113.30:2525 RETR a completed 226 download=9 server→203.0.113.30:2525`,
		},
	})
}

// FXP: a client lets two servers talk to each other. Both control connections
// may be in the capture, or one.
func TestFXP(t *testing.T) {
	// The second server connects to the first.
	connect := func(h *harness) *flow {
		d := h.data(thirdHost+":20", serverHost+":40001")
		d.server = ftp.Listener
		return d.answered()
	}
	tell(t, []story{
		{
			"both sessions", "one data connection, two transfers: the passive one's comes from other",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				a.pasv(40001)
				b.exchange(portCommand(serverHost, 40001), "200 ok")
				a.client("STOR x")
				b.client("RETR x")
				d := connect(h)
				a.server("150 go")
				b.server("150 go")
				d.send(ftp.Initiator, 500).fin(ftp.Initiator, ftp.Listener)
				b.server("226 done")
				a.server("226 done")
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 STOR x completed 226 upload=500 other→198.51.100.20:40001
			s2.t1 active PORT 198.51.100.20:40001 RETR x completed 226 download=500 server→198.51.100.20:40001`,
		},
		{
			"the other way", "the passive server sends",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				a.pasv(40001)
				b.exchange(portCommand(serverHost, 40001), "200 ok")
				b.client("STOR x")
				a.client("RETR x")
				d := connect(h)
				b.server("150 go")
				a.server("150 go")
				d.send(ftp.Listener, 500).fin(ftp.Listener, ftp.Initiator)
				a.server("226 done")
				b.server("226 done")
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR x completed 226 download=500 other→198.51.100.20:40001
			s2.t1 active PORT 198.51.100.20:40001 STOR x completed 226 upload=500 server→198.51.100.20:40001`,
		},
		{
			"only the passive session", "the active one went another way",
			func(h *harness) {
				a := h.open()
				a.pasv(40001)
				a.client("STOR x")
				d := connect(h)
				a.server("150 go")
				d.send(ftp.Initiator, 500).fin(ftp.Initiator, ftp.Listener)
				a.server("226 done")
				a.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 STOR x completed 226 upload=500 other→198.51.100.20:40001`,
		},
		{
			"only the active session", "the passive one went another way",
			func(h *harness) {
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				b.exchange(portCommand(serverHost, 40001), "200 ok")
				b.client("RETR x")
				d := connect(h)
				b.server("150 go")
				d.send(ftp.Initiator, 500).fin(ftp.Initiator, ftp.Listener)
				b.server("226 done")
				b.quit()
			},
			`s1.t1 active PORT 198.51.100.20:40001 RETR x completed 226 download=500 server→198.51.100.20:40001`,
		},
		{
			"commands before any answer", "FXP clients send STOR and RETR at once (field note 6)",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				a.pasv(40001)
				b.pipeline(portCommand(serverHost, 40001), "RETR x")
				a.client("STOR x")
				d := connect(h)
				b.server("200 ok")
				b.server("150 go")
				a.server("150 go")
				d.send(ftp.Initiator, 500).fin(ftp.Initiator, ftp.Listener)
				a.server("226 done")
				b.server("226 done")
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 STOR x completed 226 upload=500 other→198.51.100.20:40001
			s2.t1 active PORT 198.51.100.20:40001 RETR x completed 226 download=500 server→198.51.100.20:40001`,
		},
		{
			"blocked between the servers", "both transfers are",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				a.pasv(40001)
				b.exchange(portCommand(serverHost, 40001), "200 ok")
				a.client("STOR x")
				b.client("RETR x")
				d := h.data(thirdHost+":20", serverHost+":40001")
				d.silent(4)
				b.server("425 timed out")
				a.server("425 timed out")
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 STOR x blocked 425 upload=0 other→198.51.100.20:40001 unanswered
			s2.t1 active PORT 198.51.100.20:40001 RETR x blocked 425 download=0 server→198.51.100.20:40001 unanswered`,
		},
		{
			"the second server declines", "500 to a foreign PORT: nothing comes",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", thirdHost+":21")
				a.pasv(40001)
				b.exchange(portCommand(serverHost, 40001), "500 Illegal PORT command.")
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data
			s2.t1 active PORT 198.51.100.20:40001 declined no-command rejected no-data`,
		},
	})
}

// The end of the session, and what may come after it.
func TestEnd(t *testing.T) {
	tell(t, []story{
		{
			"the capture ends first", "the session is open, and given out all the same",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
			},
			`s1 open user=ftp`,
		},
		{
			"unanswered", "the control connection never came up",
			func(h *harness) { h.control(clientHost+":40000", serverHost+":21").silent(3) },
			`s1 unanswered`,
		},
		{
			"refused", "a RST answered",
			func(h *harness) { h.control(clientHost+":40000", serverHost+":21").refused() },
			`s1 refused`,
		},
		{
			"prohibited", "an ICMP error answered",
			func(h *harness) { h.control(clientHost+":40000", serverHost+":21").icmp(3, 13) },
			`s1 prohibited`,
		},
		{
			"reset", "a RST ended it",
			func(h *harness) { h.open().rst(client) },
			`s1 reset`,
		},
		{
			"half closed", "only one FIN: open",
			func(h *harness) { h.open().fin(client) },
			`s1 open`,
		},
		{
			"midstream, then closed", "an end was seen",
			func(h *harness) {
				s := h.midstream()
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> NOOP 200
			> QUIT 221`,
		},
		{
			"the data connection outlives the control connection", "the session waits for it: bytes that come later count",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
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
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed download=210 client→198.51.100.20:40001`,
		},
		{
			"another session on the same ports", "the old one is over, the new one has its own number",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "230 in")
				s.quit()
				h.end(s.flow) // the decoder sees that the port pair is used anew
				s = h.open()
				s.exchange("USER ada", "230 in")
				s.quit()
			},
			`s1 user=ftp accepted
			s2 user=ada accepted`,
		},
	})
}

// A session is given out as soon as it is final, not before and not much later.
func TestEmittedWhenOver(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.pasv(40001)
	d := s.dial(40001).answered()
	s.exchange("RETR a", "150 go")
	d.down(10)
	s.close()
	other := h.openBetween(thirdHost+":40000", serverHost+":21")
	h.advance(40 * time.Second)
	other.exchange("NOOP", "200 ok")
	if len(h.got) != 0 {
		t.Error("the session was given out while its data connection went on")
	}
	d.delivers(5)
	h.advance(40 * time.Second)
	other.exchange("NOOP", "200 ok")
	if len(h.got) != 1 {
		t.Errorf("%d sessions were given out after the first was over, want 1", len(h.got))
	}
	other.quit()
	h.want(`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed download=15 client→198.51.100.20:40001
		s2`)
}

// Two tellings of the same events give the same sessions: nothing depends on the
// order of a map.
func TestDeterminism(t *testing.T) {
	var first string
	for round := range 10 {
		h := newHarness(t, session.Limits{})
		var all []*speech
		for n := range 12 {
			from := fmt.Sprintf("%s:%d", clientHost, 41000+n)
			if n%3 == 2 {
				from = fmt.Sprintf("%s:%d", thirdHost, 41000+n)
			}
			s := h.openBetween(from, serverHost+":21")
			all = append(all, s)
			if n%4 == 3 {
				s.exchange("AUTH TLS", "234 go")
				s.tls()
			} else {
				s.pasv(40001 + uint16(n%2))
			}
		}
		for n := range 6 {
			all[n].dial(40001 + uint16(n%2)).answered().delivers(int64(n + 1))
			all[n].dial(41001 + uint16(n)).answered().delivers(int64(n + 100))
		}
		h.finish()
		text := fmt.Sprint(h.text(true, true))
		for _, s := range h.got {
			text += " " + s.ID
		}
		if round == 0 {
			first = text
		} else if text != first {
			t.Fatalf("round %d:\n%s\nfirst:\n%s", round, text, first)
		}
	}
}
