package ftp

import "bytes"

// LooksLikeGreeting reports whether the first payload of a listener may be the
// greeting of an FTP server on any port. It looks at four bytes, so SMTP may
// pass as well, unless its first line says so. FirstCommand then decides. The
// greetings of SSH ("SSH-2.0-"), POP3 ("+OK"), IMAP ("* OK") and NNTP ("200 ",
// "201 ") do not pass.
//
// https://www.rfc-editor.org/rfc/rfc959#section-5.4
func LooksLikeGreeting(payload []byte) bool {
	if len(payload) < 4 || payload[1] != '2' || payload[2] != '0' {
		return false
	}
	if payload[0] != '2' && payload[0] != '1' {
		return false
	}
	switch payload[3] {
	case ' ', '-', '\r', '\n':
	default:
		return false
	}
	line, _, _ := bytes.Cut(payload, []byte{'\n'})
	return !bytes.Contains(line, []byte("SMTP"))
}

// Verdict is what the first words of a client tell.
type Verdict uint8

// The verdicts of FirstCommand.
const (
	VerdictMore Verdict = iota // can't tell yet
	VerdictFTP                 // only FTP begins so
	VerdictNot                 // another protocol
)

// String is "more", "FTP" or "not FTP".
func (v Verdict) String() string {
	switch v {
	case VerdictFTP:
		return "FTP"
	case VerdictNot:
		return "not FTP"
	}
	return "more"
}

// maxFirst bounds the bytes that FirstCommand waits for.
const maxFirst = 1024

// FirstCommand judges the first bytes of a client, behind a greeting that
// LooksLikeGreeting let pass (POP3 knows USER as well, but greets with +OK).
// Payload is all that the client has sent so far. Commands that SMTP has too do
// not decide.
func FirstCommand(payload []byte) Verdict {
	rest := payload
	for len(rest) > 0 {
		line, behind, whole := bytes.Cut(rest, []byte{'\n'})
		if !whole {
			return unfinished(payload, line)
		}
		if v := firstCommand(trimCR(line)); v != VerdictMore {
			return v
		}
		rest = behind
	}
	return limit(payload)
}

// limit ends the waiting.
func limit(payload []byte) Verdict {
	if len(payload) > maxFirst {
		return VerdictNot
	}
	return VerdictMore
}

// unfinished judges a line without end: binary is not FTP, nor is what begins with
// something else than a verb or Telnet.
func unfinished(payload, line []byte) Verdict {
	if verb := bytes.TrimLeft(line, " "); len(verb) > 0 && !isLetter(verb[0]) && verb[0] != telnetIAC {
		return VerdictNot
	}
	for _, c := range line {
		if c < ' ' && c != '\r' && c != '\t' {
			return VerdictNot
		}
	}
	return limit(payload)
}

func firstCommand(line []byte) Verdict {
	if len(line) == 0 {
		return VerdictMore
	}
	command, ok := ParseCommand(line)
	if !ok {
		return VerdictNot
	}
	switch command.Verb {
	case "NOOP", "QUIT", "HELP", "RSET", "PASS":
		return VerdictMore
	case "AUTH":
		return mechanism(command.Argument)
	case "MODE":
		return stream(command.Argument)
	}
	if _, known := verbs[command.Verb]; known {
		return VerdictFTP
	}
	return VerdictNot
}

// mechanism tells FTP's AUTH from that of SMTP (PLAIN, LOGIN, CRAM-MD5, …),
// which also has GSSAPI, but never before EHLO.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-4
// https://www.rfc-editor.org/rfc/rfc2228#section-3
func mechanism(argument []byte) Verdict {
	for _, name := range [...]string{"TLS", "SSL", "TLS-C", "TLS-P", "GSSAPI", "KERBEROS_V4", "KERBEROS_V5"} {
		if bytes.EqualFold(bytes.Trim(argument, " "), []byte(name)) {
			return VerdictFTP
		}
	}
	return VerdictNot
}

// stream tells FTP's MODE S, B, C and Z from NNTP's MODE READER.
func stream(argument []byte) Verdict {
	if argument = bytes.Trim(argument, " "); len(argument) == 1 {
		return VerdictFTP
	}
	return VerdictNot
}

// LooksLikeMidstream reports whether a payload begins with a line that only FTP
// has, for captures that start late: an announcement that can be read, and a
// line end in the same payload. The speaker of a PORT, EPRT or LPRT command is
// the client (Initiator), that of a 227, 228 or 229 reply the server (Listener).
func LooksLikeMidstream(payload []byte) (speaker Side, ok bool) {
	if len(payload) < 6 {
		return 0, false
	}
	switch upperByte(payload[0]) {
	case '2':
		if payload[1] != '2' || payload[2] < '7' || payload[2] > '9' || payload[3] != ' ' {
			return 0, false
		}
		line, _, whole := bytes.Cut(payload, []byte{'\n'})
		code, _, text, _ := ParseReplyLine(line)
		a, err := Reply{Code: code, Text: text}.Announcement()
		return Listener, whole && err == nil && a.Verb != ""
	case 'P', 'E', 'L':
		if payload[4] != ' ' || upperByte(payload[3]) != 'T' {
			return 0, false
		}
		if v, known := LookupVerb(payload[:4]); !known || v.Mode != ModeActive {
			return 0, false
		}
		line, _, whole := bytes.Cut(payload, []byte{'\n'})
		command, _ := ParseCommand(trimCR(line))
		a, err := command.Announcement()
		return Initiator, whole && err == nil && a.Verb != ""
	}
	return 0, false
}
