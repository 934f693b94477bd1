package diagnose

import (
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/session"
)

// errno is what a reply says that the server itself met with when it opened, or
// waited for, a data connection.
type errno uint8

const (
	errnoNone           errno = iota
	errnoTimedOut             // its SYN got no answer, or nobody connected
	errnoRefused              // RST, or ICMP port unreachable
	errnoUnreachable          // ICMP, or it had no route
	errnoInUse                // its port pair is taken
	errnoNotResumed           // the TLS session of the data connection was not resumed
	errnoBadPeer              // the peer of the data connection is not that of the control connection
	errnoNoAnnouncement       // nothing was announced, or that was refused
	errnoNoPorts              // no free port
	errnoDenied               // permission denied
)

// saying is what servers say when they met with something. Texts of replies
// may name files, so each holds for some reply codes only.
type saying struct {
	met   errno
	codes []int
	texts []string // in lower case, any of them
}

// Replies that speak of connections, x2z (RFC 959 section 4.2.1), and those that
// decline PASV, or a transfer for want of a data connection.
var (
	ofConnections = []int{421, 425, 426}
	ofTLS         = []int{421, 425, 426, 450, 522}
	ofPreparing   = []int{421, 425, 426, 450, 451, 452, 500, 501, 502, 503, 504}
)

// sayings in order: a server's own words go before those of its system.
var sayings = []saying{
	// FileZilla Server, Serv-U and others; vsftpd: "522 SSL connection failed;
	// session reuse required".
	{errnoNotResumed, ofTLS, []string{
		"tls session of data connection", "session reuse required", "session not reused", "tls session not resumed", "ssl session reuse",
	}},
	// ProFTPD: "425 Unable to build data connection: Operation not permitted".
	{errnoNotResumed, ofConnections, []string{"data connection: operation not permitted"}},
	// vsftpd: "425 Security: Bad IP connecting."; pyftpdlib: "425 Rejected data
	// connection from foreign address 192.0.2.7:4711."
	{errnoBadPeer, ofConnections, []string{"bad ip connecting", "connection from foreign address"}},
	// vsftpd and FileZilla Server: "425 Use PORT or PASV first."
	{errnoNoAnnouncement, ofPreparing, []string{"port or pasv first", "pasv or port first"}},
	// Pure-FTPd: "425 All reserved TCP ports are busy"; FileZilla Server: "425
	// Cannot prepare for data connection."
	{errnoNoPorts, ofPreparing, []string{
		"reserved tcp ports are busy", "cannot prepare for data connection", "no free port", "no available port", "find a listening port",
	}},
	{errnoInUse, ofPreparing, []string{
		"address already in use", "address in use", "cannot assign requested address", "can't assign requested address", "only one usage of each socket address",
	}},
	// vsftpd, which says no more: "500 OOPS: vsf_sysutil_bind".
	{errnoNoPorts, ofPreparing, []string{"oops: vsf_sysutil_bind"}},
	{errnoRefused, ofConnections, []string{"connection refused", "actively refused"}},
	{errnoUnreachable, ofConnections, []string{
		"no route to host", "network is unreachable", "network unreachable", "host is unreachable", "host unreachable", "unreachable host", "unreachable network",
	}},
	// pyftpdlib: "421 Active data channel timed out."; Pure-FTPd: "421 Timeout
	// (no new data for 60 seconds)".
	{errnoTimedOut, ofConnections, []string{
		"connection timed out", "operation timed out", "attempt timed out", "connection timeout", "operation now in progress",
		"data channel timed out", "timeout (no new data for", "did not properly respond",
	}},
	{errnoDenied, ofConnections, []string{"permission denied"}},
}

// serverMet reads the error text of a reply; errnoNone for nil and for texts
// that say nothing.
func serverMet(r *session.Reply) errno {
	if r == nil || r.Code < 400 {
		return errnoNone
	}
	text := strings.ToLower(r.Text)
	for _, s := range sayings {
		if slices.Contains(s.codes, r.Code) && slices.ContainsFunc(s.texts, func(t string) bool { return strings.Contains(text, t) }) {
			return s.met
		}
	}
	return errnoNone
}
