package session

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// State is how a TCP connection came up and ended.
type State string

// The states of a connection (report.md, "state").
const (
	StateUnanswered State = "unanswered" // its SYNs got no answer
	StateRefused    State = "refused"    // a RST answered the SYN
	StateProhibited State = "prohibited" // an ICMP error answered the SYN
	StateOpen       State = "open"       // no end was seen
	StateClosed     State = "closed"     // both FINs were seen
	StateReset      State = "reset"      // a RST ended it
	StateMidstream  State = "midstream"  // neither its beginning nor its end was seen
)

// Login is what became of USER and PASS.
type Login string

// The results of a login.
const (
	LoginAccepted Login = "accepted"
	LoginDenied   Login = "denied"
	LoginNone     Login = "none" // not tried, or not readable
)

// Security is how a control connection is protected.
type Security string

// The kinds of protection.
const (
	SecurityNone        Security = "none"
	SecurityExplicitTLS Security = "explicit-tls" // AUTH TLS, RFC 4217
	SecurityImplicitTLS Security = "implicit-tls" // TLS from the first byte
	SecurityGSSAPI      Security = "gssapi"       // AUTH GSSAPI, RFC 2228
)

// Outcome is what became of a transfer, as one observer at this point can know
// it. Where two fit, the first in this order holds.
type Outcome string

// The outcomes of a transfer (report.md, "outcome").
const (
	OutcomeRejected   Outcome = "rejected"   // declined by reply, not because a connection failed
	OutcomeRefused    Outcome = "refused"    // a RST answered the SYN
	OutcomeBlocked    Outcome = "blocked"    // SYNs unanswered, or answered by ICMP
	OutcomeCompleted  Outcome = "completed"  // a 2xx ended it, or its sender closed in order
	OutcomeStalled    Outcome = "stalled"    // opened, then no data for 5 s or more before the end
	OutcomeAborted    Outcome = "aborted"    // opened, then cut off
	OutcomeIncomplete Outcome = "incomplete" // going on well when the capture ended
	OutcomeUnseen     Outcome = "unseen"     // wanted, but nobody's attempt passed here
	OutcomeUnused     Outcome = "unused"     // announced, but not wanted
	OutcomeUnknown    Outcome = "unknown"    // the capture does not hold enough to say
)

// Session is one control connection and all that belonged to it. Its owner may
// read it once the tracker has emitted it; it changes no more.
type Session struct {
	ID          string // "s1", in order of first packet
	Client      netip.AddrPort
	Server      netip.AddrPort
	State       State
	First       ftp.Seen // first packet of the control connection
	Last        ftp.Seen // last packet of the control connection
	Banner      string   // text of the greeting, valid if HasBanner
	HasBanner   bool
	User        string // argument of the USER that counted last, valid if HasUser
	HasUser     bool
	Login       Login
	Security    Security
	Commands    []Command
	Unsolicited []Reply // replies that answer no command, the greeting excepted
	Transfers   []*Transfer
	Notices     []ftp.Notice // limits that were reached in this session, and oddities
	Control     *ftp.Conn    // packet facts of the control connection
	LostBytes   int64        // bytes of the control connection that the capture lacks
	Greeted     ftp.Seen     // the 220 of Banner
	Secured     ftp.Seen     // where the control connection could first not be read any more: TLS began
	Encrypted   bool         // it could not be read at its end: Secured, and no CCC
	Now         ftp.Time     // of the latest event when the session was given out: what came later it does not know
}

// Command is one command of a session and what answered it.
type Command struct {
	Seen     ftp.Seen
	Verb     string // upper case
	Argument string // as sent, passwords too: the report masks them
	Replies  []Reply
	Cut      bool // only its beginning was captured
	Cast     Cast
}

// Cast is how a line lay in TCP segments, which a firewall that reads along has
// to cope with.
type Cast struct {
	Pieces int  // segments that it came in; 0 where that is not known
	Within bool // it began inside a segment, behind another line
}

// Reply is one reply of the server.
type Reply struct {
	Seen ftp.Seen // frame that completed it
	Code int      // 0 where the line has no valid reply code
	Text string
	Cast Cast // of its first line
}

// Announcement is the endpoint that a transfer's listener was announced at.
type Announcement struct {
	Verb     string         // PORT, EPRT, LPRT, PASV, EPSV or LPSV
	Asked    ftp.Seen       // the command; the zero Seen where it was not captured
	Seen     ftp.Seen       // the packet that carries the endpoint; of the command where no reply carried one
	Cast     Cast           // of the line that carries the endpoint
	Reply    *Reply         // the reply to the command, or nil
	Endpoint netip.AddrPort // invalid where it could not be read; for EPSV the server's address
	Accepted *bool          // whether a 2xx answered; nil where no answer was seen
	Trace    ftp.Seen       // packet of a data connection to the endpoint whose beginning the capture lacks; the zero Seen if there was none
}

// TransferCommand is the command that a transfer was for.
type TransferCommand struct {
	Verb     string
	Argument string
	Seen     ftp.Seen
}

// InitiatorRole says who opened a data connection, seen from this session.
type InitiatorRole string

// The initiators of data connections.
const (
	InitiatorClient InitiatorRole = "client"
	InitiatorServer InitiatorRole = "server"
	InitiatorOther  InitiatorRole = "other" // a third host: FXP, or a stranger
)

// Data is the data connection of a transfer.
type Data struct {
	Initiator       InitiatorRole
	Source          netip.AddrPort // of the first SYN
	Destination     netip.AddrPort
	State           State
	TLS             bool
	First, Last     ftp.Seen
	Bytes           int64 // delivered payload of the file's sender (report.md, data.bytes)
	MissingBytes    int64 // of them in no captured segment; 0 where segments were left out on purpose
	Packets         int
	Retransmissions int
	Conn            *ftp.Conn   // packet facts of the connection that counts
	Attempts        []*ftp.Conn // all connections tried for this announcement, in order, Conn included
}

// Correlation says how a data connection was tied to its transfer.
type Correlation string

// The ways of correlating.
const (
	CorrelationAnnounced Correlation = "announced" // by the announced endpoint
	CorrelationInferred  Correlation = "inferred"  // by hosts, ports and time only
)

// Transfer is what one announcement or transfer command came to.
type Transfer struct {
	ID           string // "s1.t1", in order of announcement or command
	Mode         ftp.Mode
	Announcement *Announcement    // nil where none was seen
	Command      *TransferCommand // nil where none followed
	Path         string           // resolved path, valid if HasPath
	HasPath      bool
	Direction    ftp.Direction
	Data         *Data // nil where no data connection was seen
	Correlation  Correlation
	Outcome      Outcome
	Prelim       *Reply   // the 1yz reply to the transfer command, or nil
	Next         ftp.Seen // the client's first command behind this transfer's last one; the zero Seen if none followed
	Reply        *Reply   // the final reply to the transfer command, or nil
	Type         byte     // TYPE in force: 'A', 'I', 'E', 'L', or 0 where not known
	Offset       int64    // REST offset in force, 0 for none
	Due          int64    // of a download that no reply ended: bytes that by the server's words there are to send at least, 0 where not known
	Aborted      bool     // ABOR was sent for it
}

// Start is when the transfer began: when its endpoint was announced, else when
// its command or its data connection was first seen.
func (t *Transfer) Start() ftp.Time {
	switch {
	case t.Announcement != nil:
		return t.Announcement.Seen.Time
	case t.Command != nil:
		return t.Command.Seen.Time
	case t.Data != nil:
		return t.Data.First.Time
	}
	return ftp.Time{}
}
