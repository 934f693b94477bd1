package diagnose

import (
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // a transfer or session failed because of it
	Warning Severity = "warning" // it works by luck, or will fail elsewhere
	Note    Severity = "note"    // it explains, and asks for nothing
)

// Confidence is how sure a statement is.
type Confidence string

// The confidences.
const (
	Certain  Confidence = "certain"  // seen in packets, rivals excluded by a fact
	Likely   Confidence = "likely"   // the pattern is complete, rivals need a coincidence
	Possible Confidence = "possible" // the pattern is partial, or the vantage unknown
)

// Where is a place on the path between client and server.
type Where string

// The places (report.md, "location.where").
const (
	AtClient     Where = "client"        // the client's host
	ClientSide   Where = "client-side"   // the network next to it
	Middle       Where = "middle"        // a box between
	ServerSide   Where = "server-side"   // the network next to the server
	AtServer     Where = "server"        // the server's host
	BeyondClient Where = "beyond-client" // from the capture point towards the client, which is included
	BeyondServer Where = "beyond-server" // from the capture point towards the server, which is included
	InCapture    Where = "capture"       // the capture itself is at fault
	Unknown      Where = "unknown"
)

// Statement is something said, and how sure it is.
type Statement struct {
	Text       string
	Confidence Confidence
}

// Place is a statement about where on the path.
type Place struct {
	Statement
	Where Where
}

// Evidence is a packet that shows something.
type Evidence struct {
	ftp.Seen
	Text string
}

// Who can do something about a finding.
type Who string

// The addressees of remedies.
const (
	ForClient   Who = "client"
	ForServer   Who = "server"
	ForFirewall Who = "firewall"
	ForCapture  Who = "capture" // whoever takes the next capture
)

// Remedy is what somebody can do.
type Remedy struct {
	Who     Who
	Text    string
	Example string // commands or configuration lines, or empty
}

// The most that a Finding lists.
const (
	MaxTransfers = 100
	MaxEvidence  = 16
)

// Finding is an explanation: what was seen, where, why, how sure each of these
// is, and what to do. Texts may repeat words from the wire: whoever shows them
// escapes them.
type Finding struct {
	ID          string // "f1", in the order in which findings are made
	Code        Code
	Severity    Severity
	Session     string   // id, or empty for a finding about captures
	Transfers   []string // ids of what it explains, at most MaxTransfers
	Count       int      // attempts that it explains
	Headline    string   // one plain sentence without a full stop
	Observation Statement
	Location    Place
	Cause       Statement
	Evidence    []Evidence // at most MaxEvidence, in order of time
	Unknown     []string   // what cannot be known from here
	Next        string     // the cheapest next experiment, or empty
	NextCommand string     // what it takes, a command on each line, or empty
	Because     []string   // ids of findings that are its cause
	Withdraws   []string   // ids of earlier findings that it takes back
	Works       []string   // ids of transfers of the session that went well in another way
	Remedies    []Remedy
	Filter      string // Wireshark display filter that shows its packets

	key     string     // findings of one code and session with the same key are one
	because []*Finding // of Because
}

// atMost is the lesser of two confidences.
func atMost(c, limit Confidence) Confidence {
	if c.rank() <= limit.rank() {
		return c
	}
	return limit
}

// rank puts confidences in order, the surest last.
func (c Confidence) rank() int {
	switch c {
	case Certain:
		return 3
	case Likely:
		return 2
	case Possible:
		return 1
	}
	return 0
}
