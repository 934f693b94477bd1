package report

import "testing"

func TestMask(t *testing.T) {
	for _, tt := range []struct{ name, verb, argument, want string }{
		{"a password", "PASS", "s3cret", mask},
		{"an account", "ACCT", "42", mask},
		{"an anonymous user's address is personal", "PASS", "me@example.com", mask},
		{"an empty password is a fact, not a secret", "PASS", "", ""},
		{"a user's name is no secret", "USER", "ftplab", "ftplab"},
		{"nor is a file's", "RETR", "s3cret", "s3cret"},
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
	m := &masker{hide: true}
	m.argument("PASS", "ftplab")
	for _, tt := range []struct{ name, in, want string }{
		{"servers repeat what they do not understand", "'PASS ftplab': command not understood", "'PASS ********': command not understood"},
		{"in another case", "pass FTPLAB? pass ftplab?", "PASS ********? PASS ********?"},
		{"the word alone may be the user's name: asterisks would tell that it is the password", "Password required for ftplab", "Password required for ftplab"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.reply(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	m.argument("PASS", "*")
	if got := m.reply("PASS *"); got != "PASS ********" {
		t.Errorf("a secret of asterisks: got %q", got)
	}
}
