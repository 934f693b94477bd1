package sieve

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"golang.org/x/net/bpf"
)

// hosts4 drops what is neither from nor to one of the addresses that are asked
// for, by the IPv4 header at offset at. It leaves X alone.
func (p *program) hosts4(at int) { p.hosts(p.nets(false), at+12, at+16) }

// hosts6 is the like for the IPv6 header.
func (p *program) hosts6(at int) { p.hosts(p.nets(true), at+8, at+24) }

// hosts drops what has neither at the offset from nor at the offset to an address
// in one of the nets.
func (p *program) hosts(nets []netip.Prefix, from, to int) {
	if !p.narrow() {
		return
	}
	found := p.label()
	p.load(to+(to-from)-4, 4) // a packet that ends within its addresses does not pass, whoever is asked for
	for _, at := range []int{from, to} {
		for rest := nets; len(rest) > 0; {
			n := 1 // those of one length are taken together
			for n < len(rest) && rest[n].Bits() == rest[0].Bits() {
				n++
			}
			p.within(rest[:n], at, found)
			rest = rest[n:]
		}
	}
	p.to(p.drop)
	p.mark(found)
}

// within goes to found where the address at offset at is in one of the nets, which
// are all of one length.
func (p *program) within(nets []netip.Prefix, at int, found label) {
	length := nets[0].Bits()
	switch {
	case length == 0:
		p.to(found)
	case length <= 32:
		p.load(at, 4)
		p.mask(length)
		var values []uint32
		for _, n := range nets {
			values = append(values, words(n)[0])
		}
		p.anyOf(values, found)
	default:
		for _, n := range nets {
			p.matches(n, at, found)
		}
	}
}

// matches goes to found where the address at offset at is in the net, which is
// longer than 32 bits: the last word is looked at first, as it differs most.
func (p *program) matches(n netip.Prefix, at int, found label) {
	other, word := p.label(), words(n)
	for i := (n.Bits() - 1) / 32; i >= 0; i-- {
		p.load(at+4*i, 4)
		p.mask(n.Bits() - 32*i)
		if i > 0 {
			p.jump(bpf.JumpEqual, word[i], next, other)
		} else {
			p.equal(word[i], found)
		}
	}
	p.mark(other)
}

// mask leaves the first n bits of A.
func (p *program) mask(n int) {
	if n < 32 {
		p.do(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: bits.Reverse32(1<<n - 1)})
	}
}

// words returns the address of a net in words of 32 bits: one, or four.
func words(n netip.Prefix) []uint32 {
	var all []uint32
	for b := n.Addr().AsSlice(); len(b) >= 4; b = b[4:] {
		all = append(all, binary.BigEndian.Uint32(b))
	}
	return all
}
