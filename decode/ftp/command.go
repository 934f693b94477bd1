package ftp

import "bytes"

// MaxVerb bounds Command.Verb. A longer verb is cut: its line is still one
// command, and the server will answer it.
const MaxVerb = 32

// ParseCommand reads one command line, its line end and Telnet bytes removed:
// letters and digits that begin with a letter, and, behind exactly one blank, an
// argument that may hold further blanks, also at its beginning and end.
//
//	The command codes themselves are alphabetic characters terminated by
//	the character <SP> (Space) if parameters follow and Telnet-EOL otherwise.
//
// https://www.rfc-editor.org/rfc/rfc959#section-5.3
//
// Blanks before the verb are passed over; some servers do so too and others say
// 500, but the client meant the verb. Digits are for XSHA256 and its like.
//
// It is false for a line that has no verb. Servers answer such a line as well,
// most with 500, so who pairs replies must count it.
//
// Command.Argument is a part of line. A known verb costs no allocation.
func ParseCommand(line []byte) (Command, bool) {
	line = bytes.TrimLeft(line, " ")
	var upper [MaxVerb]byte
	n := 0
	for ; n < len(line) && line[n] != ' '; n++ {
		c := upperByte(line[n])
		if !isLetter(c) && (n == 0 || !isDigit(c)) {
			return Command{}, false
		}
		if n < MaxVerb {
			upper[n] = c
		}
	}
	if n == 0 {
		return Command{}, false
	}
	var argument []byte
	if n < len(line) {
		argument = line[n+1:]
	}
	verb := upper[:min(n, MaxVerb)]
	if v, ok := verbs[string(verb)]; ok {
		return Command{Verb: v.Name, Argument: argument}, true
	}
	return Command{Verb: string(verb), Argument: argument}, true
}

func isLetter(c byte) bool { c |= 'a' - 'A'; return 'a' <= c && c <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
