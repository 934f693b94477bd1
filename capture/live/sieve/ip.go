package sieve

import (
	"slices"

	"golang.org/x/net/bpf"
)

// IP protocol numbers, and those of the extension headers of IPv6.
const (
	protoICMP        = 1
	protoIPv4        = 4 // IPv4 in IP
	protoTCP         = 6
	protoUDP         = 17
	protoIPv6        = 41 // IPv6 in IP
	protoGRE         = 47
	protoICMPv6      = 58
	protoHopByHop    = 0
	protoRouting     = 43
	protoFragment    = 44
	protoAH          = 51
	protoDestination = 60
)

var (
	// pass4 and pass6 are the protocols that pass whole, from and to everybody.
	pass4 = []uint32{protoICMP, protoIPv4, protoIPv6, protoGRE}
	pass6 = []uint32{protoICMPv6, protoIPv4, protoIPv6, protoGRE}
	// extensions are the headers behind which the program does not look.
	extensions = []uint32{protoHopByHop, protoRouting, protoFragment, protoAH, protoDestination}
)

// pieces4 is the bits of an IPv4 header that only a fragment has set: more
// fragments, and the offset. https://www.rfc-editor.org/rfc/rfc791#section-3.1
const pieces4 = 0x3fff

// ipv4 decides about a packet whose IPv4 header is at offset at.
func (p *program) ipv4(at int) {
	mine, whole := p.label(), p.whole
	p.load(at+9, 1)
	p.do(bpf.TAX{})
	p.equal(protoTCP, mine)
	p.equal(protoUDP, mine)
	p.anyOf(pass4, whole)
	p.load(at+6, 2)
	p.jump(bpf.JumpBitsSet, pieces4, next, p.drop)
	p.mark(mine)
	p.hosts4(at)
	p.load(at+6, 2)
	p.jump(bpf.JumpBitsSet, pieces4, whole, next)
	udp := p.label()
	p.do(bpf.TXA{})
	p.do(bpf.LoadMemShift{Off: uint32(at)}) // X is the length of the IP header
	p.equal(protoUDP, udp)
	behind := func(off, size int) { p.do(bpf.LoadIndirect{Off: uint32(at + off), Size: size}) }
	p.tcp(behind, at, func() { p.do(bpf.LoadMemShift{Off: uint32(at)}) })
	p.mark(udp)
	p.udp(behind)
}

// ipv6 decides about a packet whose IPv6 header is at offset at.
func (p *program) ipv6(at int) {
	mine, whole := p.label(), p.whole
	p.load(at+6, 1)
	p.do(bpf.TAX{})
	p.equal(protoTCP, mine)
	p.equal(protoUDP, mine)
	p.anyOf(pass6, whole)
	p.anyOf(extensions, mine)
	p.to(p.drop)
	p.mark(mine)
	p.hosts6(at)
	tcp, udp := p.label(), p.label()
	p.do(bpf.TXA{})
	p.equal(protoTCP, tcp)
	p.equal(protoUDP, udp)
	p.to(whole)
	behind := func(off, size int) { p.load(at+40+off, size) }
	p.mark(tcp)
	p.tcp(behind, at+40, func() { p.do(bpf.LoadConstant{Dst: bpf.RegX, Val: 0}) })
	p.mark(udp)
	p.udp(behind)
}

// Flags of TCP. https://www.rfc-editor.org/rfc/rfc9293#section-3.1
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
)

// tcp decides about a segment, of which behind loads bytes. It begins at offset at,
// and as many bytes behind it as length puts into X.
func (p *program) tcp(behind func(off, size int), at int, length func()) {
	if p.Payload {
		p.to(p.whole)
		return
	}
	behind(0, 2)
	p.anyOf(p.ports, p.whole)
	behind(2, 2)
	p.anyOf(p.ports, p.whole)
	behind(13, 1)
	p.jump(bpf.JumpBitsSet, flagSYN|flagFIN|flagRST, p.whole, next)
	limit := p.thinned()
	if limit == 0 {
		p.to(p.headers)
		return
	}
	behind(14, 2)
	p.equal(0, p.headers) // the receiver has no room
	behind(4, 4)
	p.do(bpf.StoreScratch{Src: bpf.RegA, N: 0})
	behind(8, 4)
	p.do(bpf.LoadScratch{Dst: bpf.RegX, N: 0})
	p.do(bpf.ALUOpX{Op: bpf.ALUOpAdd})
	p.do(bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: hash})
	p.jump(bpf.JumpGreaterOrEqual, limit, next, p.headers)
	length()
	behind(12, 1)
	p.do(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0})
	p.do(bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 2})
	p.do(bpf.ALUOpX{Op: bpf.ALUOpAdd})
	p.do(bpf.TAX{}) // X is the length of the IP header, where it can be longer, and of that of TCP
	p.tls(at)
}

// The records of TLS that pass: type and version as they stand at the beginning.
//
//	enum { invalid(0), change_cipher_spec(20), alert(21), handshake(22), application_data(23), (255) } ContentType;
//
// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const (
	tlsChangeCipherSpec = 0x1403
	tlsAlert            = 0x1503
	tlsHandshake        = 0x1603
	tlsApplicationData  = 0x1703
	// tlsSmall is the longest payload of a segment that may be an alert: since TLS
	// 1.3 they look like application data, of 24 bytes.
	tlsSmall = 64
)

// tls lets pass what begins as the handshake of TLS does, and short records, which
// may be the alert that closes it: it tells who closed in order. The payload is at
// offset at, and X bytes behind.
func (p *program) tls(at int) {
	short := p.label()
	p.do(bpf.LoadIndirect{Off: uint32(at), Size: 2})
	p.equal(tlsHandshake, p.whole)
	p.equal(tlsAlert, short)
	p.equal(tlsApplicationData, short)
	p.jump(bpf.JumpEqual, tlsChangeCipherSpec, next, p.drop)
	p.mark(short)
	p.do(bpf.LoadExtension{Num: bpf.ExtLen})
	p.do(bpf.ALUOpX{Op: bpf.ALUOpSub})
	p.jump(bpf.JumpGreaterThan, uint32(at+tlsSmall), p.drop, p.whole)
}

// udp decides about a datagram: requests of TFTP are counted.
func (p *program) udp(behind func(off, size int)) {
	behind(0, 2)
	p.equal(portTFTP, p.whole)
	behind(2, 2)
	p.jump(bpf.JumpEqual, portTFTP, p.whole, p.drop)
}

// sorted returns the numbers in order, each once, as A holds them.
func sorted(numbers []uint16) []uint32 {
	var all []uint32
	for _, n := range numbers {
		all = append(all, uint32(n))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
