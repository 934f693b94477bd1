package cli

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// ifaceName is a flag that takes the name of an interface, once.
type ifaceName string

func (v *ifaceName) String() string { return string(*v) }
func (v *ifaceName) Type() string   { return "NAME" }

func (v *ifaceName) Set(s string) error {
	if *v != "" && *v != ifaceName(s) {
		return fmt.Errorf("one interface is watched, and %s is named already; any stands for all", *v)
	}
	*v = ifaceName(s)
	return nil
}

// timeSpan is a flag that takes how long something takes.
type timeSpan time.Duration

func (v *timeSpan) String() string {
	if *v == 0 {
		return ""
	}
	return time.Duration(*v).String()
}

func (v *timeSpan) Type() string { return "TIME" }

func (v *timeSpan) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return fmt.Errorf("a time is like 30s, 10m or 8h")
	}
	*v = timeSpan(d)
	return nil
}

// size is a flag that takes a number of bytes.
type size int64

func (v *size) String() string {
	if *v == 0 {
		return ""
	}
	return humanize.IBytes(uint64(*v))
}

func (v *size) Type() string { return "SIZE" }

func (v *size) Set(s string) error {
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > 1<<50 {
		return fmt.Errorf("a size is like 100MB, 1GiB or a number of bytes")
	}
	*v = size(n)
	return nil
}

// addresses is a flag that takes IP addresses.
type addresses []netip.Addr

func (v *addresses) String() string { return joined(*v) }
func (v *addresses) Type() string   { return "ADDRESS" }

func (v *addresses) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		a, err := netip.ParseAddr(word)
		if err != nil || a.Zone() != "" {
			return fmt.Errorf("an address is like 192.0.2.10 or 2001:db8::10; names are not looked up")
		}
		*v = append(*v, a.Unmap())
	}
	return nil
}

// prefixes is a flag that takes networks.
type prefixes []netip.Prefix

func (v *prefixes) String() string { return joined(*v) }
func (v *prefixes) Type() string   { return "NETWORK" }

func (v *prefixes) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		p, err := netip.ParsePrefix(word)
		if err != nil {
			return fmt.Errorf("a network is like 192.0.2.0/24 or 2001:db8::/32")
		}
		if in4 := p.Bits() - 96; p.Addr().Is4In6() && in4 >= 0 {
			p = netip.PrefixFrom(p.Addr().Unmap(), in4)
		}
		*v = append(*v, p.Masked())
	}
	return nil
}

func joined[T fmt.Stringer](all []T) string {
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = one.String()
	}
	return strings.Join(words, ",")
}

// vlans is a flag that takes VLAN identifiers.
type vlans []uint16

func (v *vlans) String() string { return (*ports)(v).String() }
func (v *vlans) Type() string   { return "ID" }

func (v *vlans) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		var n uint16
		if _, err := fmt.Sscanf(word, "%d", &n); err != nil || n > 4094 || fmt.Sprint(n) != word {
			return fmt.Errorf("a VLAN is a number from 0 to 4094")
		}
		*v = append(*v, n)
	}
	return nil
}
