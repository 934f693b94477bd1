package compare

import (
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Result is what the captures show together. Points are named by their index
// into the points that were compared; frames carry the same index as their
// Ref.Capture.
type Result struct {
	Order    []int               // the points on the path, from the client to the server
	Because  []string            // why that order is believed, a clause for each pair of neighbours
	Aside    []int               // points that hold nothing in common with the others: not on the path, or nothing came so far
	Clocks   []Clock             // of the points in Order, against the first of them
	Sessions []*Session          // in order of first packet
	Findings []*diagnose.Finding // about captures as a whole
	Vantages []diagnose.Vantage  // by point
}

// Clock is how the clock of a point stands to that of the first point of the
// path.
type Clock struct {
	Point    int
	Offset   time.Duration // what it shows, less what the first point's clock shows at the same moment
	Spread   time.Duration // the true offset is no farther from Offset than this, where Bounded
	Bounded  bool          // packets of both directions bound the offset; else only its size is guessed from one
	Pairs    int           // packets that both captures hold and that the estimate rests on; 0: not known at all
	Drift    float64       // how much faster the clock runs, in parts per million; already part of Offset, which is that in the middle of the capture
	Unsteady bool          // more packets contradict the estimate than jitter explains: a clock jumped
}

// Session is one real session as all points saw it.
type Session struct {
	*session.Session                    // as the point nearest to the client has it, with the transfers of all points and the outcome that all points together prove
	At               []*session.Session // by point, nil where it was not seen; ids are those of Session
	Order            []int              // the points from the client of this session to its server: those that saw it, and those that should have
	Control          View               // the control connection
	Views            []View             // by transfer
	Stretches        []*Stretch
	Said             diagnose.Explanation // its findings
}

// View is one transfer, or the control connection, at each point of the path.
type View struct {
	Transfer string  // id, or empty for the control connection
	Points   []Sight // in the order of Session.Order
	loose    bool    // connections of several points were joined by guesswork
}

// Sight is what one point saw of a transfer or of the control connection.
type Sight struct {
	Point        int
	Transfer     *session.Transfer // as it looked there, or nil
	Announcement string            // the line with the endpoint, as seen there: "PORT 192,0,2,10,152,211", "227 Entering …"; empty where absent
	Announced    ftp.Seen          // its frame
	Conn         *ftp.Conn         // the connection, or nil where no packet of it is there. Of one that was not followed there (RoleNone) only the SYNs are known
	Source       netip.AddrPort    // of the SYN there
	Destination  netip.AddrPort
	Answer       *ftp.Answer    // what answered the SYN there, or nil
	Bytes        int64          // payload of the side that sent the file, of the control connection: of both
	Reply        *session.Reply // the final reply there, or nil
	Blind        string         // why absence there proves nothing, as a clause; empty where it does
	deaf         [2]bool        // directions that were not captured there: toServer, toClient
	heard        bool           // other connections of these hosts were accepted there: answers pass the point
	lossy        bool           // its capture is known to lack packets that passed
	unheard      bool           // the point has not the session, which never came up
	doubt        string         // why what absence there proves is not certain, likewise
}

// Packet is what was lost, answered or changed.
type Packet string

// The packets of a Stretch.
const (
	PacketSYN          Packet = "syn"
	PacketSYNACK       Packet = "syn-ack"
	PacketACK          Packet = "ack" // without payload: the third of a handshake, or acknowledgments of data
	PacketRST          Packet = "rst"
	PacketICMP         Packet = "icmp"
	PacketAnnouncement Packet = "announcement"
	PacketCommand      Packet = "command" // payload of the client on the control connection
	PacketReply        Packet = "reply"   // payload of the server on the control connection
	PacketData         Packet = "data"    // payload of a data connection
	PacketFIN          Packet = "fin"
)

// What happened to a packet.
type What string

// What happens between two points.
const (
	Lost     What = "lost"     // one point saw it leave, the other never saw it come
	Answered What = "answered" // somebody between the points answered it, or spoke in the name of a host
	Changed  What = "changed"  // it came out otherwise than it went in
)

// Stretch is what happened to a packet between two points.
type Stretch struct {
	Transfer   string // id, or empty: of the control connection
	Between    [2]int // points, the one nearer to the client first; neighbours, but for points that cannot tell
	Packet     Packet
	ToServer   bool // the packet was on its way from client to server
	What       What
	Text       string // a sentence without full stop that names captures and frames
	Confidence diagnose.Confidence
	Evidence   []diagnose.Evidence
	Finding    string // id of the finding that explains it, or empty
}
