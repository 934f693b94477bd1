package gen

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// host is a station, as it appears at the capture point.
type host struct {
	name    string
	addr    netip.Addr
	ttl     uint8
	delay   time.Duration // from the capture point to it
	gw      string        // hosts with the same one share a MAC address
	mac     mac
	stack   stack
	offload bool // its network card finishes what it sends
	gro     bool // its network card merges what comes
	local   bool // it captures
	number  int  // in order of appearance, from 1
}

// mac is the Ethernet address that a host's own packets come from, and the one
// that packets to it go to; nil: derived from its number or its gateway.
type mac struct{ from, to net.HardwareAddr }

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
	h := &host{name: name, addr: addr, ttl: 64, number: len(s.hosts) + 1}
	h.stack = newStack(addr.Is6())
	for a.more() {
		if err := h.attribute(a); err != nil {
			return err
		}
	}
	if own := []uint8{64, 128, 255}; h.gw == "" && !slices.Contains(own, h.ttl) {
		h.gw = "far"
	}
	s.set.local = s.set.local || h.local
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
	case "gw":
		h.gw, err = a.next("the name of a gateway")
	case "mac":
		h.mac, err = readMAC(a)
	case "offload":
		h.offload = true
	case "gro":
		h.gro = true
	case "local":
		h.local = true
	default:
		var known bool
		if known, err = h.stack.attribute(what, a); err == nil && !known {
			err = fmt.Errorf("unknown attribute %q", what)
		}
	}
	return err
}

// readMAC reads FROM [to TO].
func readMAC(a *args) (mac, error) {
	var m mac
	var err error
	if m.from, err = a.mac(); err != nil {
		return m, err
	}
	m.to = m.from
	if a.accept("to") {
		m.to, err = a.mac()
	}
	return m, err
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

// box takes by HOST, who really sends a packet; nil without.
func (s *scene) box(a *args) (*host, error) {
	if !a.accept("by") {
		return nil, nil
	}
	return s.host(a)
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

// canTalk fails where two hosts have addresses of different families, or are
// the same.
func canTalk(x, y *host) error {
	if x == y || x.addr.Is4() != y.addr.Is4() {
		return fmt.Errorf("%s and %s cannot talk to each other", x.name, y.name)
	}
	return nil
}
