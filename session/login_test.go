package session_test

import "testing"

// What became of USER and PASS.
func TestLogin(t *testing.T) {
	tell(t, []story{
		{
			"331, 230", "the usual way",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "230 in")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"230 at once", "no password wanted",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "230 in")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"332 ACCT", "an account is wanted (RFC 959 section 5.4)",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "332 account")
				s.exchange("ACCT x", "230 in")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"332 and nothing more", "the account was never given",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "332 account")
				s.quit()
			},
			`s1 user=ftp`,
		},
		{
			"202 to PASS", "superfluous: USER was enough",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "202 superfluous")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"530", "wrong password",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "530 Login incorrect.")
				s.quit()
			},
			`s1 user=ftp denied`,
		},
		{
			"530, then right", "the second attempt counts",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "530 Login incorrect.")
				s.exchange("USER ada", "331 password")
				s.exchange("PASS y", "230 in")
				s.quit()
			},
			`s1 user=ada accepted`,
		},
		{
			"421 to PASS", "denied and thrown out",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "421 too many failures")
				s.fin(server, client)
			},
			`s1 user=ftp denied`,
		},
		{
			"no answer", "the capture ends before one",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.client("PASS x")
			},
			`s1 open user=ftp`,
		},
		{
			"a second USER is declined", "vsftpd: Can't change from guest user. The first goes on",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "230 in")
				s.exchange("USER ada", "530 Can't change from guest user.")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"REIN", "begins anew: the second user counts",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "230 in")
				s.exchange("REIN", "220 ready")
				s.exchange("USER ada", "331 password")
				s.exchange("PASS y", "530 no")
				s.quit()
			},
			`s1 user=ada denied
			> USER ftp 331
			> PASS x 230
			> REIN 220
			> USER ada 331
			> PASS y 530
			> QUIT 221`,
		},
		{
			"REIN with 120", "wait, then 220: no second greeting",
			func(h *harness) {
				s := h.open()
				s.client("REIN")
				s.server("120 soon")
				s.server("220 again")
				s.exchange("NOOP", "200 ok")
				s.quit()
			},
			`s1
			banner "ready"
			> REIN 120 220
			> NOOP 200
			> QUIT 221`,
		},
		{
			"REIN not implemented", "502 changes nothing",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "230 in")
				s.exchange("REIN", "502 no")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"HOST", "220 answers HOST, it is no greeting (RFC 7151)",
			func(h *harness) {
				s := h.open()
				s.exchange("HOST ftp.example", "220 Host accepted")
				s.exchange("USER ftp", "230 in")
				s.quit()
			},
			`s1 user=ftp accepted
			banner "ready"
			> HOST ftp.example 220
			> USER ftp 230
			> QUIT 221`,
		},
		{
			"a login page of many lines", "the last line of 230 counts",
			func(h *harness) {
				s := h.open()
				s.exchange("USER ftp", "331 password")
				s.exchange("PASS x", "230-Welcome\r\n530 files\r\n230 in")
				s.quit()
			},
			`s1 user=ftp accepted`,
		},
		{
			"no login", "AUTH, FEAT, QUIT: not tried",
			func(h *harness) {
				s := h.open()
				s.exchange("FEAT", "211 none")
				s.quit()
			},
			`s1`,
		},
	})
}
