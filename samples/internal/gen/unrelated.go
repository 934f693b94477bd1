package gen

import (
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Traffic that has nothing to do with FTP: it shows that a capture is not
// limited to FTP's ports.

// pingSize is what ping sends unless told otherwise.
const pingSize = 56

// Echo request and reply.
// https://www.rfc-editor.org/rfc/rfc792
// https://www.rfc-editor.org/rfc/rfc4443#section-4
var (
	echo4 = [2]message{{8, 0}, {0, 0}}
	echo6 = [2]message{{128, 0}, {129, 0}}
)

func (s *scene) doPing(a *args) error {
	from, err := s.host(a)
	if err != nil {
		return err
	}
	if err := a.expect(">"); err != nil {
		return err
	}
	to, err := s.host(a)
	if err != nil {
		return err
	}
	if err := canTalk(from, to); err != nil {
		return err
	}
	s.flushAcks(nil)
	s.pings++
	s.echo(from, to, 0)
	if !s.mod.lost {
		s.echo(to, from, 1)
	}
	return nil
}

// echo sends a request (0) or a reply (1).
func (s *scene) echo(from, to *host, which int) {
	s.step(from)
	if !s.passes(from) {
		return
	}
	id := uint16(s.hash("ping"))
	s.views(from, to, func(v view) ([]byte, error) {
		src, dst := v.addr(from), v.addr(to)
		data := noText(pingSize)
		if !src.Is4() {
			return icmp6(v, from, dst, echo6[which], append(u16(id, s.pings), data...))
		}
		net := network(src, dst, v.ttl(from), layers.IPProtocolICMPv4, s.pings)
		icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(echo4[which].kind, echo4[which].code), Id: id, Seq: s.pings}
		return serialize(net, icmp, gopacket.Payload(data))
	})
}

// noText returns bytes that count up, as ping sends them.
func noText(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func (s *scene) doUDP(a *args) error {
	from, sport, err := s.endpoint(a)
	if err != nil {
		return err
	}
	if err := a.expect(">"); err != nil {
		return err
	}
	to, dport, err := s.endpoint(a)
	if err != nil {
		return err
	}
	if err := canTalk(from, to); err != nil {
		return err
	}
	n, err := a.number("a number of bytes", 1400)
	if err != nil {
		return err
	}
	s.flushAcks(nil)
	s.step(from)
	if !s.passes(from) {
		return nil
	}
	s.views(from, to, func(v view) ([]byte, error) {
		net := network(v.addr(from), v.addr(to), v.ttl(from), layers.IPProtocolUDP, sport)
		udp := &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: layers.UDPPort(dport)}
		if err := udp.SetNetworkLayerForChecksum(net); err != nil {
			return nil, fmt.Errorf("no checksum: %w", err)
		}
		return serialize(net, udp, gopacket.Payload(noText(int(n))))
	})
	return nil
}
