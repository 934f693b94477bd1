package ftp

import (
	"net/netip"
	"strconv"
)

// ParseLPRT reads the argument of LPRT with an IPv4 or IPv6 address.
//
//	LPRT af,hal,h1,h2,h3,h4...,pal,p1,p2...
//
// https://www.rfc-editor.org/rfc/rfc1639
func ParseLPRT(argument []byte) (netip.AddrPort, error) {
	r := reader{b: argument}
	ap := r.long()
	if r.end(); r.want != "" {
		return netip.AddrPort{}, r.err("LPRT")
	}
	return ap, nil
}

// AppendLPRT appends the argument of LPRT; dst stays as it is if the endpoint
// has no address.
func AppendLPRT(dst []byte, endpoint netip.AddrPort) []byte {
	addr := endpoint.Addr().Unmap()
	var host []byte
	switch {
	case addr.Is4():
		octets := addr.As4()
		host = octets[:]
		dst = append(dst, "4,4,"...)
	case addr.Is6():
		octets := addr.As16()
		host = octets[:]
		dst = append(dst, "6,16,"...)
	default:
		return dst
	}
	for _, octet := range host {
		dst = strconv.AppendUint(dst, uint64(octet), 10)
		dst = append(dst, ',')
	}
	dst = append(dst, "2,"...)
	return appendPort(dst, endpoint.Port())
}

// Parse228 reads the text of the reply to LPSV: the numbers of LPRT, with or
// without parentheses.
//
// https://www.rfc-editor.org/rfc/rfc1639
func Parse228(text []byte) (netip.AddrPort, error) {
	return scan(text, "228", wantLong)
}

// Append228 appends the text of the reply to LPSV; dst stays as it is if the
// endpoint has no address.
func Append228(dst []byte, endpoint netip.AddrPort) []byte {
	if !endpoint.Addr().IsValid() {
		return dst
	}
	dst = append(dst, "Entering Long Passive Mode ("...)
	dst = AppendLPRT(dst, endpoint)
	return append(dst, ')')
}

func (r *reader) long() netip.AddrPort {
	var host [16]byte
	start := r.pos
	var length int
	var want string
	switch r.octet(true) {
	case 4:
		length, want = 4, wantLength4
	case 6:
		length, want = 16, wantLength16
	default:
		r.fail(start, wantLongAF)
		return netip.AddrPort{}
	}
	r.exactly(length, want)
	for i := range length {
		host[i] = r.octet(false)
	}
	r.exactly(2, wantLength2)
	addr := netip.AddrFrom16(host).Unmap()
	if length == 4 {
		addr = netip.AddrFrom4([4]byte(host[:4]))
	}
	return netip.AddrPortFrom(addr, r.port())
}

// exactly reads the length of an address or port.
func (r *reader) exactly(length int, want string) {
	start := r.pos
	if int(r.octet(false)) != length {
		r.fail(start, want)
	}
}
