package decode

import (
	"encoding/binary"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// icmpError is an ICMP or ICMPv6 error about a TCP segment.
type icmpError struct {
	seen       ftp.Seen
	from       netip.Addr // who sent the error
	ttl        uint8      // of the error itself
	typ, code  uint8
	src, dst   netip.AddrPort // of the quoted segment
	seq        uint32         // likewise
	quotedTTL  uint8          // what the quoted segment had left
	tooBig     bool           // about the size of the segment: its destination can be reached
	mtu        uint32         // with tooBig, of the next link
	any        bool           // the packet is ICMP of any kind
	neighbours bool           // ICMPv6 that does not leave its link
}

// The least and the greatest of the ICMPv6 types that hosts of one link exchange.
//
// https://www.iana.org/assignments/icmpv6-parameters
const (
	listenerQuery   = 130
	listenerReport2 = 143
)

// readICMP reads an error message and the head of the TCP segment it quotes: the
// IP header and at least 8 bytes behind it.
//
// https://www.rfc-editor.org/rfc/rfc792 and
// https://www.rfc-editor.org/rfc/rfc4443#section-3
func readICMP(v6 bool, ip ipHeader, b []byte, e *icmpError) found {
	e.any = true
	if len(b) < 8 {
		return foundOther
	}
	e.from, e.ttl, e.typ, e.code = ip.src, ip.ttl, b[0], b[1]
	e.neighbours = v6 && b[0] >= listenerQuery && b[0] <= listenerReport2
	var found found
	if v6 {
		found = quotedIPv6(b[8:], e)
	} else {
		found = quotedIPv4(b[8:], e)
	}
	if e.tooBig {
		e.mtu = binary.BigEndian.Uint32(b[4:])
		if !v6 {
			e.mtu &= 0xffff // RFC 1191 section 4
		}
	}
	return found
}

// quotedIPv4 takes the errors destination unreachable, time exceeded and
// parameter problem.
func quotedIPv4(quote []byte, e *icmpError) found {
	if e.typ != 3 && e.typ != 11 && e.typ != 12 || len(quote) < 20 || quote[0]>>4 != 4 {
		return foundOther
	}
	header := int(quote[0]&0x0f) * 4
	if header < 20 || len(quote) < header+8 || quote[9] != protoTCP || binary.BigEndian.Uint16(quote[6:])&0x1fff != 0 {
		return foundOther
	}
	e.tooBig = e.typ == 3 && e.code == 4
	e.quotedTTL = quote[8]
	e.quoted(netip.AddrFrom4([4]byte(quote[12:16])), netip.AddrFrom4([4]byte(quote[16:20])), quote[header:])
	return foundICMP
}

// quotedIPv6 takes the same errors of ICMPv6, and packet too big.
func quotedIPv6(quote []byte, e *icmpError) found {
	const header = 40
	if e.typ < 1 || e.typ > 4 || len(quote) < header+8 || quote[0]>>4 != 6 || quote[6] != protoTCP {
		return foundOther
	}
	e.tooBig = e.typ == 2
	e.quotedTTL = quote[7]
	e.quoted(netip.AddrFrom16([16]byte(quote[8:24])), netip.AddrFrom16([16]byte(quote[24:40])), quote[header:])
	return foundICMP
}

// quoted takes the ports and the sequence number, the 8 bytes that each error
// quotes.
func (e *icmpError) quoted(src, dst netip.Addr, tcp []byte) {
	e.src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(tcp))
	e.dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(tcp[2:]))
	e.seq = binary.BigEndian.Uint32(tcp[4:])
}

// disturbed notes an error about a packet of the connection that is no answer to
// its SYN. The packet itself may not pass here, nor need all before it.
func (f *flow) disturbed(e *icmpError) {
	c := f.conn
	about := ftp.Listener
	if c.Ends[ftp.Initiator] == e.src {
		about = ftp.Initiator
	}
	s := &f.span[about]
	if !s.known || len(c.Errors) == ftp.MaxErrors {
		return
	}
	least := int64(-1) // the SYN
	if !s.sure {
		least = -slack
	}
	if at := s.at(e.seq); at < least || at > s.next+slack {
		return
	}
	for _, o := range c.Errors {
		if o.About == about && o.From == e.from && o.Type == e.typ && o.Code == e.code && e.seen.Time.Sub(o.Time).Abs() < twinWithoutID {
			return // the same message, captured twice, or one for each of several packets at once
		}
	}
	c.Errors = append(c.Errors, ftp.PacketError{
		Answer: ftp.Answer{Seen: e.seen, Kind: ftp.AnswerICMP, TTL: e.ttl, From: e.from, Type: e.typ, Code: e.code, QuotedTTL: e.quotedTTL},
		About:  about, MTU: e.mtu, Established: c.Established.Yes(),
	})
}
