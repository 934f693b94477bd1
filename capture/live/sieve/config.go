package sieve

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/capture"
)

// What passes of a packet, in bytes.
const (
	// Whole is the number that the program returns for a packet that passes whole:
	// more than any frame has.
	Whole = 0x40000
	// Headers is the number for a packet of which the headers are wanted: those of
	// the link layer with two VLAN tags, of IP and of TCP, with all options they
	// can have, are 142 bytes at most.
	Headers = 256
)

// DefaultThin is the Thin that 0 stands for: of 64 packets of a data connection
// one passes.
const DefaultThin = 64

// maxThin is the largest Thin that can be asked for.
const maxThin = 1 << 16

// portTFTP is the port at which a TFTP server gets its requests. ftpscope only
// counts them.
const portTFTP = 69

// Config says what is to pass.
type Config struct {
	// Link is the link type of the interface, as live.LinkTypeOf has it. Ethernet
	// is shown to the program from its header on, null and loop from the address
	// family on. Raw, and what has the link type SLL2 (the device "any", PPP and
	// others that are captured cooked), from the IP header on.
	Link capture.LinkType

	Ports   []uint16 // ports of control connections, 21 and 990 among them; each is looked for on both sides
	Payload bool     // all TCP passes, and whole

	// Hosts and Nets leave only packets from or to one of them. VLANs leaves only
	// frames with one of these VLAN identifiers in one of two tags. Where the
	// address of the connection can't be seen from here, or not cheaply, they
	// pass nevertheless: ICMP, whose errors come from routers, tunnels, PPPoE,
	// MPLS and frames of more than two tags.
	Hosts []netip.Addr
	Nets  []netip.Prefix
	VLANs []uint16 // 0 to 4094

	Thin int // of the headers in data connections one in Thin passes: a power of two, up to 65536; 0 for DefaultThin

	// Plain asks for a program that only looks at the bytes of the frame, for
	// other systems than Linux. Linux keeps the outer VLAN tag and the EtherType
	// of a cooked frame beside the frame, and its program asks for them there.
	Plain bool
}

// check returns what is wrong with c.
func (c *Config) check() error {
	switch c.layout() {
	case layoutUnknown:
		return fmt.Errorf("sieve: there is no filter for the link type %v: capture it with tcpdump -w and analyze the file", c.Link)
	case layoutIP, layoutFamily:
		if len(c.VLANs) > 0 {
			return fmt.Errorf("sieve: VLAN %d: frames of the link type %v have no VLAN tags: watch the Ethernet interface below, or name no VLAN", c.VLANs[0], c.Link)
		}
	}
	if len(c.Ports) == 0 && !c.Payload {
		return errors.New("sieve: no control port: without payload no session would be seen; name one, such as 21")
	}
	if slices.Contains(c.Ports, 0) {
		return errors.New("sieve: control port 0: want 1 to 65535")
	}
	for _, h := range c.Hosts {
		if !h.IsValid() {
			return errors.New("sieve: host: the zero address: want an IPv4 or IPv6 address")
		}
	}
	for _, n := range c.Nets {
		if !n.IsValid() {
			return errors.New("sieve: net: not a prefix: want an address and a length, such as 192.0.2.0/24")
		}
	}
	for _, id := range c.VLANs {
		if id > 4094 {
			return fmt.Errorf("sieve: VLAN %d: want 0 to 4094", id)
		}
	}
	if c.Thin < 0 || c.Thin > maxThin || c.Thin != 0 && bits.OnesCount(uint(c.Thin)) != 1 {
		return fmt.Errorf("sieve: thin %d: want a power of two from 1 to %d", c.Thin, maxThin)
	}
	return nil
}

// A layout is how the kernel shows frames to the program.
type layout uint8

const (
	layoutUnknown  layout = iota
	layoutEthernet        // from the Ethernet header on
	layoutFamily          // an address family of 4 bytes, then IP
	layoutIP              // from the IP header on, nothing else can be known
	layoutCooked          // the same, and Linux tells EtherType and VLAN tag
)

// layout is how frames of this link type are shown.
func (c *Config) layout() layout {
	switch c.Link {
	case capture.LinkEthernet:
		return layoutEthernet
	case capture.LinkNull, capture.LinkLoop:
		return layoutFamily
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD, capture.LinkIPv4, capture.LinkIPv6:
		return layoutIP
	case capture.LinkLinuxSLL, capture.LinkLinuxSLL2:
		return layoutCooked
	}
	return layoutUnknown
}

// narrow reports whether addresses are asked for.
func (c *Config) narrow() bool { return len(c.Hosts)+len(c.Nets) > 0 }

// thinned is the number that the hash of a data packet must be less than, so that
// one in Thin passes; 0 where all of them do.
//
// That is hash >> (32 - log2(Thin)) == 0.
func (c *Config) thinned() uint32 {
	thin := c.Thin
	if thin <= 0 {
		thin = DefaultThin
	}
	return uint32((1 << 32) / uint64(thin))
}

// hash is what thins out: Knuth's multiplicative hash of the sum of sequence and
// acknowledgment number, either of which grows with each packet of a transfer. A
// retransmission has the number that the first transmission had.
const hash = 2654435761

// nets returns the hosts and nets that c asks for of one IP version, each once,
// the longest prefixes first. Those inside of another are left out.
func (c *Config) nets(v6 bool) []netip.Prefix {
	var all []netip.Prefix
	add := func(a netip.Addr, length int) {
		if a.Is4In6() && length >= 96 {
			a, length = a.Unmap(), length-96
		}
		if a.Is4() == v6 {
			return
		}
		// The prefix has no zone.
		if p, err := a.Prefix(length); err == nil {
			all = append(all, p)
		}
	}
	for _, h := range c.Hosts {
		add(h, h.BitLen())
	}
	for _, n := range c.Nets {
		add(n.Addr(), n.Bits())
	}
	slices.SortFunc(all, func(a, b netip.Prefix) int {
		return cmp.Or(cmp.Compare(a.Bits(), b.Bits()), a.Addr().Compare(b.Addr()))
	})
	all = slices.Compact(all)
	kept := all[:0]
	for _, p := range all {
		if !slices.ContainsFunc(kept, func(wide netip.Prefix) bool { return wide.Contains(p.Addr()) }) {
			kept = append(kept, p)
		}
	}
	slices.Reverse(kept)
	return kept
}
