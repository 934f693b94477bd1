package ftp

// ParseReplyLine reads the code at the beginning of one line of a server.
//
//	A reply is defined to contain the 3-digit code, followed by Space <SP>,
//	followed by one line of text (where some maximum line length has been
//	specified), and terminated by the Telnet end-of-line code.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.2
//
// The first digit is 1 to 6, the second 0 to 5; 6yz are the protected replies of
// https://www.rfc-editor.org/rfc/rfc2228#section-5. More is true for "ddd-". A
// separator that is missing is tolerated, "226" and "220Welcome", but a fourth
// digit is not. Text is what is behind the separator, a part of line.
func ParseReplyLine(line []byte) (code int, more bool, text []byte, ok bool) {
	if len(line) < 3 || line[0] < '1' || line[0] > '6' || line[1] < '0' || line[1] > '5' || !isDigit(line[2]) {
		return 0, false, nil, false
	}
	code = int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	text = line[3:]
	if len(text) == 0 {
		return code, false, text, true
	}
	switch c := text[0]; {
	case c == '-':
		return code, true, text[1:], true
	case c == ' ' || c == '\t':
		return code, false, text[1:], true
	case isDigit(c):
		return 0, false, nil, false
	}
	return code, false, text, true
}
