package decode

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// TCP flag bits.
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagPSH = 0x08
	flagACK = 0x10
)

// packet is what both looks find in a frame that carries TCP.
type packet struct {
	seen     ftp.Seen
	src, dst netip.AddrPort
	seq, ack uint32
	window   uint16
	ipID     uint16 // IPv4 identification, 0 for IPv6
	ttl      uint8  // time to live or hop limit
	flags    uint8
	options  []byte // TCP options as captured: borrowed
	payload  []byte // payload as captured: borrowed
	length   int    // payload bytes on the wire; never less than len(payload)

	fixed     bool           // IPv4: don't fragment; always true for IPv6
	short     bool           // some of the options were not captured
	checkable bool           // it came in one piece, and the IP header tells its length
	segment   []byte         // header and payload, if checkable and captured whole: borrowed
	frame     *capture.Frame // that brought it: borrowed
}

func (p *packet) has(flags uint8) bool { return p.flags&flags != 0 }

// found is what a look made of a frame.
type found uint8

const (
	foundTCP      found = iota + 1 // packet is valid
	foundICMP                      // icmpError is valid
	foundFragment                  // a piece of a datagram that is not yet whole
	foundUDP                       // only the ports of packet are valid
	foundOther                     // readable, and neither TCP nor an ICMP error about TCP
	foundNothing                   // could not be read
)

// segmentLength is the number of payload bytes that a TCP segment had on the
// wire: what the IP header says, or, where segmentation offload left that
// field empty, what the frame says.
func segmentLength(ipSays, wire int) int {
	if ipSays > 0 {
		return ipSays
	}
	return max(wire, 0)
}
