package ftp

import "net/netip"

// EventKind is what an Event tells.
type EventKind uint8

// The kinds of events.
const (
	EventOpen    EventKind = iota + 1 // a connection is followed from here on: Conn
	EventChange                       // its handshake was answered or completed, or it carried its first payload: Conn
	EventCommand                      // a command line on a control connection: Conn, Command, Acked
	EventReply                        // a whole reply on a control connection: Conn, Reply, Acked
	EventSecured                      // TLS records begin in one direction of a control connection: Conn, From
	EventGap                          // bytes of a control connection are not in the capture: Conn, From, Lost
	EventEnd                          // a connection ended: Conn changes no more
	EventTick                         // nothing but time passed
	EventNotice                       // a limit was reached or something odd was seen: Notice
	EventSYN                          // somebody connects, FTP or not: Ends, SYN. Only where the decoder is asked for it
	EventTrace                        // a packet without payload between the ends of an announced data connection whose beginning the capture lacks: Ends
	EventRST                          // a RST of a connection that is not followed: Ends, as if its sender listened, and Acked, its acknowledgment number. Likewise
)

// Event is the one thing that goes from the decoder to the tracker. It and the
// bytes it holds are valid only until the handler returns; Conn stays.
type Event struct {
	Kind    EventKind
	Seen            // the frame that brought it, and its time
	Conn    *Conn   //
	From    Side    // who sent it
	Command Command // with EventCommand
	Reply   Reply   // with EventReply
	Offset  int64   // stream offset just behind the line, as its sender counts payload bytes
	Acked   int64   // payload bytes of the other side that the sender of this line had received; -1 unknown
	Lost    int64   // bytes missing in the gap
	Within  bool    // the line began inside a segment, behind another line
	Pieces  int     // segments that the line (of a reply: its first line) came in, 1 for most; 0 unknown
	Cut     bool    // the line is cut off (snap length, gap or line limit): what is here is only its beginning
	Notice  Notice
	Ends    [2]netip.AddrPort // with EventSYN, EventTrace and EventRST, by Side
	SYN     SYN               // with EventSYN
}

// Command is one command line.
type Command struct {
	Verb     string // upper case; unknown verbs as sent, upper-cased
	Argument []byte // the rest of the line behind one blank, line end removed: borrowed
	Urgent   bool   // Telnet interrupt or data mark stood before it (RFC 959 section 4.1.3, ABOR)
}

// Reply is one whole reply.
type Reply struct {
	Code  int    // 100 to 659; 0 for a line that has no valid reply code
	Text  []byte // text behind the code, lines joined by LF: borrowed
	First Seen   // frame of its first line; Event.Seen is that of its last
}

// Notice tells that a named limit was reached, or an oddity of the capture as a
// whole. Each code is emitted once for each place it is about.
type Notice struct {
	Code    string // stable word, for instance "limit-sessions"
	Message string
	Time    Time
}
