package sieve

import (
	"fmt"
	"slices"

	"golang.org/x/net/bpf"
)

// sll2 is the length of the header that tcpdump's programs for the device "any"
// believe to be before the packet.
//
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
const sll2 = 20

// asides is the fields of that header that Linux keeps beside the frame, by offset:
// their size, and what loads them instead.
var asides = map[uint32]struct {
	size uint16
	ask  bpf.Extension
}{
	0:  {sizeH, bpf.ExtProto},
	4:  {sizeW, bpf.ExtInterfaceIndex},
	8:  {sizeH, bpf.ExtLinkLayerType},
	10: {sizeB, bpf.ExtType},
}

// ancillary is the offset from which on Linux takes an offset for a question
// about what it keeps beside the frame (SKF_AD_OFF). As a signed number it is
// negative, like others with a meaning of their own.
const ancillary = 0xfffff000

// Cook changes a program that was made for the link type SLL2, such as by
// "tcpdump -i any -ddd", into one for what Linux shows of a frame that is captured
// cooked: the packet from its IP header on. It is for interfaces whose link type
// is SLL2 and for no others.
//
// A program that was made for another link layer mostly reads bytes that such a
// header does not have, and is refused. "len" in it counts without the header.
func Cook(program []bpf.RawInstruction) ([]bpf.RawInstruction, error) {
	cooked := slices.Clone(program)
	for i, ins := range program {
		switch ins.Op & classMask {
		case classLD, classLDX:
		default:
			continue
		}
		mode := ins.Op & modeMask
		if mode != modeABS && mode != modeIND && mode != modeMSH || int32(ins.K) < 0 {
			continue
		}
		if ins.K >= sll2 {
			cooked[i].K -= sll2
			continue
		}
		aside, ok := asides[ins.K]
		if !ok || mode != modeABS || aside.size != ins.Op&sizeMask {
			return nil, fmt.Errorf("sieve: instruction %d of the filter reads byte %d, which the kernel does not show of this interface: make it with tcpdump -i any -ddd (or -y LINUX_SLL2), not for another link layer", i+1, ins.K)
		}
		cooked[i].K = ancillary + uint32(aside.ask)
	}
	return cooked, nil
}
