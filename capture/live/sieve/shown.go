package sieve

import (
	"encoding/binary"

	"github.com/ftpscope/ftpscope/capture"
)

// sll is the length of the header of LINKTYPE_LINUX_SLL, and sllProto where its
// EtherType is.
//
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
const (
	sll      = 16
	sllProto = 14
)

// Shown returns what of a captured frame the program is shown: of a cooked one what
// is behind its header and its VLAN tags, of any other all.
func Shown(f *capture.Frame) []byte {
	var header, proto int
	switch f.Link {
	case capture.LinkLinuxSLL:
		header, proto = sll, sllProto
	case capture.LinkLinuxSLL2:
		header = sll2
	}
	if header == 0 || len(f.Data) < header {
		return f.Data
	}
	ether, data := binary.BigEndian.Uint16(f.Data[proto:]), f.Data[header:]
	for isTag(uint32(ether)) && len(data) >= 4 {
		ether, data = binary.BigEndian.Uint16(data[2:]), data[4:]
	}
	return data
}
