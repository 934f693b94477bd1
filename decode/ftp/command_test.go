package ftp

import (
	"strings"
	"testing"
)

func TestParseCommand(t *testing.T) {
	for _, tt := range []struct {
		name, line, verb, argument string
		ok                         bool
		reason                     string
	}{
		{"plain", "RETR file", "RETR", "file", true, ""},
		{"lower case", "retr File", "RETR", "File", true, "the verb has no case, the argument has"},
		{"none", "PASV", "PASV", "", true, ""},
		{"blank behind", "PASV ", "PASV", "", true, "some clients send it"},
		{"blanks in name", "RETR  a b ", "RETR", " a b ", true, "only one blank is the separator"},
		{"blanks before", "  NOOP", "NOOP", "", true, "the client meant NOOP"},
		{"unknown", "xfoo9 bar", "XFOO9", "bar", true, "unknown verbs are commands"},
		{"long verb", strings.Repeat("a", 100) + " b", strings.Repeat("A", MaxVerb), "b", true, "one line is one command, or the replies shift"},
		{"empty", "", "", "", false, "no verb"},
		{"blanks", "   ", "", "", false, "no verb"},
		{"digit first", "220 hello", "", "", false, "a reply is no command"},
		{"binary", "RE\x00TR x", "", "", false, "not letters"},
		{"tab", "RETR\tx", "", "", false, "a tab separates nothing"},
		{"latin-1 name", "STOR \xe4\xff", "STOR", "\xe4\xff", true, "names are bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, ok := ParseCommand([]byte(tt.line))
			if ok != tt.ok || c.Verb != tt.verb || string(c.Argument) != tt.argument {
				t.Errorf("ParseCommand(%q) = %q %q %v, want %q %q %v: %s",
					tt.line, c.Verb, c.Argument, ok, tt.verb, tt.argument, tt.ok, tt.reason)
			}
		})
	}
}

func TestParseCommandAllocs(t *testing.T) {
	line := []byte("retr some/file.bin")
	if n := testing.AllocsPerRun(100, func() { ParseCommand(line) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzCommand(f *testing.F) {
	for _, seed := range []string{
		"", " ", "USER anonymous", "PORT 1,2,3,4,5,6", "eprt |2|::1|21|", "LPRT 4,4,1,2,3,4,2,5,6",
		"MODE", "XSHA256 f", "\xff\xf4\xff\xf2ABOR", "RETR \xff", strings.Repeat("v", 40),
	} {
		f.Add([]byte(seed))
	}
	for _, line := range spoken(f).client {
		f.Add([]byte(strings.TrimRight(line, "\r\n")))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		c, ok := ParseCommand(line)
		if ok != (c.Verb != "") || len(c.Verb) > MaxVerb || len(c.Argument) > len(line) {
			t.Errorf("ParseCommand(%q) = %+v, %v", line, c, ok)
		}
		if strings.ToUpper(c.Verb) != c.Verb {
			t.Errorf("%q is not upper case", c.Verb)
		}
		if again, ok2 := ParseCommand([]byte(c.Verb + " " + string(c.Argument))); ok &&
			(!ok2 || again.Verb != c.Verb || string(again.Argument) != string(c.Argument)) {
			t.Errorf("%+v reads again as %+v, %v", c, again, ok2)
		}
		if a, err := c.Announcement(); err == nil && a.Verb != "" && !a.Endpoint.IsValid() {
			t.Errorf("%+v: invalid endpoint without error", c)
		}
	})
}
