package decode

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/ftpscope/ftpscope/capture"
)

// secondLook reads what the first look passed on, with gopacket's layers:
// fragments, extension headers, MPLS, ICMP. It is slow and rarely needed. It
// looks into no tunnel: IP in IP and GRE end at their outer header, though
// gopacket goes on. wire is the length of b on the wire.
func (d *Decoder) secondLook(ether uint16, b []byte, wire int, p *packet, e *icmpError) found {
	first, ok := layerOf(ether)
	if !ok {
		return foundOther
	}
	return d.walk(first, b, ipHeader{length: wire}, true, p, e)
}

func layerOf(ether uint16) (gopacket.LayerType, bool) {
	switch ether {
	case capture.EtherIPv4:
		return layers.LayerTypeIPv4, true
	case capture.EtherIPv6:
		return layers.LayerTypeIPv6, true
	case capture.EtherMPLS, capture.EtherMPLSMulticast:
		return layers.LayerTypeMPLS, true
	}
	return 0, false
}

// walk goes from header to header, from the outermost to that of TCP or ICMP. ip
// is the IP header before b, or none, and the length of b on the wire. A datagram
// that was in pieces is not taken for a piece again.
func (d *Decoder) walk(first gopacket.LayerType, b []byte, ip ipHeader, pieces bool, p *packet, e *icmpError) found {
	wire := ip.length
	pk := gopacket.NewPacket(b, first, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	for _, l := range pk.Layers() {
		var next layers.IPProtocol
		switch l := l.(type) {
		case *layers.IPv4:
			if header := int(l.IHL) * 4; header < 20 || len(l.Contents) != header {
				return foundNothing // gopacket gives out headers that it could not read
			}
			ip = ipv4Header(l, len(b), wire)
			if l.FragOffset != 0 || l.Flags&layers.IPv4MoreFragments != 0 {
				if !pieces {
					return foundOther
				}
				k := fragmentKey{ip.src, ip.dst, uint32(l.Id), uint8(l.Protocol)}
				return d.fragment(k, ip, int(l.FragOffset)*8, l.Payload, l.Flags&layers.IPv4MoreFragments == 0, p, e)
			}
			next = l.Protocol
		case *layers.IPv6:
			ip = ipv6Header(l, len(b), wire)
			next = l.NextHeader
		case *layers.IPv6HopByHop:
			ip.length -= len(l.Contents)
			next = l.NextHeader
		case *layers.IPv6Destination:
			ip.length -= len(l.Contents)
			next = l.NextHeader
		case *layers.IPv6Routing:
			ip.length -= len(l.Contents)
			ip.checkable = false // the checksum is of the last destination
			next = l.NextHeader
		case *layers.IPv6Fragment:
			if !pieces {
				return foundOther
			}
			ip.length -= len(l.Contents)
			k := fragmentKey{ip.src, ip.dst, l.Identification, uint8(l.NextHeader)}
			return d.fragment(k, ip, int(l.FragmentOffset)*8, l.Payload, !l.MoreFragments, p, e)
		default:
			continue
		}
		if found := transport(next, ip, l.LayerPayload(), p, e); found != 0 {
			return found
		}
	}
	if ip.src.IsValid() {
		return foundOther
	}
	return foundNothing
}

// fragment hands a piece to the collector and reads the datagram once it is
// whole.
func (d *Decoder) fragment(k fragmentKey, ip ipHeader, at int, data []byte, last bool, p *packet, e *icmpError) found {
	d.stats.Fragments++
	data = data[:min(len(data), max(ip.length, 0))]
	payload, length, whole := d.fragments.add(k, d.now, at, ip.length, data, last)
	if !whole {
		return foundFragment
	}
	ip.length, ip.checkable = length, false
	next := layers.IPProtocol(k.proto)
	if found := transport(next, ip, payload, p, e); found != 0 {
		return found
	}
	return d.walk(next.LayerType(), payload, ip, false, p, e)
}

// transport reads TCP and what ICMP quotes; 0 means that b is an extension header
// and the next should be looked at.
func transport(proto layers.IPProtocol, ip ipHeader, b []byte, p *packet, e *icmpError) found {
	switch proto {
	case layers.IPProtocolTCP:
		p.ipID, p.ttl, p.fixed, p.checkable = ip.id, ip.ttl, ip.fixed, ip.checkable
		return lookTCP(b[:min(len(b), max(ip.length, 0))], ip.length, ip.src, ip.dst, p)
	case layers.IPProtocolUDP:
		return lookUDP(b, p)
	case layers.IPProtocolICMPv4:
		return readICMP(false, ip, b, e)
	case layers.IPProtocolICMPv6:
		return readICMP(true, ip, b, e)
	case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Fragment, layers.IPProtocolIPv6Destination:
		return 0
	}
	return foundOther
}

// ipHeader is what is needed of either IP header.
type ipHeader struct {
	src, dst netip.Addr
	id       uint16 // IPv4 only
	ttl      uint8
	length   int // bytes on the wire behind the headers read so far

	fixed, checkable bool // as those of packet
}

// ipv4Header takes what the first look takes. Where segmentation offload left the
// length empty, it is what the frame has behind the MPLS labels before this header.
func ipv4Header(l *layers.IPv4, captured, wire int) ipHeader {
	src, _ := netip.AddrFromSlice(l.SrcIP.To4())
	dst, _ := netip.AddrFromSlice(l.DstIP.To4())
	said := int(binary.BigEndian.Uint16(l.Contents[2:])) // l.Length is a guess if this is 0
	outer := captured - len(l.Contents) - len(l.Payload)
	length := segmentLength(said, wire-max(outer, 0)) - int(l.IHL)*4
	return ipHeader{src, dst, l.Id, l.TTL, length, l.Flags&layers.IPv4DontFragment != 0, said > 0}
}

// ipv6Header is the like for IPv6, whose length does not count its own header.
func ipv6Header(l *layers.IPv6, captured, wire int) ipHeader {
	src, _ := netip.AddrFromSlice(l.SrcIP.To16())
	dst, _ := netip.AddrFromSlice(l.DstIP.To16())
	outer := captured - len(l.Contents) - len(l.Payload)
	length := segmentLength(int(l.Length), wire-max(outer, 0)-len(l.Contents))
	return ipHeader{src, dst, 0, l.HopLimit, length, true, l.Length > 0}
}
