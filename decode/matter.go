package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// Matter says how much of a frame the analysis rests on: what a recording must keep
// of it, so that it gives the same report.
type Matter uint8

// How much of a frame matters.
const (
	MatterNone  Matter = iota // nothing: it is somebody else's
	MatterHead                // its headers
	MatterWhole               // all of it
)

// opening is how many bytes at the beginning of each direction of a data connection
// matter: in them TLS is agreed upon.
const opening = 16 << 10

// Matter is how much of the frame matters that was decoded last.
func (d *Decoder) Matter() Matter { return d.matter }

// matterOf is how much of a TCP segment matters; fl is nil for a connection that
// nobody knows.
func matterOf(fl *flow, p *packet) Matter {
	switch {
	case fl != nil && (fl.conn.Role == ftp.RoleControl || fl.greeted != nil):
		return MatterWhole
	case fl != nil && (fl.span[0].next < opening && fl.span[1].next < opening):
		return MatterWhole
	case fl != nil, p.has(flagSYN | flagFIN | flagRST):
		return MatterHead
	}
	return MatterNone
}
