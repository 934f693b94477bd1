package ftp

import "net/netip"

// parseAddr reads what netip.ParseAddr reads, zones excepted, from bytes and
// without allocation.
func parseAddr(b []byte) (netip.Addr, bool) {
	for _, c := range b {
		switch c {
		case '.':
			four, ok := parseIPv4(b)
			return netip.AddrFrom4(four), ok
		case ':':
			sixteen, ok := parseIPv6(b)
			return netip.AddrFrom16(sixteen), ok
		}
	}
	return netip.Addr{}, false
}

// parseIPv4 reads four numbers without leading zeros.
func parseIPv4(b []byte) (addr [4]byte, ok bool) {
	field, digits, n := 0, 0, 0
	for _, c := range b {
		switch {
		case c == '.':
			if digits == 0 || field == 3 {
				return addr, false
			}
			addr[field] = byte(n)
			field++
			digits, n = 0, 0
		case isDigit(c):
			n = n*10 + int(c-'0')
			if n > 255 || (digits > 0 && n < 10) {
				return addr, false
			}
			digits++
		default:
			return addr, false
		}
	}
	if field != 3 || digits == 0 {
		return addr, false
	}
	addr[3] = byte(n)
	return addr, true
}

// parseIPv6 reads groups of one to four hexadecimal digits, one "::", and dotted
// decimal for the last two groups.
//
// https://www.rfc-editor.org/rfc/rfc4291#section-2.2
func parseIPv6(b []byte) (addr [16]byte, ok bool) {
	filled, ellipsis := 0, -1 // bytes of addr that are set; where "::" was
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		ellipsis = 0
		b = b[2:]
	}
	for len(b) > 0 {
		if filled == len(addr) {
			return addr, false
		}
		value, length := hexGroup(b)
		if length == 0 {
			return addr, false
		}
		if length < len(b) && b[length] == '.' {
			four, ok := parseIPv4(b)
			if !ok || filled > len(addr)-4 {
				return addr, false
			}
			filled += copy(addr[filled:], four[:])
			break
		}
		addr[filled], addr[filled+1] = byte(value>>8), byte(value)
		filled += 2
		b = b[length:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return addr, false
		}
		b = b[1:]
		if b[0] == ':' {
			if ellipsis >= 0 {
				return addr, false
			}
			ellipsis = filled
			b = b[1:]
		}
	}
	if ellipsis < 0 {
		return addr, filled == len(addr)
	}
	if filled == len(addr) {
		return addr, false
	}
	tail := filled - ellipsis
	copy(addr[len(addr)-tail:], addr[ellipsis:filled])
	clear(addr[ellipsis : len(addr)-tail])
	return addr, true
}

// hexGroup reads at most four hexadecimal digits; length 0 if there are none or
// more.
func hexGroup(b []byte) (value, length int) {
	for _, c := range b {
		digit := 0
		switch {
		case isDigit(c):
			digit = int(c - '0')
		case 'a' <= c && c <= 'f':
			digit = int(c-'a') + 10
		case 'A' <= c && c <= 'F':
			digit = int(c-'A') + 10
		default:
			return value, length
		}
		if length == 4 {
			return 0, 0
		}
		value = value<<4 | digit
		length++
	}
	return value, length
}
