package ftp

import (
	"bytes"
	"net/netip"
	"strconv"
)

// ParseEPRT reads the argument of EPRT.
//
//	EPRT<space><d><net-prt><d><net-addr><d><tcp-port><d>
//
// https://www.rfc-editor.org/rfc/rfc2428#section-2
//
// The delimiter may be any printable ASCII character but a letter or digit,
// which the RFC permits and nobody could tell from the fields. The address must
// be of the family that is named, and without zone. An IPv4-mapped address,
// "|2|::ffff:192.0.2.1|5282|", becomes the IPv4 address.
func ParseEPRT(argument []byte) (netip.AddrPort, error) {
	r := reader{b: argument}
	ap := r.extended(true)
	if r.end(); r.want != "" {
		return netip.AddrPort{}, r.err("EPRT")
	}
	return ap, nil
}

// AppendEPRT appends the argument of EPRT; dst stays as it is if the endpoint
// has no address. A zone is left out.
func AppendEPRT(dst []byte, endpoint netip.AddrPort) []byte {
	addr := endpoint.Addr().Unmap().WithZone("")
	switch {
	case addr.Is4():
		dst = append(dst, "|1|"...)
	case addr.Is6():
		dst = append(dst, "|2|"...)
	default:
		return dst
	}
	dst = addr.AppendTo(dst)
	dst = append(dst, '|')
	dst = strconv.AppendUint(dst, uint64(endpoint.Port()), 10)
	return append(dst, '|')
}

// Parse229 reads the text of the reply to EPSV. The address is invalid where
// none was sent, as it should be:
//
//	The network protocol and network address of the interface that the server
//	is listening on MUST be omitted. [...] (<d><d><d><tcp-port><d>)
//
// https://www.rfc-editor.org/rfc/rfc2428#section-3
//
// Servers that fill in family and address are understood, and so is "|||port|"
// without parentheses.
func Parse229(text []byte) (netip.AddrPort, error) {
	best := reader{want: wantExtended}
	for _, opening := range []byte("(|") {
		for i, c := range text {
			if c != opening {
				continue
			}
			r := reader{b: text, pos: i}
			if opening == '(' {
				r.pos++
			}
			ap := r.extended(false)
			if r.want == "" {
				return ap, nil
			}
			// Without a delimiter the parenthesis was prose.
			if r.want != wantVisible && best.want == wantExtended {
				best = r
			}
		}
	}
	return netip.AddrPort{}, best.err("229")
}

// Append229 appends the text of the reply to EPSV. It holds the address only if
// the endpoint has one; RFC 2428 forbids that.
func Append229(dst []byte, endpoint netip.AddrPort) []byte {
	dst = append(dst, "Entering Extended Passive Mode ("...)
	if endpoint.Addr().IsValid() {
		dst = AppendEPRT(dst, endpoint)
	} else {
		dst = append(dst, "|||"...)
		dst = strconv.AppendUint(dst, uint64(endpoint.Port()), 10)
		dst = append(dst, '|')
	}
	return append(dst, ')')
}

// extended reads delimiter, family, delimiter, address, delimiter, port,
// delimiter. Family and address may be empty unless they are required.
func (r *reader) extended(required bool) netip.AddrPort {
	delimiter := r.peek()
	if delimiter < '!' || delimiter > '~' || isLetter(delimiter) || isDigit(delimiter) {
		r.fail(r.pos, wantVisible)
		return netip.AddrPort{}
	}
	r.pos++
	family := 0
	if required || r.peek() != delimiter {
		family = r.number(1, 2, wantFamily)
	}
	r.again(delimiter)
	addr := r.address(delimiter, family, required)
	r.again(delimiter)
	port := uint16(r.number(1, 65535, wantPort))
	r.again(delimiter)
	return netip.AddrPortFrom(addr, port)
}

func (r *reader) again(delimiter byte) {
	if r.peek() != delimiter {
		r.fail(r.pos, wantDelimiter)
	}
	if r.want == "" {
		r.pos++
	}
}

// address reads what is before the next delimiter. Family 0 takes either.
func (r *reader) address(delimiter byte, family int, required bool) netip.Addr {
	if r.want != "" {
		return netip.Addr{}
	}
	length := bytes.IndexByte(r.b[r.pos:], delimiter)
	if length < 0 {
		r.fail(len(r.b), wantDelimiter)
		return netip.Addr{}
	}
	if length == 0 && !required {
		return netip.Addr{}
	}
	start := r.pos
	r.pos += length
	addr, ok := parseAddr(r.b[start:r.pos])
	switch {
	case family == 1 && !(ok && addr.Is4()):
		r.fail(start, wantIPv4)
	case family == 2 && !(ok && addr.Is6()):
		r.fail(start, wantIPv6)
	case !ok:
		r.fail(start, wantAddress)
	}
	return addr.Unmap()
}
