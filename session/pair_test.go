package session_test

import (
	"testing"
	"time"
)

// Which reply answers which command.
func TestPairing(t *testing.T) {
	tell(t, []story{
		{
			"lockstep", "one command, one reply",
			func(h *harness) {
				s := h.open()
				s.exchange("NOOP", "200 ok")
				s.exchange("PWD", `257 "/"`)
				s.quit()
			},
			`s1
			> NOOP 200
			> PWD 257
			> QUIT 221`,
		},
		{
			"several commands in one segment", "lftp pipelines (field note 6): replies come in the order of the commands",
			func(h *harness) {
				s := h.open()
				s.pipeline("SYST", "NOOP", "PWD", "SIZE a")
				s.server("215 UNIX")
				s.server("200 ok")
				s.server(`257 "/"`)
				s.server("213 100")
				s.quit()
			},
			`s1
			> SYST 215
			> NOOP 200
			> PWD 257
			> SIZE a 213
			> QUIT 221`,
		},
		{
			"the same code for all", "nothing but the order tells",
			func(h *harness) {
				s := h.open()
				s.pipeline("DELE a", "DELE b", "DELE c")
				s.server("250 gone")
				s.server("550 no such file")
				s.server("250 gone")
				s.quit()
			},
			`s1
			> DELE a 250
			> DELE b 550
			> DELE c 250
			> QUIT 221`,
		},
		{
			"1yz, then 2yz", "a preliminary reply does not end the command, also with others behind it",
			func(h *harness) {
				s := h.open()
				s.pipeline("PASV", "LIST", "NOOP")
				s.server("227 (198,51,100,20,156,65)")
				d := s.dial(40001).answered()
				s.server("150 here it comes")
				d.delivers(30)
				s.server("226 done")
				s.server("200 ok")
				s.quit()
			},
			`s1
			> PASV 227
			> LIST 150 226
			> NOOP 200
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 LIST completed 226 listing=30 client→198.51.100.20:40001`,
		},
		{
			"150, then 125", "two preliminary replies end nothing either",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("LIST", "150 about to open")
				s.server("125 opened")
				s.call(4001).answered().delivers(5)
				s.server("226 done")
				s.quit()
			},
			`s1
			> PORT 192,0,2,10,15,161 200
			> LIST 150 125 226
			> QUIT 221
			s1.t1 active PORT 192.0.2.10:4001 LIST completed 226 listing=5 server→192.0.2.10:4001`,
		},
		{
			"the greeting comes after commands", "the client did not wait (zeek fake-server-delays)",
			func(h *harness) {
				s := h.control(clientHost+":40000", serverHost+":21")
				s.answered()
				s.client("USER ftp")
				s.client("PASS x")
				s.server("220 hello")
				s.server("331 password")
				s.server("230 in")
				s.quit()
			},
			`s1 user=ftp accepted
			banner "hello"
			> USER ftp 331
			> PASS x 230
			> QUIT 221`,
		},
		{
			"120, then 220", "the server will be ready in a while (RFC 959 section 5.4)",
			func(h *harness) {
				s := h.control(clientHost+":40000", serverHost+":21")
				s.answered()
				s.server("120 ready in 1 minute")
				h.advance(time.Minute)
				s.server("220 hello")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			banner "hello"
			> NOOP 200
			> QUIT 221`,
		},
		{
			"421 instead of a greeting", "too many users: it answers nothing, and is no banner",
			func(h *harness) {
				s := h.control(clientHost+":40000", serverHost+":21")
				s.answered()
				s.server("421 too many users")
				s.fin(server, client)
			},
			`s1
			banner ""
			s1 unsolicited 421`,
		},
		{
			"421 to an idle client", "nobody had asked",
			func(h *harness) {
				s := h.open()
				s.exchange("NOOP", "200 ok")
				h.advance(5 * time.Minute)
				s.server("421 Timeout.")
				s.fin(server, client)
			},
			`s1
			> NOOP 200
			s1 unsolicited 421`,
		},
		{
			"421 crosses a command", "the server had not received it: the acknowledgment tells",
			func(h *harness) {
				s := h.open()
				s.exchange("NOOP", "200 ok")
				h.advance(5 * time.Minute)
				s.crossing("NOOP")
				s.server("421 Timeout.")
				s.fin(server)
				s.rst(server)
			},
			`s1 reset
			> NOOP 200
			> NOOP -
			s1 unsolicited 421`,
		},
		{
			"421 about the data channel with a command waiting", "pyftpdlib: the 421 must not put the dialogue out of step (field note 4)",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				h.advance(30 * time.Second)
				s.client("SYST")
				s.server("421 Passive data channel timed out.")
				s.server("215 UNIX")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> PASV 227
			> SYST 215
			> NOOP 200
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 no-command unseen no-data
			s1 unsolicited 421`,
		},
		{
			"421 about the data channel for the transfer", "it is the answer to RETR if RETR waits",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.client("RETR a")
				h.advance(30 * time.Second)
				s.server("421 Passive data channel timed out.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 421
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a unseen 421 no-data`,
		},
		{
			"lost reply in lockstep", "the frame of 331 is not in the capture: 230 is the answer to PASS",
			func(h *harness) {
				s := h.open()
				s.client("USER ftp")
				s.gap(server, "331 password")
				s.exchange("PASS x", "230 in")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1 user=ftp accepted lossy
			> USER ftp -
			> PASS x 230
			> NOOP 200
			> QUIT 221`,
		},
		{
			"lost reply that looks like the next", "250 is lost and 250 follows: in lockstep it belongs to the second",
			func(h *harness) {
				s := h.open()
				s.client("CWD a")
				s.gap(server, "250 ok")
				s.exchange("CWD b", "250 ok")
				s.quit()
			},
			`s1 lossy
			> CWD a -
			> CWD b 250
			> QUIT 221`,
		},
		{
			"lost reply when pipelined", "the codes that come can only be for what is behind it",
			func(h *harness) {
				s := h.open()
				s.pipeline("NOOP", "PWD", "SYST")
				s.gap(server, "200 ok")
				s.server(`257 "/"`)
				s.server("215 UNIX")
				s.quit()
			},
			`s1 lossy
			> NOOP -
			> PWD 257
			> SYST 215
			> QUIT 221`,
		},
		{
			"several lost replies", "the dialogue is in step again at the next that is characteristic",
			func(h *harness) {
				s := h.open()
				s.pipeline("SYST", "PWD", "PASV")
				s.gap(server, `215 UNIX257 "/"`)
				s.server("227 (198,51,100,20,156,65)")
				s.quit()
			},
			`s1 lossy
			> SYST -
			> PWD -
			> PASV 227
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"code out of place", "the server swallowed NOOP: 227 answers PASV",
			func(h *harness) {
				s := h.open()
				s.pipeline("NOOP", "PASV")
				s.server("227 (198,51,100,20,156,65)")
				s.quit()
			},
			`s1
			> NOOP -
			> PASV 227
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`,
		},
		{
			"code out of place, alone", "in lockstep it is the answer, however odd",
			func(h *harness) {
				s := h.open()
				s.exchange("NOOP", "257 odd")
				s.exchange("SYST", "215 UNIX")
				s.quit()
			},
			`s1
			> NOOP 257
			> SYST 215
			> QUIT 221`,
		},
		{
			"invalid reply code", "a line without a valid code answers the command that waits, and the next is in step",
			func(h *harness) {
				s := h.open()
				s.exchange("FOO", "999 what")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> FOO 0
			> NOOP 200
			> QUIT 221`,
		},
		{
			"reply to nothing", "no command waits",
			func(h *harness) {
				s := h.open()
				s.server("226 what for?")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> NOOP 200
			> QUIT 221
			s1 unsolicited 226`,
		},
		{
			"an unsolicited 221 after 550", "it must not overwrite the reply of RETR (zeek ftp-multiline-reply)",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				s.exchange("RETR a", "550 no such file")
				s.server("221 bye")
				s.fin(server, client)
			},
			`s1
			> PASV 227
			> RETR a 550
			s1.t1 passive PASV 198.51.100.20:40001 RETR a rejected 550 no-data
			s1 unsolicited 221`,
		},
		{
			"a line that is no command", "the server answers it too",
			func(h *harness) {
				s := h.open()
				s.pipeline("#!", "NOOP")
				s.server("500 what")
				s.server("200 ok")
				s.quit()
			},
			`s1
			>  #! 500
			> NOOP 200
			> QUIT 221`,
		},
		{
			"QUIT before the 226", "the client is in a hurry: 226 is still RETR's",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.exchange("RETR a", "150 here it comes")
				s.crossing("QUIT")
				d.delivers(50)
				s.server("226 done")
				s.server("221 bye")
				s.fin(server, client)
			},
			`s1
			> PASV 227
			> RETR a 150 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=50 client→198.51.100.20:40001`,
		},
	})
}

// The orders of replies around ABOR (field note 14): reply is the one that ends
// the transfer command, the 426, or the 2xx where no 426 comes.
func TestAbort(t *testing.T) {
	begin := func(h *harness) (*speech, *flow) {
		s := h.open()
		s.pasv(40001)
		d := s.dial(40001).answered()
		s.exchange("RETR a", "150 here it comes")
		d.down(60)
		return s, d
	}
	tell(t, []story{
		{
			"426, then 226", "vsftpd, pyftpdlib",
			func(h *harness) {
				s, d := begin(h)
				s.abor()
				d.rst(server)
				s.server("426 Failure writing network stream.")
				s.server("226 ABOR successful.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 426
			> ABOR 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=60 client→198.51.100.20:40001 reset ABOR`,
		},
		{
			"226, then 426", "ProFTPD: Abort successful first",
			func(h *harness) {
				s, d := begin(h)
				s.abor()
				d.rst(server)
				s.server("226 Abort successful")
				s.server("426 Transfer aborted. Data connection closed")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 426
			> ABOR 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=60 client→198.51.100.20:40001 reset ABOR`,
		},
		{
			"226, then 426, without the word", "the 226 does not speak of the abort and proves to be the answer to ABOR afterwards",
			func(h *harness) {
				s, d := begin(h)
				s.abor()
				d.rst(server)
				s.server("226 Closing data connection.")
				s.server("426 Connection closed; transfer aborted.")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 426
			> ABOR 226
			> NOOP 200
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=60 client→198.51.100.20:40001 reset ABOR`,
		},
		{
			"226, then 225", "vsftpd after a plain ABOR: the transfer really completed",
			func(h *harness) {
				s, d := begin(h)
				s.client("ABOR")
				d.delivers(40)
				s.server("226 Transfer complete.")
				s.server("225 No transfer to ABOR.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 226
			> ABOR 225
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 ABOR`,
		},
		{
			"226 of a server that had written all of it", "lftp resets the data connection and leaves: the file did not arrive",
			func(h *harness) {
				s, d := begin(h)
				s.abor()
				d.down(40).rst(client)
				s.fin(client)
				s.server("226 Transfer complete.")
				s.rst(client)
			},
			`s1 reset
			> PASV 227
			> RETR a 150 226
			> ABOR -
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 226 download=100 client→198.51.100.20:40001 reset ABOR`,
		},
		{
			"426 although all bytes arrived", "after an urgent ABOR: the 426 counts",
			func(h *harness) {
				s, d := begin(h)
				d.down(40)
				s.abor()
				d.fin(server, client)
				s.server("426 Failure writing network stream.")
				s.server("226 ABOR successful.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 426
			> ABOR 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=100 client→198.51.100.20:40001 ABOR`,
		},
		{
			"226 alone", "a 2xx that answers ABOR does not complete the transfer, but it is its reply where no 426 comes",
			func(h *harness) {
				s, d := begin(h)
				s.abor()
				d.rst(server)
				s.server("226 Abort successful")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150
			> ABOR 226
			> NOOP 200
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 226 download=60 client→198.51.100.20:40001 reset ABOR`,
		},
		{
			"225 to ABOR, and the transfer goes on", "ABOR came before the server had begun",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001).answered()
				s.pipeline("RETR a", "ABOR")
				s.server("225 No transfer to ABOR.")
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 226
			> ABOR 225
			> NOOP 200
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 ABOR`,
		},
		{
			"ABOR of nothing", "225: the last transfer was over, nobody aborted it",
			func(h *harness) {
				s := h.open()
				s.fetch("a", 40001)
				s.exchange("ABOR", "225 No transfer to ABOR.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 226
			> ABOR 225
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001`,
		},
		{
			"ABOR, and on", "the session goes on with another transfer",
			func(h *harness) {
				s, d := begin(h)
				s.abor()
				d.rst(server)
				s.server("426 Failure writing network stream.")
				s.server("226 ABOR successful.")
				s.fetch("b", 40002)
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 426
			> ABOR 226
			> PASV 227
			> RETR b 150 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a aborted 426 download=60 client→198.51.100.20:40001 reset ABOR
			s1.t2 passive PASV 198.51.100.20:40002 RETR b completed 226 download=100 client→198.51.100.20:40002`,
		},
		{
			"ABOR crosses the 226", "the transfer was over before ABOR arrived",
			func(h *harness) {
				s, d := begin(h)
				s.crossing("ABOR")
				d.delivers(40)
				s.server("226 Transfer complete.")
				s.server("226 ABOR successful.")
				s.quit()
			},
			`s1
			> PASV 227
			> RETR a 150 226
			> ABOR 226
			> QUIT 221
			s1.t1 passive PASV 198.51.100.20:40001 RETR a completed 226 download=100 client→198.51.100.20:40001 ABOR`,
		},
	})
}
