package report

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"
)

// Encode writes the document as JSON, indented by two blanks.
func Encode(w io.Writer, d *Document) error {
	return encode(w, d, "  ")
}

func encode(w io.Writer, v any, indent string) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeHidden(buf.Bytes()))
	return err
}

// escapeHidden writes as \u009b what encoding/json leaves as it is and a
// terminal may obey. Such characters stand in strings only.
func escapeHidden(text []byte) []byte {
	at := bytes.IndexFunc(text, unsafeInJSON)
	if at < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)+64), text[:at]...)
	for rest := text[at:]; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if unsafeInJSON(r) {
			out = appendHidden(out, r)
		} else {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	return out
}

func unsafeInJSON(r rune) bool {
	return r >= 0x7f && r != utf8.RuneError && hidden(r)
}
