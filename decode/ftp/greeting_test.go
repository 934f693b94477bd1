package ftp

import (
	"strings"
	"testing"
)

func TestLooksLikeGreeting(t *testing.T) {
	for in, want := range map[string]bool{
		"220 (vsFTPd 3.0.3)\r\n":       true,
		"220-Welcome\r\n":              true,
		"220\r\n":                      true,
		"120 Soon\r\n":                 true,
		"220 mail.example ESMTP\r\n":   false, // SMTP says so
		"220 ftp\r\n220 SMTP gateway":  true,  // not in the first line
		"2201 x":                       false,
		"200 news server ready\r\n":    false, // NNTP
		"201 news server ready\r\n":    false,
		"+OK POP3\r\n":                 false,
		"* OK IMAP4rev1\r\n":           false,
		"SSH-2.0-OpenSSH\r\n":          false,
		"HTTP/1.1 220 x":               false,
		"421 Too many connections\r\n": false,
		"320 x":                        false,
		"22":                           false,
		"":                             false,
	} {
		if got := LooksLikeGreeting([]byte(in)); got != want {
			t.Errorf("LooksLikeGreeting(%q) = %v", in, got)
		}
	}
}

func TestFirstCommand(t *testing.T) {
	for _, tt := range []struct {
		in     string
		want   Verdict
		reason string
	}{
		{"USER anonymous\r\n", VerdictFTP, ""},
		{"user anonymous\n", VerdictFTP, ""},
		{"AUTH TLS\r\n", VerdictFTP, ""},
		{"auth ssl\r\n", VerdictFTP, ""},
		{"AUTH GSSAPI\r\n", VerdictFTP, ""},
		{"AUTH KERBEROS_V4\r\n", VerdictFTP, ""},
		{"AUTH PLAIN AGFi\r\n", VerdictNot, "SMTP"},
		{"AUTH LOGIN\r\n", VerdictNot, "SMTP"},
		{"AUTH CRAM-MD5\r\n", VerdictNot, "SMTP"},
		{"FEAT\r\n", VerdictFTP, ""},
		{"HOST ftp.example\r\n", VerdictFTP, ""},
		{"OPTS UTF8 ON\r\n", VerdictFTP, ""},
		{"CLNT x\r\n", VerdictFTP, ""},
		{"SYST\r\n", VerdictFTP, ""},
		{"EPSV\r\n", VerdictFTP, ""},
		{"MODE S\r\n", VerdictFTP, ""},
		{"MODE READER\r\n", VerdictNot, "NNTP"},
		{"EHLO x\r\n", VerdictNot, "SMTP"},
		{"HELO x\r\n", VerdictNot, "SMTP"},
		{"LHLO x\r\n", VerdictNot, "LMTP"},
		{"STARTTLS\r\n", VerdictNot, "SMTP"},
		{"MAIL FROM:<>\r\n", VerdictNot, "SMTP"},
		{"GET / HTTP/1.1\r\n", VerdictNot, "HTTP"},
		{"SSH-2.0-x\r\n", VerdictNot, "SSH"},
		{"NICK x\r\n", VerdictNot, "IRC"},
		{"NOOP\r\n", VerdictMore, "both have it"},
		{"NOOP\r\nUSER x\r\n", VerdictFTP, "the second line decides"},
		{"NOOP\r\nEHLO x\r\n", VerdictNot, "the second line decides"},
		{"QUIT\r\n", VerdictMore, ""},
		{"\r\nUSER x\r\n", VerdictFTP, "an empty line says nothing"},
		{"USER anon", VerdictMore, "unfinished"},
		{"", VerdictMore, "nothing"},
		{"\x16\x03\x01\x02", VerdictNot, "TLS"},
		{"\x9c\x81\xa0 and more", VerdictNot, "no line of FTP begins so"},
		{"\xff\xf4\xf2AB", VerdictMore, "Telnet, and a verb"},
		{strings.Repeat("x", maxFirst+1), VerdictNot, "too long"},
		{strings.Repeat("NOOP\r\n", 100), VerdictMore, "still waiting"},
		{strings.Repeat("NOOP\r\n", 200), VerdictNot, "too long"},
	} {
		if got := FirstCommand([]byte(tt.in)); got != tt.want {
			t.Errorf("FirstCommand(%.40q) = %v, want %v: %s", tt.in, got, tt.want, tt.reason)
		}
	}
	if got := VerdictFTP.String() + VerdictNot.String() + VerdictMore.String(); got != "FTPnot FTPmore" {
		t.Error(got)
	}
}

func TestLooksLikeMidstream(t *testing.T) {
	for _, tt := range []struct {
		in      string
		speaker Side
		ok      bool
	}{
		{"227 Entering Passive Mode (10,0,0,5,19,137).\r\n", Listener, true},
		{"229 Entering Extended Passive Mode (|||6446|)\r\n", Listener, true},
		{"228 Long (4,4,10,0,0,1,2,4,1)\r\n", Listener, true},
		{"PORT 10,0,0,5,19,137\r\nLIST\r\n", Initiator, true},
		{"eprt |1|10.0.0.5|5001|\r\n", Initiator, true},
		{"LPRT 4,4,10,0,0,1,2,4,1\n", Initiator, true},
		{"227 Logout.\r\n", 0, false},
		{"227 Entering Passive Mode (10,0,0,5,19,13", 0, false},
		{"227-(10,0,0,5,19,137)\r\n", 0, false},
		{"226 Done (10,0,0,5,19,137)\r\n", 0, false},
		{"PASV\r\nLIST\r\n", 0, false},
		{"PORT x\r\n", 0, false},
		{"PORT 10,0,0,5,19,137", 0, false},
		{"POST / HTTP/1.1\r\n", 0, false},
		{"PAST 1,2,3,4,5,6\r\n", 0, false},
		{"GET / HTTP/1.1\r\n", 0, false},
		{"PORT", 0, false},
		{"", 0, false},
	} {
		speaker, ok := LooksLikeMidstream([]byte(tt.in))
		if ok != tt.ok || (ok && speaker != tt.speaker) {
			t.Errorf("LooksLikeMidstream(%q) = %v, %v", tt.in, speaker, ok)
		}
	}
	payload := []byte("POST /x HTTP/1.1\r\nHost: example\r\n\r\n")
	if n := testing.AllocsPerRun(100, func() {
		LooksLikeMidstream(payload)
		LooksLikeGreeting(payload)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
