package gen

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// How much of a packet an error quotes: Linux fills 576 bytes (IPv4), or the
// least MTU of 1280 (IPv6).
// https://www.rfc-editor.org/rfc/rfc1812#section-4.3.2.3
// https://www.rfc-editor.org/rfc/rfc4443#section-2.4
const (
	quote4 = 576 - 20 - 8
	quote6 = 1280 - 40 - 8
)

func (s *scene) doICMP(a *args) error {
	c, err := s.conn(a)
	if err != nil {
		return err
	}
	if err := a.expect("by"); err != nil {
		return err
	}
	box, err := s.host(a)
	if err != nil {
		return err
	}
	w, err := a.next("TYPE/CODE")
	if err != nil {
		return err
	}
	kind, code, ok := strings.Cut(w, "/")
	if !ok {
		return fmt.Errorf("want TYPE/CODE, got %q", w)
	}
	k, err := parseNumber(kind, "a type", 255)
	if err != nil {
		return err
	}
	n, err := parseNumber(code, "a code", 255)
	if err != nil {
		return err
	}
	p := c.last
	if p == nil {
		return fmt.Errorf("%s has no packet to quote", c.name)
	}
	if box.addr.Is4() != p.from.host.addr.Is4() {
		return fmt.Errorf("%s and %s cannot talk to each other", box.name, p.from.host.name)
	}
	hops := uint64(p.sender().ttl) - 1
	if a.accept("quoted-ttl") {
		if hops, err = a.number("a TTL", 255); err != nil {
			return err
		}
	}
	s.step(box)
	if s.passes(box) {
		s.views(box, p.from.host, func(v view) ([]byte, error) {
			return p.complain(v, box, uint8(k), uint8(n), uint8(hops))
		})
	}
	return nil
}

// complain builds the error of box about p, which it saw with this TTL.
func (p *packet) complain(v view, box *host, kind, code, ttl uint8) ([]byte, error) {
	quoted, err := p.ip(v)
	if err != nil {
		return nil, err
	}
	src, dst := v.addr(box), v.addr(p.from.host)
	if src.Is4() {
		quoted[8] = ttl
		headerChecksum(quoted[:20])
		quoted = quoted[:min(len(quoted), quote4)]
		net := network(src, dst, v.ttl(box), layers.IPProtocolICMPv4, 0).(*layers.IPv4)
		net.TOS = 0xc0 // internetwork control, as routers and Linux mark it
		icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(kind, code)}
		return serialize(net, icmp, gopacket.Payload(quoted))
	}
	quoted[7] = ttl
	quoted = quoted[:min(len(quoted), quote6)]
	net := network(src, dst, v.ttl(box), layers.IPProtocolICMPv6, 0)
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(kind, code)}
	if err := icmp.SetNetworkLayerForChecksum(net); err != nil {
		return nil, err
	}
	unused := make([]byte, 4)
	return serialize(net, icmp, gopacket.Payload(append(unused, quoted...)))
}

// headerChecksum sets that of an IPv4 header without options.
func headerChecksum(h []byte) {
	be := binary.BigEndian
	be.PutUint16(h[10:], 0)
	var sum uint32
	for i := 0; i < len(h); i += 2 {
		sum += uint32(be.Uint16(h[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	be.PutUint16(h[10:], ^uint16(sum))
}
