package diagnose

import (
	"strings"

	"github.com/ftpscope/ftpscope/session"
)

// connectionFailed reports whether a reply tells of a connection that failed: 421, 425
// and 426 do (RFC 959 section 4.2.1).
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.2
func connectionFailed(r *session.Reply) bool {
	return r != nil && (r.Code == 421 || r.Code == 425 || r.Code == 426)
}

// unknownToServer reports whether a reply to an extended announcement says that
// the command, or its network protocol, is not known, rather than that the
// endpoint is not wanted.
//
// https://www.rfc-editor.org/rfc/rfc2428#section-2 and
// https://www.rfc-editor.org/rfc/rfc1639#section-3
func unknownToServer(r *session.Reply) bool {
	switch r.Code {
	case 504, 521, 522:
		return true
	case 500, 501, 502:
		return !containsAny(strings.ToLower(r.Text), "illegal", "foreign", "reject", "address", "only to", "not allowed", "denied", "disabled", "unable to service", "epsv all")
	}
	return false
}

// speaksOfLimit reports whether a text says that there are too many of something.
func speaksOfLimit(text string) bool {
	return containsAny(strings.ToLower(text), "too many", "maximum", "limit", "max ", "no more")
}

// containsAny reports whether a text holds one of some words.
func containsAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
