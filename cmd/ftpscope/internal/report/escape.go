package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// UTF8 makes words from the wire valid UTF-8: every byte that is not part of a
// valid character is read as Latin-1.
func UTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			r = rune(s[i])
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}

// Escape makes words from the wire safe to print on one line of a terminal:
// control characters, characters that are not seen or turn the direction of
// writing, and bytes that are not UTF-8 stand as \x1b or \u202e.
func Escape(s string) string {
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r):
			b.WriteString(s[i : i+n])
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// hidden reports whether a character does something else than to be seen:
// controls, formats (bidirectional ones among them), separators of lines,
// surrogates, private use, blanks other than the blank.
func hidden(r rune) bool {
	return r != ' ' && !unicode.IsPrint(r)
}

// line is the first line of a reply's text, escaped, with a mark if it goes on.
func line(s string) string {
	first, rest, more := strings.Cut(strings.TrimLeft(s, "\r\n "), "\n")
	first = Escape(strings.TrimRight(first, "\r "))
	if more && strings.TrimSpace(rest) != "" {
		first += " […]"
	}
	return first
}
