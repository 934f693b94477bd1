package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ name, in, text, json string }{
		{"plain words stay", "a b.txt", "a b.txt", "a b.txt"},
		{"letters of any language stay", "grüße 日本 ünï", "grüße 日本 ünï", "grüße 日本 ünï"},
		{"ESC would drive the terminal", "\x1b[2J", `\x1b[2J`, `\u001b[2J`},
		{"so would an 8-bit CSI, as UTF-8", "\u009b2J", `\x9b2J`, `\u009b2J`},
		{"or as a bare byte", "\x9b2J", `\x9b2J`, `\u009b2J`},
		{"right-to-left override turns names around", "a\u202egpj.exe", `a\u202egpj.exe`, `a\u202egpj.exe`},
		{"isolates too", "\u2066x\u2069", `\u2066x\u2069`, `\u2066x\u2069`},
		{"tags hide text beyond the first plane", "\U000e0041", `\U000e0041`, `\udb40\udc41`},
		{"Latin-1 is not UTF-8", "caf\xe9", `caf\xe9`, "café"},
		{"UTF-8 that was cut is Latin-1 byte by byte", "\xe6\x97", `\xe6\x97`, `æ\u0097`},
		{"DEL is a control character", "a\x7f", `a\x7f`, `a\u007f`},
		{"line ends would forge lines", "a\r\nb", `a\x0d\x0ab`, `a\r\nb`},
		{"no-break space looks like a blank and is none", "a\u00a0b", `a\xa0b`, `a\u00a0b`},
		{"HTML is not special", "<a&b>", "<a&b>", "<a&b>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Escape(tt.in); got != tt.text {
				t.Errorf("text: got %s, want %s", got, tt.text)
			}
			var b bytes.Buffer
			if err := encode(&b, UTF8(tt.in), ""); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(b.String()); got != `"`+tt.json+`"` {
				t.Errorf("JSON: got %s, want %q", got, tt.json)
			}
		})
	}
}

// FuzzEscape: nothing from the wire reaches a terminal as it is.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"a.txt", "\x1b[2J", "\xff\x00", "\u202e", "\U000e0041é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := Escape(s); strings.IndexFunc(got, hidden) >= 0 {
			t.Errorf("%q escapes to %q", s, got)
		}
		var b bytes.Buffer
		if err := encode(&b, UTF8(s), ""); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(b.String(), "\n"); strings.IndexFunc(got, hidden) >= 0 {
			t.Errorf("%q encodes to %q", s, got)
		}
	})
}
