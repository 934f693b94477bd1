package ftp

import "testing"

func TestQuoted257(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		ok       bool
		reason   string
	}{
		{`"/srv" is the current directory`, "/srv", true, "vsftpd"},
		{`"/usr/dm/foo""bar" directory created`, `/usr/dm/foo"bar`, true, "RFC 959 appendix II"},
		{`"/a"""`, `/a"`, true, "a quote at the end"},
		{`""`, "", true, "empty"},
		{`Current directory is "/x"`, "/x", true, "words before"},
		{`/srv`, "", false, "no quotes"},
		{`"/srv`, "", false, "cut off"},
		{`"/srv""`, "", false, "cut off behind a doubled quote"},
	} {
		if got, ok := Quoted257([]byte(tt.in)); got != tt.want || ok != tt.ok {
			t.Errorf("Quoted257(%q) = %q, %v: %s", tt.in, got, ok, tt.reason)
		}
	}
}

func TestSTOUName(t *testing.T) {
	for _, tt := range []struct {
		code     int
		in, want string
		reason   string
	}{
		{125, "FILE: ftpd.lk2m3y98", "ftpd.lk2m3y98", "pyftpdlib; sample: sv firewall-118"},
		{150, "FILE: a b", "a b", "vsftpd; no quoting, so blanks belong to it"},
		{150, "file:x", "x", "case"},
		{150, "FILE: x\nmore", "x", "one line"},
		{150, "FILE: ", "", "no name"},
		{150, "Ok to send data.", "", "no name"},
		{226, "Transfer complete (unique file name:a(1).txt).", "a(1).txt", "BSD"},
		{226, "Transfer complete.", "", "no name"},
		{226, "Transfer complete (unique file name:a", "", "cut off"},
		{226, "FILE: x", "", "only in the first reply"},
		{550, "FILE: x", "", "an error"},
	} {
		if got, ok := STOUName(tt.code, []byte(tt.in)); got != tt.want || ok != (tt.want != "") {
			t.Errorf("STOUName(%d, %q) = %q, %v: %s", tt.code, tt.in, got, ok, tt.reason)
		}
	}
}
