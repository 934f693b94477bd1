package ftp

import (
	"bytes"
	"net/netip"
	"strconv"
)

// ParsePORT reads the argument of PORT.
//
//	PORT h1,h2,h3,h4,p1,p2
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.1.2
func ParsePORT(argument []byte) (netip.AddrPort, error) {
	r := reader{b: argument}
	ap := r.six()
	if r.end(); r.want != "" {
		return netip.AddrPort{}, r.err("PORT")
	}
	return ap, nil
}

// AppendPORT appends the argument of PORT for an IPv4 endpoint; dst stays as it
// is for any other, which PORT can't say.
func AppendPORT(dst []byte, endpoint netip.AddrPort) []byte {
	addr := endpoint.Addr().Unmap()
	if !addr.Is4() {
		return dst
	}
	for _, octet := range addr.As4() {
		dst = strconv.AppendUint(dst, uint64(octet), 10)
		dst = append(dst, ',')
	}
	return appendPort(dst, endpoint.Port())
}

// Parse227 reads the text of the reply to PASV. What is around the six numbers
// is free.
//
//	The format of the 227 reply to a PASV command is not well standardized.
//	In particular, an FTP client cannot assume that the parentheses shown on
//	page 40 of RFC-959 will be present [...]. Therefore, a User-FTP program that
//	interprets the PASV reply must scan the reply for the first digit of the
//	host and port numbers.
//
// https://www.rfc-editor.org/rfc/rfc1123#section-4.1.2.6
//
// The first six numbers that make an endpoint count, whatever comes behind them.
// "227 Logout." and "227 Fake response PASV" are errors.
// Sample: zeek fake-server-delays-all.
func Parse227(text []byte) (netip.AddrPort, error) {
	return scan(text, "227", wantSix)
}

// Append227 appends the text of the reply to PASV for an IPv4 endpoint; dst
// stays as it is for any other.
func Append227(dst []byte, endpoint netip.AddrPort) []byte {
	if !endpoint.Addr().Unmap().Is4() {
		return dst
	}
	dst = append(dst, "Entering Passive Mode ("...)
	dst = AppendPORT(dst, endpoint)
	return append(dst, ')')
}

func (r *reader) six() netip.AddrPort {
	var host [4]byte
	for i := range host {
		host[i] = r.octet(i == 0)
	}
	return netip.AddrPortFrom(netip.AddrFrom4(host), r.port())
}

// scan tries to read six numbers (227) or a long address (228) at each number of
// a text until it succeeds. If no try does, the error is of the one that read
// most numbers.
func scan(text []byte, form, want string) (netip.AddrPort, error) {
	best, most := reader{want: want}, 0
	inside := false // a number that was tried already
	for i, c := range text {
		if !isDigit(c) {
			inside = false
			continue
		}
		if inside {
			continue
		}
		inside = true
		r := reader{b: text, pos: i}
		var endpoint netip.AddrPort
		if form == "228" {
			endpoint = r.long()
		} else {
			endpoint = r.six()
		}
		if r.want == "" {
			return endpoint, nil
		}
		// A number without a comma behind it is prose, one with a comma before
		// it was tried as part of the list.
		if n := bytes.Count(text[i:r.pos], []byte{','}); n > most && (i == 0 || text[i-1] != ',') {
			best, most = r, n
		}
	}
	return netip.AddrPort{}, best.err(form)
}

func appendPort(dst []byte, port uint16) []byte {
	dst = strconv.AppendUint(dst, uint64(port>>8), 10)
	dst = append(dst, ',')
	return strconv.AppendUint(dst, uint64(port&0xff), 10)
}
