package gen

import (
	"fmt"

	"github.com/google/gopacket/layers"
)

// settings are those of the whole file.
type settings struct {
	ng      bool
	link    layers.LinkType // zero: Ethernet
	snaplen int             // zero: whole frames
	vlan    uint16          // zero: no tag
	filter  string          // that a pcapng names; empty: what only says
	drops   *uint64         // that a pcapng counts; nil: it says nothing
	local   bool            // a host is the one that captures
	only    []int           // ports that the capture filter lets pass; none: all
	from    *host           // whose packets alone are captured; nil: everybody's
}

func (s settings) linkType() layers.LinkType {
	if s.link == 0 {
		return layers.LinkTypeEthernet
	}
	return s.link
}

func (s *scene) setFormat(a *args) error {
	switch {
	case a.accept("pcapng"):
		s.set.ng = true
	case a.accept("pcap"):
		s.set.ng = false
	default:
		return fmt.Errorf("want pcap or pcapng")
	}
	return nil
}

func (s *scene) setLink(a *args) error {
	switch {
	case a.accept("ethernet"):
		s.set.link = layers.LinkTypeEthernet
	case a.accept("sll"):
		s.set.link = layers.LinkTypeLinuxSLL
	case a.accept("raw"):
		s.set.link = layers.LinkTypeRaw
	case a.accept("loop"):
		s.set.link = layers.LinkTypeLoop
	default:
		return fmt.Errorf("want ethernet, sll, raw or loop")
	}
	return nil
}

func (s *scene) setSnaplen(a *args) error {
	n, err := a.number("a snap length", 65535)
	if err == nil && n == 0 {
		err = fmt.Errorf("want a snap length above 0")
	}
	s.set.snaplen = int(n)
	return err
}

func (s *scene) setVLAN(a *args) error {
	n, err := a.number("a VLAN", 4094)
	s.set.vlan = uint16(n)
	return err
}

func (s *scene) setOnly(a *args) error {
	if a.accept("from") {
		h, err := s.host(a)
		s.set.from = h
		return err
	}
	if err := a.expect("port"); err != nil {
		return err
	}
	ports, err := a.numbers("a port", 65535)
	s.set.only = ports
	return err
}

func (s *scene) setFilter(a *args) error {
	text, err := a.text("a capture filter")
	if err == nil && !s.set.ng {
		err = fmt.Errorf("only pcapng names its filter")
	}
	s.set.filter = text
	return err
}

func (s *scene) setDrops(a *args) error {
	n, err := a.number("how many packets were dropped", 1<<32)
	if err == nil && !s.set.ng {
		err = fmt.Errorf("only pcapng counts them")
	}
	s.set.drops = &n
	return err
}
