package decode

import (
	"encoding/binary"

	"github.com/ftpscope/ftpscope/capture"
)

// link takes the link layer off: the EtherType of what follows, and where it
// begins; an EtherType of 0 stands for what is none. False means that the link layer is
// unknown or cut off.
func link(t capture.LinkType, b []byte) (ether uint16, at int, ok bool) {
	switch t {
	case capture.LinkEthernet:
		if len(b) >= 14 && binary.BigEndian.Uint16(b[12:]) == capture.EtherIPv4 { // nearly always
			return capture.EtherIPv4, 14, true
		}
		return typed(b, 14, 12)
	case capture.LinkLinuxSLL:
		return typed(b, 16, 14)
	case capture.LinkLinuxSLL2:
		return typed(b, 20, 0)
	case capture.LinkCHDLC:
		return typed(b, 4, 2)
	case capture.LinkAppleIPOverFW:
		return typed(b, 18, 16)
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD, capture.LinkIPv4, capture.LinkIPv6:
		return version(b, 0)
	case capture.LinkNull, capture.LinkLoop:
		// The address family is in the byte order of the capturing host and its
		// number for IPv6 differs among systems: the IP version decides.
		return version(b, 4)
	case capture.LinkPPP, capture.LinkPPPHDLC:
		return ppp(b, 0)
	case capture.LinkPPPWithDir:
		return ppp(b, 1)
	case capture.LinkPPPEther:
		return pppoe(b, 0)
	}
	return 0, 0, false
}

// typed steps over a header of the given size with an EtherType in it, over the
// VLAN tags behind it, four at the most, and over PPPoE.
func typed(b []byte, size, typeAt int) (ether uint16, at int, ok bool) {
	if len(b) < size {
		return 0, 0, false
	}
	ether, at = binary.BigEndian.Uint16(b[typeAt:]), size
	for range 4 {
		if ether != capture.EtherVLAN && ether != capture.EtherQinQ && ether != capture.EtherQOld {
			break
		}
		if len(b) < at+4 {
			return 0, 0, false
		}
		ether = binary.BigEndian.Uint16(b[at+2:])
		at += 4
	}
	if ether == capture.EtherPPPoE {
		return pppoe(b, at)
	}
	return ether, at, true
}

// version finds the EtherType by the version of the IP header at off.
func version(b []byte, off int) (ether uint16, at int, ok bool) {
	if len(b) <= off {
		return 0, 0, false
	}
	switch b[off] >> 4 {
	case 4:
		return capture.EtherIPv4, off, true
	case 6:
		return capture.EtherIPv6, off, true
	}
	return 0, off, true
}

// pppoe steps over the header of a PPPoE session and that of PPP. The length in
// it is not needed: the IP header has its own.
//
// https://www.rfc-editor.org/rfc/rfc2516#section-4
func pppoe(b []byte, at int) (ether uint16, next int, ok bool) { return ppp(b, at+6) }

// ppp steps over a PPP header, with or without address and control field and
// with a protocol field of one or two bytes.
//
// https://www.rfc-editor.org/rfc/rfc1661#section-2
func ppp(b []byte, at int) (ether uint16, next int, ok bool) {
	if len(b) >= at+2 && b[at] == 0xff && b[at+1] == 0x03 {
		at += 2
	}
	if len(b) < at+2 {
		return 0, 0, false
	}
	protocol, n := uint16(b[at]), 1
	if b[at]&1 == 0 {
		protocol, n = binary.BigEndian.Uint16(b[at:]), 2
	}
	switch protocol {
	case 0x0021:
		return capture.EtherIPv4, at + n, true
	case 0x0057:
		return capture.EtherIPv6, at + n, true
	}
	return 0, at + n, true
}
