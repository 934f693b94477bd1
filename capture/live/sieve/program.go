package sieve

import (
	"runtime"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
)

var (
	etherTags    = []uint32{capture.EtherVLAN, capture.EtherQinQ, capture.EtherQOld}
	etherTunnels = []uint32{capture.EtherPPPoE, capture.EtherMPLS, capture.EtherMPLSMulticast}
)

// maxTags is the number of VLAN tags that the program looks behind.
const maxTags = 2

// vlanID is the bits of a VLAN tag that say which VLAN it is.
const vlanID = 0x0fff

// program is a Config on its way into instructions.
type program struct {
	assembler
	Config
	ports []uint32
	vlans []uint32
	ask   bool // the kernel can be asked for what it keeps beside the frame

	whole, headers, drop label // the three ends
}

// Program returns the filter for the kernel: a classic BPF program that returns
// the number of bytes that pass, 0 for none. Errors say what is wrong with c, or
// that the program would be longer than the 4096 instructions that Linux takes.
func (c Config) Program() ([]bpf.Instruction, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p := &program{Config: c, ports: sorted(c.Ports), vlans: sorted(c.VLANs), ask: !c.Plain && runtime.GOOS == "linux"}
	p.whole, p.headers, p.drop = p.label(), p.label(), p.label()
	switch c.layout() {
	case layoutEthernet:
		p.ethernet()
	case layoutFamily:
		p.version(4)
	case layoutIP:
		p.version(0)
	case layoutCooked:
		p.cooked()
	}
	p.mark(p.whole)
	p.end(Whole)
	p.mark(p.headers)
	p.end(Headers)
	p.mark(p.drop)
	p.end(0)
	return p.assemble()
}

// ethernet finds the IP header behind an Ethernet header and the VLAN tags in it.
//
//	12           14           16           18           20           22
//	| EtherType  |  tag       | EtherType  |  tag       | EtherType  | …
func (p *program) ethernet() {
	var behind [maxTags + 1]label // this many tags; one of them is of a VLAN that is asked for
	for i := range behind {
		behind[i] = p.label()
	}
	if len(p.vlans) > 0 {
		p.tag(behind[0])
		for i := range maxTags {
			tagged := p.label()
			p.load(12+4*i, 2)
			p.anyOf(etherTags, tagged)
			p.to(p.drop)
			p.mark(tagged)
			p.load(14+4*i, 2)
			p.do(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: vlanID})
			p.anyOf(p.vlans, behind[i+1])
		}
		p.load(12+4*maxTags, 2)
		p.anyOf(etherTags, p.whole)
		p.to(p.drop)
	}
	for i := range behind {
		p.mark(behind[i])
		four, six := p.label(), p.label()
		p.load(12+4*i, 2)
		p.equal(capture.EtherIPv4, four)
		p.equal(capture.EtherIPv6, six)
		if i < maxTags {
			p.anyOf(etherTags, behind[i+1])
		} else {
			p.anyOf(etherTags, p.whole)
		}
		p.anyOf(etherTunnels, p.whole)
		p.to(p.drop)
		p.mark(four)
		p.ipv4(14 + 4*i)
		p.mark(six)
		p.ipv6(14 + 4*i)
	}
}

// tag goes to yes where the kernel keeps a tag, beside the frame, of one of the
// VLANs. Linux takes the outer tag out of each frame that it receives.
func (p *program) tag(yes label) {
	if !p.ask {
		return
	}
	none := p.label()
	p.do(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
	p.equal(0, none)
	p.do(bpf.LoadExtension{Num: bpf.ExtVLANTag})
	p.do(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: vlanID})
	p.anyOf(p.vlans, yes)
	p.mark(none)
}

// cooked finds out what a frame without its link header is. The EtherType that
// Linux keeps is that of what follows, so that a tag behind the outer one and
// what is no IP are known. Where a tag was written into a frame that leaves, the
// program may be shown the tag or what follows it: such a frame passes whole.
func (p *program) cooked() {
	if p.ask {
		four, six := p.label(), p.label()
		p.do(bpf.LoadExtension{Num: bpf.ExtProto})
		p.equal(capture.EtherIPv4, four)
		p.equal(capture.EtherIPv6, six)
		p.anyOf(etherTags, p.whole)
		p.anyOf(etherTunnels, p.whole)
		p.to(p.drop)
		p.mark(four)
		p.inVLAN()
		p.ipv4(0)
		p.mark(six)
		p.inVLAN()
		p.ipv6(0)
		return
	}
	p.inVLAN()
	p.version(0)
}

// inVLAN drops what has no tag of one of the VLANs beside the frame.
func (p *program) inVLAN() {
	if len(p.vlans) > 0 {
		found := p.label()
		p.tag(found)
		p.to(p.drop)
		p.mark(found)
	}
}

// version finds out by the version in it what the IP header at offset at is.
func (p *program) version(at int) {
	four, six := p.label(), p.label()
	p.load(at, 1)
	p.do(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0})
	p.equal(0x40, four)
	p.equal(0x60, six)
	p.to(p.drop)
	p.mark(four)
	p.ipv4(at)
	p.mark(six)
	p.ipv6(at)
}

// load puts size bytes at offset at into A. A frame that is shorter does not pass:
// the kernel ends the program there.
func (p *program) load(at, size int) { p.do(bpf.LoadAbsolute{Off: uint32(at), Size: size}) }
