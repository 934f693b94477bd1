package gen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"

	"github.com/google/gopacket/layers"
)

// Packet types of the cooked header, which stands for the link header on
// Linux' any device. https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
const (
	sllIncoming = 0
	sllAside    = 3 // between others
	sllOutgoing = 4
)

// link puts the link header in front and records the frame.
func (s *scene) link(v view, from, to *host, sllType byte, build func(view) ([]byte, error)) {
	ip, err := build(v)
	if err != nil {
		s.err = err
		return
	}
	be := binary.BigEndian
	proto, family := uint16(layers.EthernetTypeIPv4), layers.ProtocolFamilyIPv4
	if ip[0]>>4 == 6 {
		proto, family = uint16(layers.EthernetTypeIPv6), layers.ProtocolFamilyIPv6BSD
	}
	f := frame{}
	if s.set.local {
		sllType, f.flags = direction(from, to)
	}
	var b []byte
	switch s.set.linkType() {
	case layers.LinkTypeEthernet:
		dst, src := s.mac(v, to, to.mac.to), s.mac(v, from, from.mac.from)
		if bytes.Equal(dst, src) {
			s.err = fmt.Errorf("%s and %s stand behind the same gateway: give one of them a gw", from.name, to.name)
			return
		}
		b = append(append(b, dst...), src...)
		if s.set.vlan != 0 {
			b = be.AppendUint16(b, uint16(layers.EthernetTypeDot1Q))
			b = be.AppendUint16(b, s.set.vlan)
		}
		b = be.AppendUint16(b, proto)
	case layers.LinkTypeLinuxSLL:
		b = be.AppendUint16(b, uint16(sllType))
		b = be.AppendUint16(b, 1) // ARPHRD_ETHER
		b = be.AppendUint16(b, 6)
		b = append(append(b, s.mac(v, from, from.mac.from)...), 0, 0)
		b = be.AppendUint16(b, proto)
	case layers.LinkTypeLoop:
		b = be.AppendUint32(b, uint32(family))
	}
	if v.twin != nil && v.twin.iface != "" {
		f.iface = 1
	}
	f.data = append(b, ip...)
	s.put(f)
}

// direction says which way a packet went, seen from the host that captures.
func direction(from, to *host) (sllType byte, flags uint32) {
	switch {
	case from.local:
		return sllOutgoing, ngOutbound
	case to.local:
		return sllIncoming, ngInbound
	}
	return sllAside, 0
}

// mac returns the address with which h appears: its own if it has one, else one
// by its number, or that of the gateway before it.
func (s *scene) mac(v view, h *host, own net.HardwareAddr) []byte {
	switch {
	case v.twin != nil && v.twin.inside[h]:
		return []byte{0x02, 0, 0, 2, 0, 1}
	case own != nil:
		return own
	case h.gw == "":
		return []byte{0x02, 0, 0, 0, 0, byte(h.number)}
	}
	n := byte(0)
	for _, c := range []byte(h.gw) {
		n = n*31 + c
	}
	return []byte{0x02, 0, 0, 1, 0, n}
}
