package session_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// What real servers, clients and firewalls did, note by note: the story that each
// trap of the lab's field notes makes of a session. Notes 26 and 27 are about
// captures and firewall rules, and leave no mark here.
func TestFieldNotes(t *testing.T) {
	tell(t, []story{
		{
			"1: the passive client connects before RETR", "blocked: no command, no 425",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				s.dial(40001).silent(7)
				s.close()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered`,
		},
		{
			"2: ncftp after RST", "PASV three times, then RETR with no data connection",
			func(h *harness) {
				s := h.open()
				for port := uint16(40001); port < 40004; port++ {
					s.pasv(port)
					s.dial(port).refused()
				}
				s.client("RETR a")
				h.advance(time.Minute)
				s.server("425 Failed to establish connection.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command refused bytes=0 client→198.51.100.20:40001 refused
			s1.t2 passive PASV 198.51.100.20:40002 no-command refused bytes=0 client→198.51.100.20:40002 refused
			s1.t3 passive PASV 198.51.100.20:40003 RETR a refused 425 download=0 client→198.51.100.20:40003 refused`,
		},
		{
			"2: ncftp after time-outs", "three times blocked, then it quits",
			func(h *harness) {
				s := h.open()
				for port := uint16(40001); port < 40004; port++ {
					s.pasv(port)
					s.dial(port).silent(5)
				}
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered
			s1.t2 passive PASV 198.51.100.20:40002 no-command blocked bytes=0 client→198.51.100.20:40002 unanswered
			s1.t3 passive PASV 198.51.100.20:40003 no-command blocked bytes=0 client→198.51.100.20:40003 unanswered`,
		},
		{
			"3: 550 to SIZE", "curl leaves without RETR: the open, empty connection is unused",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				d := s.dial(40001).answered()
				s.exchange("TYPE I", "200 ok")
				s.exchange("SIZE a", "550 Could not get file size.")
				s.exchange("QUIT", "221 bye")
				d.fin(client, server)
				s.fin(server, client)
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command unused bytes=0 client→198.51.100.20:40001`,
		},
		{
			"4: pyftpdlib connects when it reads PORT", "before the 200 and before RETR",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
				d := s.call(4001, 49152).answered()
				s.server("200 Active data connection established.")
				s.exchange("RETR a", "125 Data connection already open. Transfer starting.")
				d.delivers(100)
				s.server("226 Transfer complete.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001`,
		},
		{
			"4: pyftpdlib, blocked", "421 answers PORT, and the session goes on: no rejection",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
				s.call(4001, 49152).silent(20)
				s.server("421 Active data channel timed out.")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> PORT 192,0,2,10,15,161 421
			> NOOP 200
			> QUIT 221
			s1.t1 active PORT 192.0.2.10:4001 declined no-command blocked bytes=0 server→192.0.2.10:4001 unanswered`,
		},
		{
			"4: pyftpdlib, refused", "425 answers PORT because the connection was refused",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
				s.call(4001, 49152).refused()
				s.server("425 Can't connect to specified address.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 declined no-command refused bytes=0 server→192.0.2.10:4001 refused`,
		},
		{
			"4: pyftpdlib, blocked out of sight", "425 to PORT says that the server tried: unseen, not rejected",
			func(h *harness) {
				s := h.open()
				s.client(portCommand(clientHost, 4001))
				h.advance(30 * time.Second)
				s.server("425 Can't connect to specified address.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 declined no-command unseen no-data`,
		},
		{
			"4: pyftpdlib's unsolicited 421", "it stands where the answer to the next command should, and must not be taken for it",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				s.dial(40001).silent(30)
				s.server("421 Passive data channel timed out.")
				s.pasv(40002)
				d := s.dial(40002).answered()
				s.exchange("RETR a", "125 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered
			s1.t2 passive PASV 198.51.100.20:40002 RETR a completed 226 download=100 client→198.51.100.20:40002
			s1 unsolicited 421`,
		},
		{
			"5: 125 where others say 150", "a preliminary reply like the other",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("STOR a", "125 go")
				d.uploads(100)
				s.server("226 done")
				s.quit()
			},
			`s1
			> PASV 227
			> STOR a 125 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 STOR a completed 226 upload=100 client→198.51.100.20:40001`,
		},
		{
			"6: lftp pipelines", "a whole transfer in two segments",
			func(h *harness) {
				s := h.open()
				s.pipeline("TYPE I", "PASV")
				s.server("200 ok")
				s.server("227 (198,51,100,20,156,65)")
				s.pipeline("REST 10", "RETR a")
				d := s.dial(40001).answered()
				s.server("350 ok")
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1
			> TYPE I 200
			> PASV 227
			> REST 10 350
			> RETR a 150 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 type=I offset=10`,
		},
		{
			"7: curl falls back after RST", "EPSV refused, PASV completed",
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
		{
			"7: curl falls back after ICMP", "EPSV prohibited, PASV prohibited",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				s.dial(40001).icmp(3, 13)
				s.pasv(40002)
				s.dial(40002).icmp(3, 13)
				s.close()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 prohibited
			s1.t2 passive PASV 198.51.100.20:40002 no-command blocked bytes=0 client→198.51.100.20:40002 prohibited`,
		},
		{
			"7: curl's connect time is used up", "PASV and no SYN: unused",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				s.dial(40001).silent(9)
				s.pasv(40002)
				s.close()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered
			s1.t2 passive PASV 198.51.100.20:40002 no-command unused no-data`,
		},
		{
			"7: over IPv6", "EPSV only; ICMPv6 1/1 prohibits it",
			func(h *harness) {
				s := h.openBetween("[2001:db8::10]:40000", "[2001:db8:1::20]:21")
				s.epsv(40001)
				s.dial(40001).icmp(1, 1)
				s.close()
			},
			`s1.t1 passive EPSV [2001:db8:1::20]:40001 no-command blocked bytes=0 client→[2001:db8:1::20]:40001 prohibited`,
		},
		{
			"7: EPRT falls back to PORT", "two transfers",
			func(h *harness) {
				s := h.open()
				s.exchange("EPRT |1|192.0.2.10|4001|", "500 what")
				s.port(4001)
				s.client("LIST")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(10)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active EPRT 192.0.2.10:4001 declined no-command rejected no-data
			s1.t2 active PORT 192.0.2.10:4001 LIST completed 226 listing=10 server→192.0.2.10:4001`,
		},
		{
			"8: tnftp goes from EPSV to EPRT", "one wish mixes passive and active",
			func(h *harness) {
				s := h.open()
				s.epsv(40001)
				s.dial(40001).silent(4)
				s.exchange("EPRT |1|192.0.2.10|4001|", "200 ok")
				s.client("LIST")
				d := s.call(4001).answered()
				s.server("150 go")
				d.delivers(10)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive EPSV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered
			s1.t2 active EPRT 192.0.2.10:4001 LIST completed 226 listing=10 server→192.0.2.10:4001`,
		},
		{
			"9: tnftp and a private address in 227", "Passive mode address mismatch: it never connects",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.server(s.says227(netip.MustParseAddr(inside), 40001))
				s.quit()
			},
			`s1.t1 passive PASV 10.0.0.5:40001 no-command unused no-data`,
		},
		{
			"10: ProFTPD calls the NAT box", "RST, then 425",
			func(h *harness) {
				s := h.openBetween(natHost+":40000", serverHost+":21")
				s.exchange(portCommand(inside, 4001), "200 PORT command successful")
				s.client("LIST")
				s.call(4001, 49152).refused()
				s.server("425 Unable to build data connection: Connection refused")
				s.quit()
			},
			`s1.t1 active PORT 10.0.0.5:4001 LIST refused 425 listing=0 server→203.0.113.99:4001 refused`,
		},
		{
			"10: pyftpdlib tries the private address", "nobody is there",
			func(h *harness) {
				s := h.openBetween(natHost+":40000", serverHost+":21")
				s.client(portCommand(inside, 4001))
				d := h.data(serverHost+":49152", inside+":4001")
				d.server = ftp.Initiator
				d.silent(5)
				s.server("425 Can't connect to specified address.")
				s.quit()
			},
			`s1.t1 active PORT 10.0.0.5:4001 declined no-command blocked bytes=0 server→10.0.0.5:4001 unanswered`,
		},
		{
			"11: a server on 2121 that uses port 20", "vsftpd: the port of the source says nothing",
			func(h *harness) {
				s := h.openBetween(clientHost+":40000", serverHost+":2121")
				s.port(4001)
				s.client("LIST")
				d := s.call(4001, 20).answered()
				s.server("150 go")
				d.delivers(10)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST completed 226 listing=10 server→192.0.2.10:4001`,
		},
		{
			"12: the NAT helper rewrites PORT", "both sides in one capture: each session has its own endpoint and connection",
			func(h *harness) {
				a := h.openBetween(inside+":40000", serverHost+":21")
				b := h.openBetween(natHost+":40000", serverHost+":21")
				a.client(portCommand(inside, 4001))
				b.client(portCommand(natHost, 61001))
				b.server("200 ok")
				a.server("200 ok")
				a.client("LIST")
				b.client("LIST")
				d2 := b.call(61001)
				d1 := a.call(4001)
				d1.answered()
				d2.answered()
				b.server("150 go")
				a.server("150 go")
				d2.delivers(10)
				d1.delivers(10)
				b.server("226 done")
				a.server("226 done")
				a.quit()
				b.quit()
			},
			`s1.t1 active PORT 10.0.0.5:4001 LIST completed 226 listing=10 server→10.0.0.5:4001
			s2.t1 active PORT 203.0.113.99:61001 LIST completed 226 listing=10 server→203.0.113.99:61001`,
		},
		{
			"13: the same passive port in seconds", "two sessions at once: the one that is open for it gets it",
			func(h *harness) {
				a := h.open()
				b := h.openBetween(clientHost+":40001", serverHost+":21")
				a.fetch("a", 40001)
				h.advance(2 * time.Second)
				b.pasv(40001)
				b.dial(40001).silent(3)
				a.quit()
				b.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001
			s2.t1 passive PASV 198.51.100.20:40001 no-command blocked bytes=0 client→198.51.100.20:40001 unanswered`,
		},
		{
			"14, 15: an urgent ABOR", "426 comes although all bytes arrived; other orders are in TestAbort",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(100)
				s.abor()
				d.fin(server, client)
				s.server("426 Failure writing network stream.")
				s.server("226 ABOR successful.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=100 client→198.51.100.20:40001 ABOR`,
		},
		{
			"16: 226, then the client resets", "completed is what the server said, reset is what the wire says",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(100).fin(server)
				s.server("226 Transfer complete.")
				d.rst(client)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 reset`,
		},
		{
			"16: a killed uploader", "FIN and 226 for a part: on the wire that equals success",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("STOR a", "150 go")
				d.up(40).fin(client, server)
				s.fin(client)
				s.server("226 Transfer complete.")
				s.fin(server)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 STOR a completed 226 upload=40 client→198.51.100.20:40001`,
		},
		{
			"17: ProFTPD's TimeoutStalled", "nothing but FIN on the control connection, no reply",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(40)
				h.advance(time.Minute)
				s.fin(server, client)
				d.rst(server)
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled download=40 client→198.51.100.20:40001 reset`,
		},
		{
			"18: the firewall forgot the control connection, client's side", "data complete, no 226 here",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				h.advance(time.Minute)
				s.fin(client)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed download=100 client→198.51.100.20:40001`,
		},
		{
			"19: a filter's RST reaches the sender", "aborted",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(40).rst(client)
				s.server("426 Failure writing network stream.")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=40 client→198.51.100.20:40001 reset`,
		},
		{
			"19: the other side of that filter", "nothing comes any more: stalled",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(40)
				h.advance(30 * time.Second)
				s.server("426 Failure writing network stream.")
				d.fin(client)
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled 426 download=40 client→198.51.100.20:40001 open`,
		},
		{
			"19: a zero window", "the receiver's doing, and a stall all the same",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.down(40)
				d.c.Half[client].ZeroWindow = d.c.Half[client].LastPacket
				h.advance(30 * time.Second)
			},
			`s1 open
			s1.t1 passive PASV 198.51.100.20:40001 RETR a stalled download=40 client→198.51.100.20:40001 open`,
		},
		{
			"20: an ICMP error from the way", "blocked, whoever sent it; ICMPv6 too",
			func(h *harness) {
				s := h.openBetween("[2001:db8::10]:40000", "[2001:db8:1::20]:21")
				s.exchange("EPRT |2|2001:db8::10|4001|", "200 ok")
				s.client("LIST")
				s.call(4001).icmp(1, 1)
				s.server("425 Permission denied")
				s.quit()
			},
			`s1.t1 active EPRT [2001:db8::10]:4001 LIST blocked 425 listing=0 server→[2001:db8::10]:4001 prohibited`,
		},
		{
			"21: Linux repeats SYNs every second", "many SYNs are one attempt",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				s.call(4001).silent(12)
				s.server("425 Can't open data connection.")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST blocked 425 listing=0 server→192.0.2.10:4001 unanswered`,
		},
		{
			"22: curl active with PROT P", "data connects, zero bytes; clear text in the encrypted stream answers nothing",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH TLS", "234 go")
				s.tls()
				s.secret(client)
				s.secret(server)
				s.call(4001).answered().fin(ftp.Listener, ftp.Initiator)
				s.server("500 OOPS: error in SSL")
				s.fin(server, client)
			},
			`s1 explicit-tls
			s1.t1 active unannounced no-command unknown bytes=0 server→192.0.2.10:4001 inferred
			s1 unsolicited 500`,
		},
		{
			"23: curl --ssl, all refused", "AUTH SSL, AUTH TLS, then clear",
			func(h *harness) {
				s := h.open()
				s.exchange("AUTH SSL", "530 Please login with USER and PASS.")
				s.exchange("AUTH TLS", "530 Please login with USER and PASS.")
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "230 in")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"24: ASCII", "the wire's bytes, not the file's",
			func(h *harness) {
				s := h.open()
				s.exchange("TYPE A", "200 ok")
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 Opening ASCII mode data connection for a (100 bytes).")
				d.delivers(110)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=110 client→198.51.100.20:40001 type=A`,
		},
		{
			"25: snap length 96", "227 is cut before its numbers: the data connection is found by hosts and time",
			func(h *harness) {
				s := h.open()
				s.client("PASV")
				s.cut(server, "227 Entering Passive Mode (19", "8,51,100,20,156,65).")
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1 lossy
			s1.t1 passive PASV ? RETR a completed 226 download=100 client→198.51.100.20:40001 inferred`,
		},
		{
			"25: a capture of port 21", "a missing data SYN must not be called blocked",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("LIST")
				h.advance(time.Minute)
				s.server("425 Failed to establish connection.")
				s.pasv(40001)
				s.exchange("RETR a", "150 go")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST unseen 425 no-data
			s1.t2 passive PASV 198.51.100.20:40001 RETR a completed 226 no-data`,
		},
	})
}
