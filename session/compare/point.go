package compare

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Point is one capture: what the decoder, asked for all SYNs, and the tracker
// found in it. Its index among the points is the Ref.Capture of all its frames.
type Point struct {
	diagnose.Capture                    // Name is what texts call the point
	Sessions         []*session.Session // all of the capture
	Book             *Book
}

// The most that a Book holds.
const (
	maxConns = 1 << 17 // connections that are followed
	maxSYNs  = 1 << 18 // SYNs of any connection
)

// Book keeps the connections of a capture, whoever they belong to. The zero Book
// is ready; Handle takes the events of the decoder, which must have been asked
// for SYNs.
type Book struct {
	conns []*ftp.Conn
	syns  []knock
	full  bool // there were more: what is not here may have been in the capture all the same
}

// knock is a SYN and where it went.
type knock struct {
	ends [2]netip.AddrPort
	syn  ftp.SYN
}

// Full reports whether the capture has more connections than are kept.
func (b *Book) Full() bool { return b.full }

// Handle takes one event of the decoder.
func (b *Book) Handle(ev *ftp.Event) {
	switch {
	case ev.Kind == ftp.EventOpen && len(b.conns) < maxConns:
		b.conns = append(b.conns, ev.Conn)
	case ev.Kind == ftp.EventSYN && len(b.syns) < maxSYNs:
		b.syns = append(b.syns, knock{ev.Ends, ev.SYN})
	case ev.Kind == ftp.EventOpen, ev.Kind == ftp.EventSYN:
		b.full = true
	}
}
