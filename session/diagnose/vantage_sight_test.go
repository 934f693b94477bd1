package diagnose

import (
	"net/netip"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// TestSightsBounded: the oldest hosts are forgotten, the latest are not.
func TestSightsBounded(t *testing.T) {
	var g sights
	address := func(i int) netip.Addr {
		return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	}
	for i := range 3 * MaxSights {
		g.host(sightKey{0, address(i)}).ttlMax = 64
		if len(g.hosts.items) > MaxSights || len(g.hosts.items) != len(g.hosts.order) {
			t.Fatalf("%d hosts, %d in order", len(g.hosts.items), len(g.hosts.order))
		}
	}
	if g.of(0, address(0)).ttlMax != 0 || g.of(0, address(3*MaxSights-1)).ttlMax != 64 {
		t.Error("the wrong ones were forgotten")
	}
}

// TestStation: a station that sends for several hosts of one family is a router.
func TestStation(t *testing.T) {
	at := &station{mac: ftp.MAC{2}}
	for _, a := range []string{"192.0.2.1", "2001:db8::1", "192.0.2.1", "192.0.2.2"} {
		at.behind(netip.MustParseAddr(a))
	}
	if at.router() {
		t.Errorf("%d hosts make it a router", at.n)
	}
	at.behind(netip.MustParseAddr("192.0.2.3"))
	if !at.router() {
		t.Error("three hosts make it a router")
	}
}
