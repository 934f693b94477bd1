package gen

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/gopacket/layers"
)

// settings are those of the whole file.
type settings struct {
	ng      bool
	link    layers.LinkType // zero: Ethernet
	snaplen int             // zero: whole frames
	vlan    uint16          // zero: no tag
	only    []int           // ports that the capture filter lets pass; none: all
	from    *host           // whose packets alone are captured; nil: everybody's
}

func (s settings) linkType() layers.LinkType {
	if s.link == 0 {
		return layers.LinkTypeEthernet
	}
	return s.link
}

// host is a station, as it appears at the capture point.
type host struct {
	name    string
	addr    netip.Addr
	ttl     uint8
	delay   time.Duration // from the capture point to it
	mss     uint16
	gw      string // hosts with the same one share a MAC address
	windows bool   // TCP options and windows as Windows sets them
	offload bool
	number  int // in order of appearance, from 1
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
	default:
		return fmt.Errorf("want ethernet, sll or raw")
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

func (s *scene) setHost(a *args) error {
	name, err := a.next("a name")
	if err != nil {
		return err
	}
	if s.hosts[name] != nil {
		return fmt.Errorf("%s is already there", name)
	}
	text, err := a.next("an address")
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return err
	}
	h := &host{name: name, addr: addr, ttl: 64, mss: 1460, number: len(s.hosts) + 1}
	if addr.Is6() {
		h.mss = 1440
	}
	for a.more() {
		if err := h.attribute(a); err != nil {
			return err
		}
	}
	if own := []uint8{64, 128, 255}; h.gw == "" && !slices.Contains(own, h.ttl) {
		h.gw = "far"
	}
	s.hosts[name] = h
	return nil
}

func (h *host) attribute(a *args) error {
	var n uint64
	what, err := a.next("an attribute")
	if err != nil {
		return err
	}
	switch what {
	case "ttl":
		n, err = a.number("a TTL", 255)
		h.ttl = uint8(n)
	case "delay":
		h.delay, err = a.duration("a delay")
	case "mss":
		n, err = a.number("an MSS", 65000)
		h.mss = uint16(n)
		if err == nil && n == 0 {
			err = fmt.Errorf("want an MSS above 0")
		}
	case "gw":
		h.gw, err = a.next("the name of a gateway")
	case "stack":
		h.windows = a.accept("windows")
		if !h.windows && !a.accept("linux") {
			err = fmt.Errorf("want linux or windows")
		}
	case "offload":
		h.offload = true
	default:
		err = fmt.Errorf("unknown attribute %q", what)
	}
	return err
}

// host takes the name of a host.
func (s *scene) host(a *args) (*host, error) {
	name, err := a.next("a host")
	if err != nil {
		return nil, err
	}
	return s.hostNamed(name)
}

func (s *scene) hostNamed(name string) (*host, error) {
	if h := s.hosts[name]; h != nil {
		return h, nil
	}
	return nil, fmt.Errorf("no host %q", name)
}

// endpoint takes HOST:PORT.
func (s *scene) endpoint(a *args) (*host, uint16, error) {
	text, err := a.next("HOST:PORT")
	if err != nil {
		return nil, 0, err
	}
	name, port, ok := strings.Cut(text, ":")
	if !ok {
		return nil, 0, fmt.Errorf("want HOST:PORT, got %q", text)
	}
	h, err := s.hostNamed(name)
	if err != nil {
		return nil, 0, err
	}
	n, err := parseNumber(port, "a port", 65535)
	return h, uint16(n), err
}
