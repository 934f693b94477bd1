package decode

import (
	"encoding/binary"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// way is how a frame passed the capturing host.
type way uint8

const (
	wayUnknown way = iota
	wayIn          // to the host
	wayOut         // from the host
	wayAside       // to another host: overheard
	wayAll         // broadcast or multicast
)

// wayOf tells which way a frame went, if the capture says so.
//
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
func wayOf(f *capture.Frame) way {
	if f.Link == capture.LinkEthernet && f.Direction == capture.DirectionUnknown {
		return wayUnknown
	}
	kind := uint16(0xffff)
	switch {
	case f.Link == capture.LinkLinuxSLL && len(f.Data) >= 2:
		kind = binary.BigEndian.Uint16(f.Data)
	case f.Link == capture.LinkLinuxSLL2 && len(f.Data) >= 11:
		kind = uint16(f.Data[10])
	}
	switch kind {
	case 0:
		return wayIn
	case 1, 2:
		return wayAll
	case 3:
		return wayAside
	case 4:
		return wayOut
	}
	switch f.Direction {
	case capture.DirectionIn:
		return wayIn
	case capture.DirectionOut:
		return wayOut
	}
	return wayUnknown
}

// sourceOf is the link-layer address of the sender of a frame, the zero MAC where
// the link has none.
func sourceOf(f *capture.Frame) (a ftp.MAC) {
	b := f.Data
	switch {
	case f.Link == capture.LinkEthernet && len(b) >= 14:
		return ftp.MAC(b[6:12])
	case f.Link == capture.LinkLinuxSLL && len(b) >= 16 && binary.BigEndian.Uint16(b[4:]) == 6:
		return ftp.MAC(b[6:12])
	case f.Link == capture.LinkLinuxSLL2 && len(b) >= 20 && b[11] == 6:
		return ftp.MAC(b[12:18])
	}
	return a
}

// targetOf is that of the receiver; cooked captures do not hold it.
func targetOf(f *capture.Frame) (a ftp.MAC) {
	if f.Link == capture.LinkEthernet && len(f.Data) >= 14 {
		return ftp.MAC(f.Data[:6])
	}
	return a
}
