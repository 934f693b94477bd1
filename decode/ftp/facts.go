package ftp

import "time"

// Stack is how the TCP of a host introduces itself in a SYN or SYN-ACK. Two
// hosts that answer for one address differ in it.
type Stack struct {
	Window     uint16
	MSS        uint16 // maximum segment size, 0 without the option
	Scale      int8   // window scale, -1 without the option (RFC 7323 section 2)
	SACK       bool   // selective acknowledgments are permitted (RFC 2018)
	Timestamps bool   // RFC 7323 section 3
	Order      uint32 // hash of the kinds of the options in their order; 0 without options
	Cut        bool   // the snap length took some of the options: what is not above may have been there
}

// Lead is how the payload of one direction begins: what two captures of one
// connection have in common though addresses and numbers were rewritten between
// them.
type Lead struct {
	Base  uint32   // sequence number of the first payload byte, valid if Known
	Known bool     // something of the direction was captured that tells
	N     uint8    // bytes of Bytes that are valid
	Bytes [16]byte // the first payload bytes that were captured from Base on, without a gap
}

// Text is the bytes themselves.
func (l *Lead) Text() []byte { return l.Bytes[:l.N] }

// MAC is an Ethernet address; the zero MAC means that the link has none.
type MAC [6]byte

// MaxChecked is how many packets of a Half have their checksum verified.
const MaxChecked = 16

// Wire is how the packets of one direction looked on the link that was
// captured. It serves to find out where their sender is.
type Wire struct {
	TTLMin, TTLMax uint8 // of its packets, SYN and RST excepted; 0 if there were none
	FINTTL, RSTTTL uint8 // of the first of each; a RST that answers the SYN counts, one that was not believed does not
	Source, Target MAC   // of its first packet
	Sources        int   // different source addresses, counted up to 3
	Out, In, Aside int   // packets that the capturing host sent, received, only overheard: as the capture says (SLL packet type, pcapng flags)
	Checked, Bad   uint8 // whole packets whose TCP checksum was verified, and those of them where it was wrong; at most MaxChecked
	Largest        int   // longest payload of one packet, bytes
	Oversized      int   // packets with more payload than the other side's MSS
	Routed         int   // packets that the capture holds twice, with TTLs that differ by one: before and after routing
}

// MaxStuck bounds Stuck.Repeated.
const MaxStuck = 8

// Stuck is payload that the other side does not acknowledge: where the stream of
// one direction stands still. An acknowledgment of what was never sent here is
// none. A packet begins there also if it began before and goes on behind: what
// was acknowledged may end inside a segment.
type Stuck struct {
	Offset   int64  // payload bytes before it
	Length   int    // longest payload of a packet from there on, bytes; 0 if none passed, or none of those that are remembered
	First    Seen   // first packet that began there; the zero Seen if none passed here. Of more than 16 on their way, one shortly before
	Repeated []Seen // later ones, at most MaxStuck, the last in place of the latest
	Repeats  int    // how many there were
	Beyond   int    // packets with payload from behind it that passed after First
	DF       bool   // IPv4: don't fragment; always true for IPv6
}

// Yes reports whether the stream stands still there: the payload was sent more
// than once, or later payload was acknowledged no further.
func (s *Stuck) Yes() bool { return s.Repeats > 0 || s.Beyond > 0 && !s.First.Yes() }

// Closed is how long a receive window was closed.
type Closed struct {
	First, Last Seen          // first packet that closed it, last packet that said so
	Total       time.Duration // in all, until it opened or the last packet that said so
	Probes      int           // probes of the other side that were answered meanwhile
}

// Beyond is what a side acknowledged though the other never sent it here.
type Beyond struct {
	First, Last Seen
	Count       int   // packets that acknowledged so
	Delta       int64 // bytes behind the highest that was sent; of the latest
	Constant    bool  // the same in all of them; 1 may be a FIN that the capture lost
}

// MaxErrors bounds Conn.Errors.
const MaxErrors = 8

// PacketError is an ICMP error about a packet of a connection that is no answer
// to its SYN.
type PacketError struct {
	Answer             // Kind is AnswerICMP
	About       Side   // whose packet it quotes
	MTU         uint32 // of the next link, for "packet too big" and "fragmentation needed"; 0 otherwise
	Established bool   // the connection was established by then
}

// MaxAlerts bounds TLS.Alerts.
const MaxAlerts = 4

// Alert is a TLS alert in clear text.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-6
type Alert struct {
	Seen
	From        Side
	Level       uint8 // 1 warning, 2 fatal
	Description uint8
}

// Hello is what a ClientHello or ServerHello says of resumption.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-4.1 and
// https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1
type Hello struct {
	Seen
	From      Side   // who sent it: in active mode the TLS client is the listener (RFC 4217 section 7)
	Version   uint16 // 0x0303 for TLS 1.2, 0x0304 for TLS 1.3; a client's: the highest that it offers
	SessionID uint64 // hash of the session id, 0 if it is empty; TLS 1.3 only echoes it
	PSK       bool   // extension pre_shared_key: offered, or chosen
	Ticket    bool   // extension session_ticket with a ticket in it (RFC 5077); a client's only
	Cut       bool   // not all of it was captured
}

// TLS is what can be read of the TLS records of a connection, in each direction
// up to the first gap, snap length or segment that came out of order. Of several
// handshakes it is the first; a HelloRetryRequest is no ServerHello.
type TLS struct {
	Client, Server Hello
	Certificate    Seen     // Certificate message of the TLS server in clear text: TLS 1.2 and older, and not resumed
	Finished       Seen     // first record of the TLS client behind ServerHello that is no alert
	Data           [2]Seen  // first application data record, by the Side that sent
	DataBytes      [2]int64 // application data records likewise: bytes with header and expansion, at least; TLS 1.3 hides the end of its handshake in such records
	DataRecords    [2]int   // records that began, at least
	Alerts         []Alert  // in clear text, at most MaxAlerts
}

// Whole reports whether the handshake was read to its end.
func (t *TLS) Whole() bool {
	return t.Client.Yes() && t.Server.Yes() && !t.Server.Cut && t.Finished.Yes()
}

// Hailed reports whether all that passed on a connection is the ClientHello of one
// side: the other was heard, and never said a word.
func (c *Conn) Hailed() bool {
	if c.Hello == nil || !c.Hello.Client.Yes() {
		return false
	}
	other := &c.Half[c.Hello.Client.From.Other()]
	return other.Packets > 0 && other.Bytes == 0
}

// Resumed reports whether the handshake took up an earlier session; false too
// where that cannot be told. A TLS 1.3 server returns the session id whatever it
// does.
func (t *TLS) Resumed() bool {
	if t.Server.Version >= tls13 {
		return t.Server.PSK
	}
	return !t.Certificate.Yes()
}

const tls13 = 0x0304

// What a TLS 1.3 server sends of its handshake and of session tickets at most, in
// records that look like data: more is data.
const (
	bareRecords = 8 // five messages, two tickets and the alert that closes
	bareBytes   = 6 << 10
)

// Carried reports whether a side sent data behind the handshake. A short file
// looks like the end of the handshake in TLS 1.3: then it reports false.
func (t *TLS) Carried(side Side) bool {
	switch {
	case t.Server.Version < tls13:
		return t.DataRecords[side] > 0
	case side == t.Server.From:
		return t.DataRecords[side] > bareRecords || t.DataBytes[side] > bareBytes
	}
	return t.DataRecords[side] > 1 // the client's Finished
}

// CaptureFacts is what is known of a capture as a whole, of the frames decoded
// so far.
type CaptureFacts struct {
	Frames      int64
	TCP         int64
	ICMP        int64         // ICMP and ICMPv6 messages of any kind
	Neighbours  int64         // of them, those that hosts of one link exchange: neighbour discovery (RFC 4861), multicast listeners (RFC 3810)
	Control     int64         // TCP packets of followed control connections, or from or to a control port
	OtherTCP    int64         // all other TCP packets
	Port20      int64         // of them, those from or to port 20
	Truncated   int64         // frames captured only in part; if Thinned, those of control connections
	Thinned     bool          // most packets of data connections were left out where it was taken
	Loopback    bool          // a link type of the loopback interface (NULL, LOOP)
	Backwards   Seen          // first frame whose time is before that of an earlier one by more than a second
	Step        time.Duration // how far Backwards went back
	First, Last Time          // least and greatest time
}
