package decode

import (
	"encoding/binary"
	"net/netip"

	"github.com/ftpscope/ftpscope/capture"
)

// look is the first look: fixed offsets over the borrowed bytes of an IPv4 or
// IPv6 packet that carries TCP in one piece. wire is the length of b on the
// wire. Of UDP it reads the ports. It reports 0 for all that needs the second
// look: fragments, extension headers, MPLS, ICMP, damaged headers.
func look(ether uint16, b []byte, wire int, p *packet) found {
	switch ether {
	case capture.EtherIPv4:
		return lookIPv4(b, wire, p)
	case capture.EtherIPv6:
		return lookIPv6(b, wire, p)
	}
	return 0
}

// IP protocol numbers.
const (
	protoTCP = 6
	protoUDP = 17
)

func lookIPv4(b []byte, wire int, p *packet) found {
	if len(b) < 20 || b[0]>>4 != 4 {
		return 0
	}
	header := int(b[0]&0x0f) * 4
	if header < 20 || len(b) < header || binary.BigEndian.Uint16(b[6:])&0x3fff != 0 {
		return 0
	}
	if b[9] != protoTCP {
		if b[9] == protoUDP {
			return lookUDP(b[header:], p)
		}
		return 0
	}
	said := int(binary.BigEndian.Uint16(b[2:]))
	total := segmentLength(said, wire)
	if total < header {
		return 0
	}
	p.fixed, p.checkable = b[6]&0x40 != 0, said > 0
	p.ipID = binary.BigEndian.Uint16(b[4:])
	p.ttl = b[8]
	src, dst := netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	return lookTCP(b[header:min(total, len(b))], total-header, src, dst, p)
}

func lookIPv6(b []byte, wire int, p *packet) found {
	if len(b) < 40 || b[0]>>4 != 6 {
		return 0
	}
	if b[6] != protoTCP {
		if b[6] == protoUDP {
			return lookUDP(b[40:], p)
		}
		return 0
	}
	said := int(binary.BigEndian.Uint16(b[4:]))
	length := segmentLength(said, wire-40)
	p.fixed, p.checkable = true, said > 0
	p.ipID = 0
	p.ttl = b[7]
	src, dst := netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	return lookTCP(b[40:min(40+length, len(b))], length, src, dst, p)
}

// lookTCP reads a TCP segment of which b was captured and wire bytes were sent.
// https://www.rfc-editor.org/rfc/rfc9293#section-3.1
func lookTCP(b []byte, wire int, src, dst netip.Addr, p *packet) found {
	if len(b) < 20 {
		return foundNothing
	}
	header := int(b[12]>>4) * 4
	if header < 20 || header > wire {
		return foundNothing
	}
	p.src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b))
	p.dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	p.seq = binary.BigEndian.Uint32(b[4:])
	p.ack = binary.BigEndian.Uint32(b[8:])
	p.flags = b[13]
	p.window = binary.BigEndian.Uint16(b[14:])
	p.options = b[20:min(header, len(b))]
	p.payload = b[min(header, len(b)):]
	p.length = wire - header
	p.short = len(b) < header
	p.segment = nil
	if p.checkable && len(b) == wire {
		p.segment = b
	}
	return foundTCP
}

// lookUDP reads only the ports, for the statistics.
func lookUDP(b []byte, p *packet) found {
	if len(b) < 4 {
		return foundNothing
	}
	p.src = netip.AddrPortFrom(netip.Addr{}, binary.BigEndian.Uint16(b))
	p.dst = netip.AddrPortFrom(netip.Addr{}, binary.BigEndian.Uint16(b[2:]))
	return foundUDP
}
