package session

import (
	"slices"
	"strconv"
	"strings"
)

// due is how many bytes of a file the server said that it has to send at least: in
// its answer to SIZE, or in what began the transfer, "150 Opening BINARY mode data
// connection for a.bin (3000 bytes)."; 0 where it did not, or it cannot be compared.
//
// https://www.rfc-editor.org/rfc/rfc3659#section-4
func (x *draft) due() int64 {
	c := x.t.Command
	if c == nil || c.Verb != "RETR" || x.t.Type != 'I' || x.d.packed {
		return 0
	}
	if x.prelim != nil {
		text := x.prelim.Text
		if digits, _, ok := strings.Cut(text[strings.LastIndexByte(text, '(')+1:], " bytes)"); ok {
			return size(digits) - x.t.Offset
		}
	}
	const near = 8 // commands between SIZE and RETR
	for _, k := range slices.Backward(x.d.s.Commands[max(0, x.last-near):x.last]) {
		switch k.Verb {
		case "SIZE":
			if k.Argument == c.Argument && len(k.Replies) > 0 && k.Replies[0].Code == 213 {
				return size(k.Replies[0].Text) - x.t.Offset
			}
		case "CWD", "XCWD", "CDUP", "XCUP", "TYPE", "RANG", "REIN":
			return 0 // another file, or another part of it
		}
	}
	return 0
}

// size reads a number of bytes; 0 if it is none.
func size(text string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n
}
