package gen

import (
	"encoding/binary"
	"fmt"
	"net/netip"
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

// Types and codes of the errors that tell an MTU.
// https://www.rfc-editor.org/rfc/rfc1191#section-4
// https://www.rfc-editor.org/rfc/rfc4443#section-3.2
var (
	fragmentationNeeded = message{3, 4}
	packetTooBig        = message{2, 0}
)

// message is a kind of ICMP or ICMPv6 message.
type message struct{ kind, code uint8 }

// complaint is an ICMP error about a packet.
type complaint struct {
	message
	box   *host // that sends it
	about *packet
	ttl   uint8  // that the packet had when the box saw it
	mtu   uint16 // of the next link
}

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
	e := complaint{box: box, about: c.last}
	if e.message, err = readMessage(a); err != nil {
		return err
	}
	p := e.about
	if p == nil {
		return fmt.Errorf("%s has no packet to quote", c.name)
	}
	if box.addr.Is4() != p.from.host.addr.Is4() {
		return canTalk(box, p.from.host)
	}
	if a.accept("mtu") {
		if want := p.tooBig(); e.message != want {
			return fmt.Errorf("only %d/%d tells an MTU", want.kind, want.code)
		}
		n, err := a.number("an MTU", 65535)
		if err != nil {
			return err
		}
		e.mtu = uint16(n)
	}
	e.ttl = p.sender().ttl - 1
	if a.accept("quoted-ttl") {
		n, err := a.number("a TTL", 255)
		if err != nil {
			return err
		}
		e.ttl = uint8(n)
	}
	s.step(box)
	if s.passes(box) {
		s.views(box, p.from.host, e.ip)
	}
	return nil
}

// readMessage reads TYPE/CODE.
func readMessage(a *args) (message, error) {
	w, err := a.next("TYPE/CODE")
	if err != nil {
		return message{}, err
	}
	kind, code, ok := strings.Cut(w, "/")
	if !ok {
		return message{}, fmt.Errorf("want TYPE/CODE, got %q", w)
	}
	k, err := parseNumber(kind, "a type", 255)
	if err != nil {
		return message{}, err
	}
	n, err := parseNumber(code, "a code", 255)
	return message{uint8(k), uint8(n)}, err
}

// tooBig is the error that tells p's sender to send less at a time.
func (p *packet) tooBig() message {
	if p.from.host.addr.Is4() {
		return fragmentationNeeded
	}
	return packetTooBig
}

// ip returns the error as it is seen from v.
func (e complaint) ip(v view) ([]byte, error) {
	quoted, err := e.about.ip(v)
	if err != nil {
		return nil, err
	}
	src, dst := v.addr(e.box), v.addr(e.about.from.host)
	if src.Is4() {
		quoted[8] = e.ttl
		headerChecksum(quoted[:20])
		quoted = quoted[:min(len(quoted), quote4)]
		net := network(src, dst, v.ttl(e.box), layers.IPProtocolICMPv4, 0).(*layers.IPv4)
		net.TOS = 0xc0 // internetwork control, as routers and Linux mark it
		icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(e.kind, e.code), Seq: e.mtu}
		return serialize(net, icmp, gopacket.Payload(quoted))
	}
	quoted[7] = e.ttl
	quoted = quoted[:min(len(quoted), quote6)]
	rest := binary.BigEndian.AppendUint32(nil, uint32(e.mtu))
	return icmp6(v, e.box, dst, e.message, append(rest, quoted...))
}

// icmp6 returns an ICMPv6 message of h, whose body follows the checksum.
func icmp6(v view, h *host, dst netip.Addr, m message, body []byte) ([]byte, error) {
	net := network(v.addr(h), dst, v.ttl(h), layers.IPProtocolICMPv6, 0)
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(m.kind, m.code)}
	if err := icmp.SetNetworkLayerForChecksum(net); err != nil {
		return nil, err
	}
	return serialize(net, icmp, gopacket.Payload(body))
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
