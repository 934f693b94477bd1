package decode

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// rightChecksum reports whether the TCP checksum of a packet is right. The packet
// must have its segment.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.1-6.18.1 and
// https://www.rfc-editor.org/rfc/rfc8200#section-8.1
func rightChecksum(p *packet) bool {
	sum := addressSum(p.src.Addr()) + addressSum(p.dst.Addr()) + protoTCP + uint64(len(p.segment)) + sum16(p.segment)
	return folded(sum) == 0xffff
}

// addressSum is the sum of the words of an address. As one of 16 bytes an IPv4
// address has a word of ones more, which is zero in such a sum.
func addressSum(a netip.Addr) uint64 {
	b := a.As16()
	high, low := binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])
	return high>>32 + high&0xffffffff + low>>32 + low&0xffffffff
}

// sum16 is the sum of the 16-bit words of b, not folded. Words of 64 bits whose
// carry comes back at the low end give the same once it is, and so do they with their
// bytes in the other order, once they are put right. Most of a segment is taken by
// eight such words at once, which leaves the carry where it is.
//
// https://www.rfc-editor.org/rfc/rfc1071#section-2
func sum16(b []byte) (sum uint64) {
	var long, carry uint64
	for ; len(b) >= 64; b = b[64:] {
		w := (*[64]byte)(b)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[0:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[8:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[16:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[24:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[32:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[40:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[48:]), carry)
		long, carry = bits.Add64(long, binary.LittleEndian.Uint64(w[56:]), carry)
	}
	sum = uint64(bits.ReverseBytes16(folded(long>>32 + long&0xffffffff + carry)))
	for ; len(b) >= 4; b = b[4:] {
		sum += uint64(binary.BigEndian.Uint32(b))
	}
	if len(b) >= 2 {
		sum += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) > 0 {
		sum += uint64(b[0]) << 8
	}
	return sum
}

// folded is a sum of 16-bit words with all that is above them put back at the low end.
func folded(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
