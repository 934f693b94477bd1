package ftp

import "slices"

// Greeting is the verb that stands in for the missing command that a server's
// greeting answers.
const Greeting = ""

// Characteristic reports whether a reply code points to the verb: among the
// commands that may be waiting for their answer, few others get it.
func (v *Verb) Characteristic(code int) bool { return slices.Contains(v.marks, code) }

// Plausible reports whether a reply code may answer the verb. It is generous:
// what servers do, not what the tables of RFC 959 section 5.4 allow. What it
// denies is nonsense, such as 227 for anything but PASV and its like, or a
// preliminary reply for a command that moves no data.
//
// https://www.rfc-editor.org/rfc/rfc959#section-5.4
func (v *Verb) Plausible(code int) bool {
	switch {
	case code < 100 || code > 659:
		return false
	case v.Characteristic(code), v.wraps, slices.Contains(v.may, code):
		return true
	case v == &greeting:
		return code >= 400 && !bound(code)
	case code < 200:
		return v.Transfers()
	case loose(code):
		return v == &unknown
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
