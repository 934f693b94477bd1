package report

import (
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/session"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct{ name, verb, argument, want string }{
		{"a password", "PASS", "s3cret", mask},
		{"an account", "ACCT", "42", mask},
		{"an anonymous user's address is personal", "PASS", "me@example.com", mask},
		{"an empty password is a fact, not a secret", "PASS", "", ""},
		{"a user's name is no secret", "USER", "ftplab", "ftplab"},
		{"nor is a file's", "RETR", "s3cret", "s3cret"},
		{"a file may be called like the command", "RETR", "pass 2.txt", "pass 2.txt"},
		{"a tab makes it a line without verb", "", "PASS\ts3cret", "PASS " + mask},
		{"in any case, with any other byte", "", "\x00pass=s3cret", "\x00PASS " + mask},
		{"also a byte that may be a letter elsewhere", "", "PASS\xe9s3cret", "PASS " + mask},
		{"without anything behind it there is no secret", "", "PASS\t", "PASS\t"},
		{"another word", "", "PASSPORT\ts3cret", "PASSPORT\ts3cret"},
		{"behind a verb that nobody knows", "QUOTE", "ACCT s3cret", "ACCT " + mask},
		{"behind SITE", "SITE", "Pass s3cret", "PASS " + mask},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (&masker{hide: true}).argument(tt.verb, tt.argument); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := (&masker{}).argument(tt.verb, tt.argument); got != tt.argument {
				t.Errorf("with --show-secrets: got %q, want %q", got, tt.argument)
			}
		})
	}
}

func TestMaskReply(t *testing.T) {
	long := strings.Repeat("x", 40)
	m := newMasker(&session.Session{Commands: []session.Command{
		{Verb: "PASS", Argument: "ftplab"},
		{Verb: "PASS", Argument: "ftplab"},
		{Verb: "PASS", Argument: "ftp"},
		{Verb: "PASS", Argument: "*"},
		{Verb: "ACCT", Argument: "\xe9\xe9"},
		{Verb: "ACCT", Argument: long},
		{Verb: "", Argument: "pass\ttabbed"},
		{Verb: "PASS", Argument: "  "},
		{Verb: "PASS", Argument: ""},
	}}, true)
	for _, tt := range []struct{ name, in, want string }{
		{"servers repeat what they do not understand", "'PASS ftplab': command not understood", "'PASS ********': command not understood"},
		{"in another case", "pass FTPLAB? pass ftplab?", "PASS ********? PASS ********?"},
		{"the longest counts", "PASS ftp? PASS ftplab?", "PASS ********? PASS ********?"},
		{"the word alone may be the user's name: asterisks would tell that it is the password", "Password required for ftplab", "Password required for ftplab"},
		{"a secret of asterisks", "PASS *", "PASS ********"},
		{"bytes that are no UTF-8", "ACCT \xe9\xe9?", "ACCT ********?"},
		{"a secret of PASS is none of ACCT", "ACCT ftplab", "ACCT ftplab"},
		{"with more between than was sent", "PASS  \tftplab", "PASS ********"},
		{"as it was sent", "'PASS\ttabbed'", "'PASS ********'"},
		{"a long one up to the end of the line", "ACCT " + long + "?\nno", "ACCT ********\nno"},
		{"nothing behind it", "PASS", "PASS"},
		{"only blanks behind it", "PASS  ", "PASS  "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.reply(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := (&masker{}).reply(tt.in); got != tt.in {
				t.Errorf("with --show-secrets: got %q, want %q", got, tt.in)
			}
		})
	}
}

func TestMaskSaid(t *testing.T) {
	m := newMasker(&session.Session{Commands: []session.Command{
		{Verb: "PASS", Argument: "s3cret\xff\"word"},
		{Verb: "", Argument: "QUOTE\tPASS"},
		{Verb: "QUOTE", Argument: "ACCT 4242"},
	}}, true)
	for _, tt := range []struct{ name, in, want string }{
		{"as findings quote it", `500 "'PASS s3cret\xff\"word': what?"`, `500 "'PASS ********': what?"`},
		{"as it was sent", "500 'PASS s3cret\xff\"word'", "500 'PASS ********'"},
		{"cut within", "\"PASS s3c…\" or \"Pass S3CRE…\", then \"acct 42…\"", "\"PASS ********…\" or \"PASS ********…\", then \"ACCT ********…\""},
		{"cut before", "\"PASS …\"", "\"PASS …\""},
		{"something else", "\"PASS x…\" and ACCT s3…", "\"PASS x…\" and ACCT s3…"},
		{"nothing of the kind", "nothing … more", "nothing … more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.said(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := (&masker{}).said(tt.in); got != tt.in {
				t.Errorf("with --show-secrets: got %q, want %q", got, tt.in)
			}
		})
	}
}
