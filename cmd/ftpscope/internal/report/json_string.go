package report

import "unicode/utf8"

// unescaped has the bytes that stand for themselves in JSON and on a terminal.
var unescaped = func() (set [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()

// isPlain reports whether there is nothing to escape in a text.
func isPlain(s string) bool { return plainLen(s) == len(s) }

// plainLen is how many plain bytes a text begins with.
func plainLen(s string) int {
	for i := range len(s) {
		if !unescaped[s[i]] {
			return i
		}
	}
	return len(s)
}

// appendString appends words from the wire as a JSON string: what encode makes of
// UTF8(s).
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for {
		n := plainLen(s)
		b, s = append(b, s[:n]...), s[n:]
		if s == "" {
			return append(b, '"')
		}
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			r = rune(s[0])
		}
		b, s = appendRune(b, r), s[n:]
	}
}

// appendRune appends a character of a JSON string.
func appendRune(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\b':
		return append(b, `\b`...)
	case r == '\f':
		return append(b, `\f`...)
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r < ' ' || unsafeInJSON(r):
		return appendHidden(b, r)
	}
	return utf8.AppendRune(b, r)
}

// appendHidden appends a character as \u009b.
func appendHidden(b []byte, r rune) []byte {
	if r >= 0x10000 { // RFC 8259 section 7: a surrogate pair
		b = appendHidden(b, 0xd800+(r-0x10000)>>10)
		r = 0xdc00 + (r-0x10000)&0x3ff
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12], hex[r>>8&0xf], hex[r>>4&0xf], hex[r&0xf])
}
