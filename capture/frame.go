package capture

import "time"

// LinkType is the link-layer type of a frame, numbered as in the LINKTYPE_
// registry (https://www.tcpdump.org/linktypes.html), 16 bits wide: SLL2 is 276.
type LinkType uint16

// Direction says which way a frame went, seen from the capturing host, where
// the capture file says so (pcapng epb_flags).
type Direction uint8

// The directions of a frame.
const (
	DirectionUnknown Direction = iota
	DirectionIn
	DirectionOut
)

// Frame is one captured frame. A source has one that it uses again and again.
type Frame struct {
	Time      time.Time // capture time, UTC; zero where the file holds none (simple packet blocks)
	Data      []byte    // captured bytes: borrowed, as the frame itself: valid only until the next iteration
	Length    int       // bytes on the wire; never less than len(Data)
	Number    int64     // 1 for the first frame of its capture, as Wireshark counts
	Offset    int64     // byte offset of the record in the (decompressed) file
	Capture   int       // index into Source.Info of the capture it belongs to
	Interface int       // pcapng interface within its section, 0 elsewhere
	Link      LinkType
	Direction Direction
}
