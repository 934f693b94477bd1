package report

import (
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
)

func TestElide(t *testing.T) {
	for _, tt := range []struct {
		name  string
		in    string
		width int
		want  string
	}{
		{"it fits", "/a/b", 4, "/a/b"},
		{"the end of a path names it best", "/incoming/2026/report.pdf", 16, "…/report.pdf"},
		{"unless that is less than half", "/incoming-2026/r.pdf", 18, "…coming-2026/r.pdf"},
		{"no room", "abc", 1, "…"},
		{"no room at all", "abc", 0, "…"},
		{"wide characters", "文件文件文件", 6, "…文件"},
		{"characters of several bytes", "ñandú-ñandú", 6, "…ñandú"},
		{"without a slash", "averyveryverylongname.txt", 10, "…gname.txt"},
		{"wide characters that leave a column free", "日本語のとても長い名前.txt", 11, "…い名前.txt"},
		{"nothing", "", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := elide(tt.in, tt.width); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		name  string
		in    string
		width int
		want  string
	}{
		{"it fits", "abc", 3, "abc"},
		{"it does not", "abcd", 3, "ab…"},
		{"wide characters", "文件文件", 6, "文件…"},
		{"of the width of the first two", "日本語", 5, "日本…"},
		{"characters of several bytes", "ñandú", 4, "ñan…"},
		{"no room", "abc", 1, "…"},
		{"no room at all", "abc", 0, "…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shorten(tt.in, tt.width); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLongNames: a name from the wire can be long, and made of characters that
// take no room. What is cut off costs nothing but to be measured.
func TestLongNames(t *testing.T) {
	const width = 40
	for name, unit := range map[string]string{"escapes": `\x1b`, "slashes": "/", "marks": "\u0301", "words": "ab ", "wide": "文"} {
		t.Run(name, func(t *testing.T) {
			s := strings.Repeat(unit, 1<<20/len(unit))
			for _, got := range []string{elide(s, width), shorten(s, width), elideCommand("RETR "+s, width), elideEndpoint(s, width)} {
				if w := lipgloss.Width(got); w > width {
					t.Errorf("%d columns: %.80q", w, got)
				}
			}
			if n := testing.AllocsPerRun(1, func() { elide(s, width) }); n > 200 {
				t.Errorf("elide makes %.0f strings", n)
			}
		})
	}
	// Each line is found without looking at all that follow.
	if n := len(wrapped(strings.Repeat("ab ", 1<<16), width, width)); n < 1<<16/14 {
		t.Errorf("%d lines", n)
	}
}
