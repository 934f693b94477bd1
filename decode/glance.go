package decode

import (
	"encoding/binary"

	"github.com/ftpscope/ftpscope/capture"
)

// nobodys reports whether a packet is, at a glance, TCP that belongs to nobody: of
// no connection that is known, neither from nor to a control port or one that was
// announced, and nothing that begins a connection or could be the words of one. It
// looks at a few bytes at fixed offsets, since most packets of a capture are such;
// of all others, and of what is not plain, it says no. b is what follows the link
// layer, wire its length on the wire.
func (d *Decoder) nobodys(ether uint16, b []byte, wire int) bool {
	const flags, least = 13, 20 // of TCP
	var header, length int
	switch {
	case ether == capture.EtherIPv4 && len(b) >= 20+least && b[0] == 0x45 && b[9] == protoTCP && binary.BigEndian.Uint16(b[6:])&0x3fff == 0:
		header, length = 20, segmentLength(int(binary.BigEndian.Uint16(b[2:])), wire)-20
	case ether == capture.EtherIPv6 && len(b) >= 40+least && b[0]>>4 == 6 && b[6] == protoTCP:
		header, length = 40, segmentLength(int(binary.BigEndian.Uint16(b[4:])), wire-40)
	default:
		return false
	}
	tcp := b[header:]
	src, dst := binary.BigEndian.Uint16(tcp), binary.BigEndian.Uint16(tcp[2:])
	switch {
	case d.flows.has(src, dst) || d.control.Has(src) || d.control.Has(dst) || d.announced.Has(src) || d.announced.Has(dst):
		return false
	case tcp[flags]&flagSYN != 0 || d.syns && tcp[flags]&flagRST != 0 || d.knocks.here > 0:
		return false
	}
	data := int(tcp[12]>>4) * 4
	if data < least || data > length || len(tcp) > data && mayAnnounce[tcp[data]] {
		return false
	}
	if ether == capture.EtherIPv4 {
		d.stats.IPv4++
	} else {
		d.stats.IPv6++
	}
	d.countTCP(src, dst)
	d.capture.tcp(src, dst, false)
	return true
}

// mayAnnounce are the bytes with which an announcement may begin by which a control
// connection is recognised: ftp.LooksLikeMidstream.
var mayAnnounce = [256]bool{'2': true, 'P': true, 'p': true, 'E': true, 'e': true, 'L': true, 'l': true}
