package sieve

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/capture"
)

// Keep returns how many bytes of a frame pass, 0 for none: what the program says,
// said in Go. The frame is in the layout of [Config].Link, as [Shown] returns it, with
// its VLAN tags in it. For a Config that [Config.Program] refuses the result means nothing.
//
// The number may be greater than the frame is long.
func (c Config) Keep(frame []byte) int { return c.keep(frame, beside{}) }

// beside is what Linux keeps of a frame outside of its bytes.
type beside struct {
	tagged bool
	tag    uint16 // the outer VLAN tag
	ether  uint16 // the EtherType of a cooked frame, 0 where it is not known
}

func (c *Config) keep(frame []byte, k beside) int {
	v := &view{b: frame}
	mine := len(c.VLANs) == 0 || k.tagged && c.inVLAN(uint32(k.tag))
	switch c.layout() {
	case layoutEthernet:
		return c.ethernet(v, mine)
	case layoutFamily:
		return c.version(v, 4)
	case layoutIP:
		return c.version(v, 0)
	case layoutCooked:
		switch {
		case isTag(uint32(k.ether)) || isTunnel(uint32(k.ether)):
			return v.pass(Whole)
		case !mine:
			return 0
		case k.ether == 0:
			return c.version(v, 0)
		}
		return c.packet(v, uint32(k.ether), 0)
	}
	return 0
}

// ethernet finds the IP header behind an Ethernet header and two VLAN tags at
// most. mine says that the frame is in one of the VLANs, or may be in any.
func (c *Config) ethernet(v *view, mine bool) int {
	at := 12
	ether := v.u16(at)
	for range maxTags {
		if !isTag(ether) {
			break
		}
		mine = mine || c.inVLAN(v.u16(at+2))
		at += 4
		ether = v.u16(at)
	}
	switch {
	case isTag(ether):
		return v.pass(Whole)
	case !mine:
		return 0
	case isTunnel(ether):
		return v.pass(Whole)
	}
	return c.packet(v, ether, at+2)
}

func isTag(ether uint32) bool { return slices.Contains(etherTags, ether) }

func isTunnel(ether uint32) bool { return slices.Contains(etherTunnels, ether) }

func (c *Config) inVLAN(tag uint32) bool { return slices.Contains(c.VLANs, uint16(tag&vlanID)) }

// version decides about a packet by the version in its IP header.
func (c *Config) version(v *view, at int) int {
	switch v.u8(at) >> 4 {
	case 4:
		return c.ipv4(v, at)
	case 6:
		return c.ipv6(v, at)
	}
	return 0
}

// packet decides about a packet by its EtherType.
func (c *Config) packet(v *view, ether uint32, at int) int {
	switch ether {
	case capture.EtherIPv4:
		return c.ipv4(v, at)
	case capture.EtherIPv6:
		return c.ipv6(v, at)
	}
	return 0
}

func (c *Config) ipv4(v *view, at int) int {
	protocol := v.u8(at + 9)
	if slices.Contains(pass4, protocol) {
		return v.pass(Whole)
	}
	piece := v.u16(at+6)&pieces4 != 0
	tcp, udp := protocol == protoTCP, protocol == protoUDP
	if !tcp && !udp && !piece {
		return 0
	}
	if c.narrow() && !c.wants(v.ip4(at+12), v.ip4(at+16)) {
		return 0
	}
	behind := at + int(v.u8(at)&0x0f)*4
	switch {
	case piece:
		return v.pass(Whole)
	case tcp:
		return c.tcp(v, behind)
	}
	return c.udp(v, behind)
}

func (c *Config) ipv6(v *view, at int) int {
	protocol := v.u8(at + 6)
	if slices.Contains(pass6, protocol) {
		return v.pass(Whole)
	}
	tcp, udp := protocol == protoTCP, protocol == protoUDP
	if !tcp && !udp && !slices.Contains(extensions, protocol) {
		return 0
	}
	if c.narrow() && !c.wants(v.ip6(at+8), v.ip6(at+24)) {
		return 0
	}
	switch {
	case tcp:
		return c.tcp(v, at+40)
	case udp:
		return c.udp(v, at+40)
	}
	return v.pass(Whole)
}

// wants reports whether one of the addresses is asked for.
func (c *Config) wants(from, to netip.Addr) bool {
	for _, h := range c.Hosts {
		if h = h.Unmap().WithZone(""); h == from || h == to {
			return true
		}
	}
	for _, n := range c.Nets {
		if n.Addr().Is4In6() && n.Bits() >= 96 {
			n = netip.PrefixFrom(n.Addr().Unmap(), n.Bits()-96)
		}
		if n.Contains(from) || n.Contains(to) {
			return true
		}
	}
	return false
}

func (c *Config) tcp(v *view, at int) int {
	if c.Payload || c.controls(v.u16(at)) || c.controls(v.u16(at+2)) || v.u8(at+13)&(flagSYN|flagFIN|flagRST) != 0 {
		return v.pass(Whole)
	}
	limit := c.thinned()
	if limit == 0 || v.u16(at+14) == 0 || (v.u32(at+4)+v.u32(at+8))*hash < limit {
		return v.pass(Headers)
	}
	payload := at + int(v.u8(at+12)>>4)*4
	switch v.u16(payload) {
	case tlsHandshake:
		return v.pass(Whole)
	case tlsAlert, tlsApplicationData, tlsChangeCipherSpec:
		if len(v.b)-payload <= tlsSmall {
			return v.pass(Whole)
		}
	}
	return 0
}

func (c *Config) controls(port uint32) bool { return slices.Contains(c.Ports, uint16(port)) }

func (c *Config) udp(v *view, at int) int {
	if v.u16(at) == portTFTP || v.u16(at+2) == portTFTP {
		return v.pass(Whole)
	}
	return 0
}

// view reads numbers from a frame. What lies behind its end is 0, and then
// nothing passes, as in the kernel, where the program ends there.
type view struct {
	b     []byte
	short bool
}

// zeros is what lies behind the end of a frame.
var zeros [16]byte

// part returns n bytes, 16 at most, or more.
func (v *view) part(at, n int) []byte {
	if at+n > len(v.b) {
		v.short = true
		return zeros[:]
	}
	return v.b[at : at+n]
}

func (v *view) u8(at int) uint32  { return uint32(v.part(at, 1)[0]) }
func (v *view) u16(at int) uint32 { return uint32(binary.BigEndian.Uint16(v.part(at, 2))) }
func (v *view) u32(at int) uint32 { return binary.BigEndian.Uint32(v.part(at, 4)) }

func (v *view) ip4(at int) netip.Addr { return netip.AddrFrom4([4]byte(v.part(at, 4)[:4])) }
func (v *view) ip6(at int) netip.Addr { return netip.AddrFrom16([16]byte(v.part(at, 16)[:16])) }

// pass returns n, or 0 after a look behind the end of the frame.
func (v *view) pass(n int) int {
	if v.short {
		return 0
	}
	return n
}
