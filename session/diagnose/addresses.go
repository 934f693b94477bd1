package diagnose

import "net/netip"

// six reports whether an address belongs to IPv6.
func six(a netip.Addr) bool { return a.Is6() && !a.Is4In6() }

// inside reports whether an address means nothing outside of its own network.
//
// https://www.rfc-editor.org/rfc/rfc1918#section-3,
// https://www.rfc-editor.org/rfc/rfc6598#section-7,
// https://www.rfc-editor.org/rfc/rfc4193#section-3.1,
// https://www.rfc-editor.org/rfc/rfc3927#section-2.1 and
// https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3
func inside(a netip.Addr) bool {
	a = a.Unmap()
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || shared.Contains(a)
}

// private reports whether an address belongs to a private network: that of a
// site, or that behind a provider's NAT.
//
// https://www.rfc-editor.org/rfc/rfc1918#section-3 and
// https://www.rfc-editor.org/rfc/rfc6598#section-7
func private(a netip.Addr) bool { return inside(a) && !a.IsLoopback() && !a.IsLinkLocalUnicast() }

// routable reports whether an address can be one that the whole internet
// reaches.
func routable(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !private(a)
}

// unusable reports whether nobody on another host can connect to an address.
//
// https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3 and
// https://www.rfc-editor.org/rfc/rfc3927#section-2.7
func unusable(a netip.Addr) bool {
	b := a.As4()
	return b[0] == 0 || b[0] >= 240 || a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast()
}

// natBetween reports whether a NAT must stand between two addresses: one is that
// of a private network and the other is not.
func natBetween(a, b netip.Addr) bool {
	return private(a) != private(b) && six(a) == six(b) && !a.IsLoopback() && !b.IsLoopback()
}
