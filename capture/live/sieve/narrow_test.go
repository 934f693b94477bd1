package sieve

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
)

// addresses reads hosts, separated by blanks.
func addresses(s string) []netip.Addr {
	var all []netip.Addr
	for _, a := range strings.Fields(s) {
		all = append(all, netip.MustParseAddr(a))
	}
	return all
}

// prefixes reads nets, separated by blanks.
func prefixes(s string) []netip.Prefix {
	var all []netip.Prefix
	for _, n := range strings.Fields(s) {
		all = append(all, netip.MustParsePrefix(n))
	}
	return all
}

// A session between 192.0.2.10 and 198.51.100.20, and one between 2001:db8::10 and
// 2001:db8::20.
func TestHosts(t *testing.T) {
	mapped := netip.PrefixFrom(netip.MustParseAddr("::ffff:192.0.2.0"), 120)
	four := ether("", with(func(s *segment) { s.flags = flagSYN }))
	six := ether("", with(func(s *segment) { six(s); s.flags = flagSYN }))
	for _, tt := range []struct {
		name      string
		hosts     string
		nets      []netip.Prefix
		four, six bool
	}{
		{"nobody in particular", "", nil, true, true},
		{"the sender", "198.51.100.20", nil, true, false},
		{"the receiver", "192.0.2.10", nil, true, false},
		{"both and others", "192.0.2.99 192.0.2.10 198.51.100.20", nil, true, false},
		{"others", "192.0.2.99 192.0.2.11 2001:db8::11", nil, false, false},
		{"the sender of IPv6", "2001:db8::20", nil, false, true},
		{"the receiver of IPv6", "2001:db8::10", nil, false, true},
		{"one of each", "192.0.2.10 2001:db8::10", nil, true, true},
		{"mapped into IPv6", "::ffff:192.0.2.10", nil, true, false},
		{"with a zone", "2001:db8::10%eth0", nil, false, true},
		{"a net", "", prefixes("192.0.2.0/24"), true, false},
		{"a net with bits of a host", "", prefixes("192.0.2.77/24"), true, false},
		{"a net next to it", "", prefixes("192.0.3.0/24"), false, false},
		{"half of the net", "", prefixes("192.0.2.0/29"), false, false},
		{"some nets of several lengths", "", prefixes("10.0.0.0/8 172.16.0.0/12 198.51.100.16/28 192.168.0.0/16"), true, false},
		{"all of IPv4", "", prefixes("0.0.0.0/0"), true, false},
		{"all of IPv6", "", prefixes("::/0"), false, true},
		{"a short net of IPv6", "", prefixes("2000::/3"), false, true},
		{"a net of one word", "", prefixes("2001:db8::/32"), false, true},
		{"a net of IPv6", "", prefixes("2001:db8::/64"), false, true},
		{"a net of IPv6 next to it", "", prefixes("2001:db8:0:1::/64"), false, false},
		{"a net within a word", "", prefixes("2001:db8::/50"), false, true},
		{"a long net", "", prefixes("2001:db8::18/125"), false, false},
		{"a long net with one of them", "", prefixes("2001:db8::10/125"), false, true},
		{"a net mapped into IPv6", "", []netip.Prefix{mapped}, true, false},
		{"all of IPv4, mapped into IPv6", "", []netip.Prefix{netip.PrefixFrom(mapped.Addr(), 96)}, true, false},
		{"a host and a net", "2001:db8::10", prefixes("198.51.100.0/24"), true, true},
	} {
		c := plain()
		c.Hosts, c.Nets = addresses(tt.hosts), tt.nets
		vm := machine(t, c)
		if got := same(t, c, vm, four) == Whole; got != tt.four {
			t.Errorf("%s: IPv4 passes: %v", tt.name, got)
		}
		if got := same(t, c, vm, six) == Whole; got != tt.six {
			t.Errorf("%s: IPv6 passes: %v", tt.name, got)
		}
	}
}

// Who is not asked for passes only where that can't be told from the outermost
// addresses.
func TestHostsOfOthers(t *testing.T) {
	c := plain()
	c.Hosts = addresses("203.0.113.1 2001:db8:ffff::1")
	vm := machine(t, c)
	whatever := 0
	for _, tt := range passing {
		protocol := tt.ip[6]
		if tt.ip[0]>>4 == 4 {
			protocol = tt.ip[9]
		}
		want := 0
		switch protocol {
		case protoICMP, protoICMPv6, protoIPv4, protoIPv6, protoGRE:
			want = tt.want
			whatever++
		}
		if got := same(t, c, vm, ether("", tt.ip)); got != want {
			t.Errorf("%s: passes %d bytes, want %d", tt.name, got, want)
		}
	}
	if whatever < 8 {
		t.Errorf("only %d from and to whomever", whatever)
	}
}

// Bytes of a host's address at another place are not its address.
func TestHostsAtTheirPlace(t *testing.T) {
	c := plain()
	c.Hosts = addresses("0.0.0.0 ::")
	b := ether("", with(func(s *segment) { s.flags = flagSYN; s.options, s.seq = 40, 0 }))
	if got := same(t, c, machine(t, c), b); got != 0 {
		t.Errorf("passes %d bytes", got)
	}
}

// A packet that ends within its addresses is nobody's, even if the first is asked for.
func TestHostsCutOff(t *testing.T) {
	for _, ip := range [][]byte{next6(protoFragment), next4(protoTCP, 0x2000)} {
		c := plain()
		c.Hosts = addresses("2001:db8::20 198.51.100.20")
		vm, b := machine(t, c), ether("", ip)
		least := 14 + len(ip) - 30
		for n := range len(b) {
			if got := same(t, c, vm, b[:n]); (got == Whole) != (n >= least) {
				t.Errorf("%d bytes of %d: passes %d", n, len(b), got)
			}
		}
	}
}

func TestVLANs(t *testing.T) {
	syn := with(func(s *segment) { s.flags = flagSYN })
	for _, tt := range []struct {
		name, tags string
		want       bool
	}{
		{"no tag", "", false},
		{"the VLAN", "8100 0005", true},
		{"the VLAN with a priority", "8100 e005", true},
		{"another VLAN", "8100 0006", false},
		{"another that ends in the same bits", "8100 0105", false},
		{"the second that is asked for", "8100 0ffe", true},
		{"the outer tag", "88a8 0005 8100 0006", true},
		{"the inner tag", "88a8 0006 8100 0005", true},
		{"neither of two", "9100 0006 8100 0007", false},
		{"three tags", "88a8 0006 8100 0007 8100 0008", true},
		{"PPPoE in the VLAN", "8100 0005 8864 1100 0001 0000 0021", true},
		{"PPPoE in another VLAN", "8100 0006 8864 1100 0001 0000 0021", false},
		{"MPLS without a VLAN", "8847 00010140", false},
	} {
		c := plain()
		c.VLANs = []uint16{5, 4094}
		if got := same(t, c, machine(t, c), ether(tt.tags, syn)) == Whole; got != tt.want {
			t.Errorf("%s: passes: %v", tt.name, got)
		}
		c.Hosts = addresses("203.0.113.1")
		want := tt.want && (strings.HasPrefix(tt.name, "three") || strings.HasPrefix(tt.name, "PPPoE"))
		if got := same(t, c, machine(t, c), ether(tt.tags, syn)) == Whole; got != want {
			t.Errorf("%s, and a host that it isn't of: passes: %v", tt.name, got)
		}
	}
}

// As many hosts and nets as there is room for, so that jumps are long.
func TestManyHosts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	address := func(six bool) netip.Addr {
		if six {
			return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 14: byte(rng.Uint32() & 1), 15: byte(rng.Uint32())})
		}
		return netip.AddrFrom4([4]byte{10, 0, byte(rng.Uint32() & 1), byte(rng.Uint32())})
	}
	for _, tt := range []struct{ fours, sixes, ports int }{{500, 0, 2}, {0, 50, 2}, {300, 30, 2}, {10, 10, 200}, {128, 0, 129}, {129, 1, 1}} {
		c := plain()
		c.Ports = []uint16{21}
		for len(c.Ports) < tt.ports {
			c.Ports = append(c.Ports, uint16(1+rng.IntN(2000)))
		}
		for range tt.fours {
			c.Hosts = append(c.Hosts, address(false))
		}
		for range tt.sixes {
			c.Hosts = append(c.Hosts, address(true))
		}
		program, err := c.Program()
		if err != nil {
			t.Errorf("%d and %d hosts: %v", tt.fours, tt.sixes, err)
			continue
		}
		t.Logf("%d hosts of IPv4, %d of IPv6, %d ports: %d instructions", tt.fours, tt.sixes, tt.ports, len(program))
		vm := machine(t, c)
		said := make(map[int]int)
		for range 10000 {
			isSix := rng.IntN(2) == 0
			b := with(func(s *segment) {
				s.from = netip.AddrPortFrom(address(isSix), uint16(rng.IntN(2000))).String()
				s.to = netip.AddrPortFrom(address(isSix), uint16(rng.IntN(2000))).String()
				s.seq = rng.Uint32()
			})
			said[same(t, c, vm, ether(linkHeaders[rng.IntN(4)].tags, b))]++
		}
		if said[0] == 0 || said[Whole] == 0 {
			t.Errorf("%d and %d hosts: %v: that says little", tt.fours, tt.sixes, said)
		}
	}
}

// Hosts that are in a net that is asked for are not asked for twice.
func TestNetsWithinNets(t *testing.T) {
	c := plain()
	c.Nets = prefixes("10.0.0.0/8 10.1.0.0/16 2001:db8::/32")
	want, err := c.Program()
	if err != nil {
		t.Fatal(err)
	}
	c.Nets = prefixes("2001:db8::/32 10.1.0.0/16 10.9.9.0/8")
	for i := range 10000 {
		c.Hosts = append(c.Hosts, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
	}
	got, err := c.Program()
	if err != nil || len(got) != len(want) {
		t.Errorf("%d instructions, want %d: %v", len(got), len(want), err)
	}
}

func TestConfigErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(c *Config)
		want   string
	}{
		{"no such link layer", func(c *Config) { c.Link = capture.LinkWiFi }, "no filter for the link type ieee802-11"},
		{"no port", func(c *Config) { c.Ports = nil }, "no control port"},
		{"port 0", func(c *Config) { c.Ports = append(c.Ports, 0) }, "control port 0"},
		{"no address", func(c *Config) { c.Hosts = make([]netip.Addr, 1) }, "host: the zero address"},
		{"no prefix", func(c *Config) { c.Nets = make([]netip.Prefix, 1) }, "net: not a prefix"},
		{"a VLAN that can't be", func(c *Config) { c.VLANs = []uint16{4095} }, "VLAN 4095: want 0 to 4094"},
		{"a VLAN of a tunnel", func(c *Config) { c.VLANs, c.Link = []uint16{7}, capture.LinkRaw }, "VLAN 7: frames of the link type raw have no VLAN tags"},
		{"a third", func(c *Config) { c.Thin = 3 }, "thin 3: want a power of two"},
		{"less than none", func(c *Config) { c.Thin = -1 }, "thin -1"},
		{"next to nothing", func(c *Config) { c.Thin = 1 << 17 }, "thin 131072"},
		{"too many hosts", func(c *Config) {
			for i := range 2000 {
				c.Hosts = append(c.Hosts, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
			}
		}, "instructions, and the kernel takes 4096: name nets"},
	} {
		c := plain()
		tt.change(&c)
		if program, err := c.Program(); err == nil || !strings.Contains(err.Error(), tt.want) || program != nil {
			t.Errorf("%s: %d instructions, error %v, want %q", tt.name, len(program), err, tt.want)
		}
	}
}
