package diagnose

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAsks(t *testing.T) {
	at := netip.MustParseAddrPort
	passive := probe{protocol: "tcp", from: at("192.0.2.10:0"), to: at("198.51.100.20:50012")}
	active := probe{protocol: "tcp", from: at("198.51.100.20:20"), to: at("192.0.2.10:39123")}
	passive6 := probe{protocol: "tcp", from: at("[2001:db8::1]:0"), to: at("[2001:db8::2]:50012")}
	router := probe{protocol: "icmp", to: at("192.0.2.10:0"), not: []netip.Addr{at("192.0.2.10:0").Addr(), at("198.51.100.20:0").Addr()}}
	for _, tt := range []struct {
		filter string
		packet probe
		want   verdict
	}{
		{"port 21", passive, leftOut},
		{"tcp port 21", passive, leftOut},
		{"tcp  PORT 21", passive, leftOut},
		{"port ftp", passive, leftOut},
		{"port 21", router, leftOut},
		{"host 198.51.100.20 and port 21", passive, leftOut},
		{"host 198.51.100.20", passive, captured},
		{"host 198.51.100.20 or icmp", passive, captured},
		{"host 203.0.113.9", passive, leftOut},
		{"198.51.100.20", passive, unsettled},
		{"src 198.51.100.20", passive, leftOut},
		{"dst host 198.51.100.20 and tcp", passive, captured},
		{"src or dst host 198.51.100.20", passive, captured},
		{"net 198.51.100.0/24", passive, captured},
		{"net 10.0.0.0/8", passive, leftOut},
		{"not port 21", passive, captured},
		{"! (port 21 or port 22)", passive, captured},
		{"not host 198.51.100.20 and port 21", passive, leftOut},
		{"port 20 or port 21", passive, leftOut},
		{"port 20 or port 21", active, captured},
		{"port 20 or 21", active, captured},
		{"port 20 or 21", passive, leftOut},
		{"port ftp or ftp-data", active, captured},
		{"tcp portrange 20-21", active, captured},
		{"portrange 20-21", passive, leftOut},
		{"portrange 50000-51000", passive, captured},
		{"portrange 40000-41000", passive, unsettled}, // the client's port is not known
		{"dst portrange 40000-41000", passive, leftOut},
		{"port 21 or portrange 1024-65535", passive, captured},
		{"tcp", passive, captured},
		{"udp", passive, leftOut},
		{"udp port 50012", passive, leftOut},
		{"ip", passive, captured},
		{"ip", passive6, leftOut},
		{"ip6", passive6, captured},
		{"ip6 host 2001:db8::2", passive6, captured},
		{"icmp6", passive6, leftOut},
		{"tcp and host 198.51.100.20", router, leftOut},
		{"host 198.51.100.20", router, leftOut},
		{"host 198.51.100.20 or host 203.0.113.1", router, unsettled},
		{"host 192.0.2.10", router, captured},
		{"net 198.51.100.0/24", router, unsettled},
		{"tcp or icmp", router, captured},
		{"(port 21 or icmp) and host 192.0.2.10", router, captured},
		// What is not understood decides nothing.
		{"", passive, unsettled},
		{"vlan 5 and port 21", passive, unsettled},
		{"ether host 02:00:00:00:00:01", passive, unsettled},
		{"host server.example", passive, unsettled},
		{"port 21 and tcp[13] & 2 != 0", passive, unsettled},
		{"port", passive, unsettled},
		{"(port 21", passive, unsettled},
		{"port 21)", passive, unsettled},
		{"port 21 port 22", passive, unsettled},
		{"or port 21", passive, unsettled},
		{"port 99999", passive, unsettled},
		{"less 100", passive, unsettled},
		{"BPF program of 2 instructions", passive, unsettled},
		{strings.Repeat("(", 100) + "port 21" + strings.Repeat(")", 100), passive, unsettled},
	} {
		if got := asks(tt.filter, tt.packet); got != tt.want {
			t.Errorf("%q asked about %v → %v: %d, want %d", tt.filter, tt.packet.from, tt.packet.to, got, tt.want)
		}
	}
}

func TestAllLeaveOut(t *testing.T) {
	p := probe{protocol: "tcp", from: netip.MustParseAddrPort("192.0.2.10:0"), to: netip.MustParseAddrPort("198.51.100.20:50012")}
	for _, tt := range []struct {
		filters  []string
		all, any bool
	}{
		{nil, false, false},
		{[]string{"port 21"}, true, false},
		{[]string{"port 21", "port 990"}, true, false},
		{[]string{"port 21", "host 198.51.100.20"}, false, true},
		{[]string{"port 21", "vlan"}, false, false},
	} {
		if all, some := allLeaveOut(tt.filters, p), anyCaptures(tt.filters, p); all != tt.all || some != tt.any {
			t.Errorf("%q: %t %t", tt.filters, all, some)
		}
	}
}
