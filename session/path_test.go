package session_test

import "testing"

// begun is a session whose working directory is known.
func begun(h *harness, dir string) *speech {
	s := h.open()
	s.exchange("PWD", `257 "`+dir+`"`)
	return s
}

// ask is a transfer without data connection: only its command matters.
func (s *speech) ask(command string) {
	s.h.t.Helper()
	s.port(4001)
	s.exchange(command, "150 go")
	s.server("226 done")
}

// The path of a transfer: its argument, resolved against the working directory
// where that is known.
func TestPath(t *testing.T) {
	const begin, end = "s1.t1 active PORT 192.0.2.10:4001 ", " completed 226 no-data"
	one := func(dir, command string, before ...string) func(h *harness) {
		return func(h *harness) {
			s := begun(h, dir)
			for i := 0; i < len(before); i += 2 {
				s.exchange(before[i], before[i+1])
			}
			s.ask(command)
			s.quit()
		}
	}
	tell(t, []story{
		{"relative", "below the working directory", one("/pub", "RETR a"), begin + "RETR a" + end + " path=/pub/a"},
		{"absolute", "stands for itself", one("/pub", "RETR /etc/a"), begin + "RETR /etc/a" + end + " path=/etc/a"},
		{"dots", "are resolved", one("/pub/x", "RETR ../a"), begin + "RETR ../a" + end + " path=/pub/a"},
		{"dots at the root", "there is nothing above", one("/", "RETR ../../a"), begin + "RETR ../../a" + end + " path=/a"},
		{"doubled quotes", "RFC 959: a quote in the name is doubled", one(`/a""b`, "RETR c"), begin + "RETR c" + end + ` path=/a"b/c`},
		{"CWD relative", "followed", one("/pub", "RETR a", "CWD x", "250 ok"), begin + "RETR a" + end + " path=/pub/x/a"},
		{"CWD with blanks", "one blank parts verb and argument, others belong to the name", one("/pub", "RETR a b", "CWD x y", "250 ok"), begin + "RETR a b" + end + " path=/pub/x y/a b"},
		{"CWD absolute", "followed, whatever was before", one("/pub", "RETR a", "CWD /x", "250 ok"), begin + "RETR a" + end + " path=/x/a"},
		{"CWD ..", "up", one("/pub/x", "RETR a", "CWD ..", "250 ok"), begin + "RETR a" + end + " path=/pub/a"},
		{"CWD failed", "not followed", one("/pub", "RETR a", "CWD x", "550 no"), begin + "RETR a" + end + " path=/pub/a"},
		{"CWD to a home directory", "nobody can know where that is", one("/pub", "RETR a", "CWD ~ada", "250 ok"), begin + "RETR a" + end},
		{"CWD on Windows", "a drive is not below", one("/pub", "RETR a", `CWD C:\x`, "250 ok"), begin + "RETR a" + end},
		{"PWD after all", "known again", one("/pub", "RETR a", "CWD ~ada", "250 ok", "PWD", `257 "/home/ada" is it`), begin + "RETR a" + end + " path=/home/ada/a"},
		{"CDUP", "up", one("/pub/x", "RETR a", "CDUP", "250 ok"), begin + "RETR a" + end + " path=/pub/a"},
		{"CDUP answered by 200", "the older code", one("/pub/x", "RETR a", "CDUP", "200 ok"), begin + "RETR a" + end + " path=/pub/a"},
		{"CDUP failed", "not followed", one("/pub/x", "RETR a", "CDUP", "550 no"), begin + "RETR a" + end + " path=/pub/x/a"},
		{"XCWD, XCUP, XPWD", "the experimental names (RFC 1123 section 4.1.3.1)", one("/q", "RETR a", "XPWD", `257 "/pub"`, "XCWD x", "250 ok", "XCWD y", "250 ok", "XCUP", "250 ok"), begin + "RETR a" + end + " path=/pub/x/a"},
		{"a drive as working directory", "no path of ours", one(`C:\pub`, "RETR a"), begin + "RETR a" + end},
		{"257 of MKD", "a new directory is not the working directory", one("/pub", "RETR a", "MKD x", `257 "/pub/x" made`), begin + "RETR a" + end + " path=/pub/a"},
		{"PWD without quotes", "says nothing that could be read", one("/pub", "RETR a", "PWD", "257 /elsewhere is it"), begin + "RETR a" + end + " path=/pub/a"},
		{"LIST", "the working directory", one("/pub", "LIST"), begin + "LIST" + end + " path=/pub"},
		{"LIST -la", "options are no path", one("/pub", "LIST -la"), begin + "LIST -la" + end + " path=/pub"},
		{"LIST -la x", "what is behind the options", one("/pub", "LIST -l -a x"), begin + "LIST -l -a x" + end + " path=/pub/x"},
		{"NLST x", "a name", one("/pub", "NLST x"), begin + "NLST x" + end + " path=/pub/x"},
		{"MLSD", "takes no options: a dash begins a name", one("/pub", "MLSD -x"), begin + "MLSD -x" + end + " path=/pub/-x"},
		{
			"unknown", "no PWD was seen: null where the argument is relative",
			func(h *harness) {
				s := h.open()
				s.ask("RETR a")
				s.ask("LIST")
				s.ask("RETR /a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data
			s1.t2 active PORT 192.0.2.10:4001 LIST completed 226 no-data
			s1.t3 active PORT 192.0.2.10:4001 RETR /a completed 226 no-data path=/a`,
		},
		{
			"relative CWD from nowhere", "still unknown, then absolute",
			func(h *harness) {
				s := h.open()
				s.exchange("CWD x", "250 ok")
				s.ask("RETR a")
				s.exchange("CWD /y", "250 ok")
				s.ask("RETR a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR a completed 226 no-data path=/y/a`,
		},
		{
			"CWD pipelined before RETR", "the answer to CWD comes after the command RETR was seen",
			func(h *harness) {
				s := begun(h, "/pub")
				s.port(4001)
				s.pipeline("CWD x", "RETR a")
				s.server("250 ok")
				s.server("150 go")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data path=/pub/x/a`,
		},
		{
			"CWD behind RETR", "the path is that of the time of RETR",
			func(h *harness) {
				s := begun(h, "/pub")
				s.port(4001)
				s.pipeline("RETR a", "CWD x")
				s.server("150 go")
				s.server("226 done")
				s.server("250 ok")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data path=/pub/a`,
		},
		{
			"rejected", "the path that was asked for",
			func(h *harness) {
				s := begun(h, "/pub")
				s.port(4001)
				s.exchange("RETR a", "550 no")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a rejected 550 no-data path=/pub/a`,
		},
		{
			"STOU", "the name that the server chose, in the first reply (RFC 1123 section 4.1.2.9)",
			func(h *harness) {
				s := begun(h, "/pub")
				s.port(4001)
				s.exchange("STOU a", "150 FILE: a.1")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 STOU a completed 226 no-data path=/pub/a.1`,
		},
		{
			"STOU of BSD", "in the last reply",
			func(h *harness) {
				s := begun(h, "/pub")
				s.port(4001)
				s.exchange("STOU", "150 go")
				s.server("226 Transfer complete (unique file name:a.1).")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 STOU completed 226 no-data path=/pub/a.1`,
		},
		{
			"STOU somewhere", "the name, whatever directory it is in",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("STOU", "125 FILE: ftpd.lk2m3y98")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 STOU completed 226 no-data path=ftpd.lk2m3y98`,
		},
		{
			"STOU without a name", "the argument is only a wish",
			func(h *harness) {
				s := begun(h, "/pub")
				s.ask("STOU a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 STOU a completed 226 no-data`,
		},
		{
			"REIN", "the working directory is forgotten",
			func(h *harness) {
				s := begun(h, "/pub")
				s.exchange("REIN", "220 again")
				s.ask("RETR a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data`,
		},
	})
}

// TYPE stays, REST is consumed by the next transfer.
func TestTypeAndOffset(t *testing.T) {
	tell(t, []story{
		{
			"TYPE I", "holds until the next TYPE",
			func(h *harness) {
				s := h.open()
				s.ask("LIST")
				s.exchange("TYPE I", "200 ok")
				s.ask("RETR a")
				s.ask("RETR b")
				s.exchange("TYPE a n", "200 ok")
				s.ask("RETR c")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 LIST completed 226 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR a completed 226 no-data type=I
			s1.t3 active PORT 192.0.2.10:4001 RETR b completed 226 no-data type=I
			s1.t4 active PORT 192.0.2.10:4001 RETR c completed 226 no-data type=A`,
		},
		{
			"TYPE declined", "the one before holds",
			func(h *harness) {
				s := h.open()
				s.exchange("TYPE I", "200 ok")
				s.exchange("TYPE E", "504 no")
				s.ask("RETR a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data type=I`,
		},
		{
			"TYPE between PORT and RETR", "bound to the transfer command",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("TYPE I", "200 ok")
				s.exchange("RETR a", "150 go")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data type=I`,
		},
		{
			"REST", "for the next transfer only",
			func(h *harness) {
				s := h.open()
				s.exchange("REST 4294967296000", "350 ok")
				s.ask("RETR a")
				s.ask("RETR b")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data offset=4294967296000
			s1.t2 active PORT 192.0.2.10:4001 RETR b completed 226 no-data`,
		},
		{
			"REST, and other commands", "SIZE and PASV between do not consume it",
			func(h *harness) {
				s := h.open()
				s.exchange("REST 100", "350 ok")
				s.exchange("SIZE a", "213 200")
				s.ask("STOR a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 STOR a completed 226 no-data offset=100`,
		},
		{
			"REST declined", "from the beginning",
			func(h *harness) {
				s := h.open()
				s.exchange("REST 100", "502 no")
				s.ask("RETR a")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data`,
		},
		{
			"REST twice", "the last counts, and 0 takes it back",
			func(h *harness) {
				s := h.open()
				s.exchange("REST 100", "350 ok")
				s.exchange("REST 0", "350 ok")
				s.ask("RETR a")
				s.exchange("REST 1", "350 ok")
				s.exchange("REST 2", "350 ok")
				s.ask("RETR b")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 no-data
			s1.t2 active PORT 192.0.2.10:4001 RETR b completed 226 no-data offset=2`,
		},
		{
			"REST, RETR rejected", "consumed all the same",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.exchange("REST 100", "350 ok")
				s.exchange("RETR a", "550 no")
				s.exchange("RETR b", "150 go")
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a rejected 550 no-data offset=100
			s1.t2 active PORT 192.0.2.10:4001 RETR b completed 226 no-data`,
		},
	})
}
