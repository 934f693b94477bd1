package ftp

import (
	"net/netip"
	"slices"
)

// Ref names a frame: the capture it is in and its number there, from 1, as
// Wireshark shows it. The zero Ref means that there is none.
type Ref struct {
	Capture int
	Frame   int64
}

// Seen says in which frame and when something was seen. The zero Seen means
// that it was not.
type Seen struct {
	Ref
	Time Time
}

// Yes reports whether it was seen.
func (s Seen) Yes() bool { return s.Frame != 0 }

// Side is an end of a TCP connection, and the direction of what it sends.
type Side uint8

// The two ends of a TCP connection.
const (
	Initiator Side = 0 // sent the SYN; on a control connection the client
	Listener  Side = 1 // was connected to; on a control connection the server
)

// Other is the opposite end.
func (s Side) Other() Side { return 1 - s }

// Role is what a followed TCP connection is taken for.
type Role uint8

// The roles of a connection.
const (
	RoleNone    Role = iota // not followed
	RoleControl             // a control connection
	RoleData                // a data connection, or a connection that may be one
)

// Claim says how sure it is that a TCP connection is a data connection.
type Claim uint8

// The claims to a connection.
const (
	ClaimNone      Claim = iota // nobody waits for it
	ClaimPossible               // its hosts have a control connection: it may be one
	ClaimAnnounced              // its listener was announced
)

// AnswerKind is how a SYN was answered.
type AnswerKind uint8

// The answers to a SYN.
const (
	AnswerNone   AnswerKind = iota // nothing was seen
	AnswerSYNACK                   // the listener accepted
	AnswerRST                      // somebody refused in the listener's name
	AnswerICMP                     // a host or router on the path said no
)

// SYN is one connection request.
type SYN struct {
	Seen
	ISN   uint32 // initial sequence number
	Clock uint32 // value of its TCP timestamp (RFC 7323 section 3), 0 without the option: another one in each repetition
	TTL   uint8  // time to live or hop limit
	IPID  uint16 // IPv4 identification, 0 for IPv6
	Stack
}

// Answer is what came back for a SYN.
type Answer struct {
	Seen
	Kind      AnswerKind
	TTL       uint8      // of the packet that answered
	From      netip.Addr // its sender: for ICMP the box that rejected
	Type      uint8      // ICMP or ICMPv6 type
	Code      uint8      // ICMP or ICMPv6 code
	QuotedTTL uint8      // TTL that the SYN had left when the ICMP sender saw it
	Clock     uint32     // of a SYN-ACK: value of its TCP timestamp, 0 without the option
	Stack                // of a SYN-ACK
}

// MaxAttempts bounds Conn.SYNs and Conn.Answers.
const MaxAttempts = 16

// Half is what one side of a connection sent past the capture point. What every
// packet touches stands first, close together.
type Half struct {
	Packets        int
	Bytes          int64 // payload from the first to the highest sequence number, counted once; 64 bits wide
	Missing        int64 // of Bytes, those in no captured segment; of a thinned connection those behind Progress
	Acked          int64 // of Bytes, those that the other side acknowledged
	LastPacket     Seen  // latest packet of any kind
	LastData       Seen  // latest segment with payload, retransmissions included
	Progress       Seen  // latest segment that brought new payload; of a thinned connection the latest header of either side that shows more of it, and did not end it
	Confirmed      Seen  // latest packet of the other side that acknowledged more of it
	FirstData      Seen  // first segment with payload
	TTLMin, TTLMax uint8 // of all its packets
	Plain          bool  // its first payload was captured and is no TLS record
	Cut            bool  // TLS only: of the segment that its payload ends with the end was not captured
	MSS            uint16
	FIN            Seen // first FIN
	Wire           Wire
	Stuck          Stuck // where the other side stopped acknowledging; the zero Stuck if it goes on
	Lead           Lead
	Shutdown       Seen  // TLS only: the alert that its payload ends with, which closes the TLS session
	ShutdownAck    int64 // what of the other side Shutdown acknowledges, counted as FINAck

	FINAck          int64 // what of the other side FIN acknowledges: payload bytes, and one more for the other FIN
	Retransmissions int   // segments that repeat sequence numbers; frames that the capture holds twice are not
	RST             Seen  // first RST after the handshake
	FalseRST        Seen  // first RST that its sequence number makes the other side ignore
	ZeroWindow      Seen  // first advertisement of a closed window, RST excepted
	Closed          Closed
	Unsent          Beyond // what it acknowledged of the other side that was never sent past this point
	Probes          int    // keep-alive and window probes: packets that repeat the byte before the next, or carry it
	LastProbe       Seen

	Farewell *Farewell // of FIN; nil where it came once
}

// Conn is a TCP connection that is followed. The decoder owns it and keeps it
// current as long as events of it are emitted; after EventEnd it changes no
// more. Others only read it.
type Conn struct {
	ID          int64             // unique, in order of first packet
	Follower    any               // what the handler of the events keeps with it; the decoder does not look at it
	Role        Role              //
	Ends        [2]netip.AddrPort // by Side; without a SYN the listener is a guess
	Midstream   bool              // the first packet seen was not a SYN or its answer
	Recognised  bool              // a control connection found by its words, not by its port
	Thinned     bool              // a data connection of which most packets were left out on purpose: CaptureFacts.Thinned
	TLS         bool              // TLS records were seen on it
	First, Last Seen              // first and last packet
	SYNs        []SYN             // at most MaxAttempts
	SYNCount    int               // SYNs seen, repetitions included
	Answers     []Answer          // at most MaxAttempts
	Established Seen              // the packet that completed the handshake or showed that it was complete
	Half        [2]Half           // by the Side that sent
	Duplicates  int               // frames that the capture holds twice
	Errors      []PacketError     // ICMP errors that answer no SYN, at most MaxErrors
	Challenge   Seen              // an ACK in answer to the SYN that does not acknowledge it: the listener holds an earlier connection (RFC 5961 section 4)
	Hello       *TLS              // nil where no TLS handshake was seen
	Ended       bool              // no more packets will be counted: closed, reset, timed out or replaced
}

// Answered is the answer that decided the handshake: a SYN-ACK if there was
// one, else the latest of the others; false if there was none.
func (c *Conn) Answered() (Answer, bool) {
	var last Answer
	for _, a := range c.Answers {
		if a.Kind == AnswerSYNACK {
			return a, true
		}
		last = a
	}
	return last, len(c.Answers) > 0
}

// Clone is a copy that changes no more, whatever is still captured.
func (c *Conn) Clone() *Conn {
	out := *c
	out.Follower = nil
	out.SYNs, out.Answers, out.Errors = slices.Clone(c.SYNs), slices.Clone(c.Answers), slices.Clone(c.Errors)
	for i := range out.Half {
		out.Half[i].Stuck.Repeated = slices.Clone(c.Half[i].Stuck.Repeated)
		if b := c.Half[i].Farewell; b != nil {
			kept := *b
			out.Half[i].Farewell = &kept
		}
	}
	if c.Hello != nil {
		hello := *c.Hello
		hello.Alerts = slices.Clone(hello.Alerts)
		out.Hello = &hello
	}
	return &out
}

// Packets is the number of packets of both directions.
func (c *Conn) Packets() int { return c.Half[0].Packets + c.Half[1].Packets }
