package ftp

import "slices"

// Greeting is the verb that stands in for the missing command that a server's
// greeting answers.
const Greeting = ""

// Characteristic reports whether a reply code points to the verb: among the
// commands that may be waiting for their answer, few others get it.
func Characteristic(verb string, code int) bool {
	if verb == Greeting {
		return code == 120 || code == 220
	}
	v, ok := verbs[verb]
	return ok && slices.Contains(v.marks, code)
}

// Plausible reports whether a reply code may answer the verb. It is generous:
// what servers do, not what the tables of RFC 959 section 5.4 allow. What it
// denies is nonsense, such as 227 for anything but PASV and its like, or a
// preliminary reply for a command that moves no data.
//
// https://www.rfc-editor.org/rfc/rfc959#section-5.4
func Plausible(verb string, code int) bool {
	if code < 100 || code > 659 {
		return false
	}
	if Characteristic(verb, code) {
		return true
	}
	v, known := verbs[verb]
	if known && (v.wraps || slices.Contains(v.may, code)) {
		return true
	}
	if verb == Greeting {
		return code >= 400 && !bound(code)
	}
	if code < 200 {
		return known && v.Direction != DirectionNone
	}
	if loose(code) {
		return !known
	}
	return !bound(code)
}

// bound reports whether a code of the second hundred or later is only for the
// verbs that list it.
func bound(code int) bool {
	switch code {
	case 215, 220, 221, 225, 226, 227, 228, 229, 230, 232, 234, 235, 257,
		331, 332, 334, 335, 336, 350,
		425, 426:
		return true
	}
	return false
}

// loose reports whether a code is for the verbs that list it and perhaps for
// verbs that we never heard of.
func loose(code int) bool { return 211 <= code && code <= 214 }
