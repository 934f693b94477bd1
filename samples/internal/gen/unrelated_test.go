package gen

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket/layers"
)

func TestUnrelated(t *testing.T) {
	var got []string
	for _, p := range packets(t, hosts+"host six2 2001:db8::2\nping client > server\nping six > six2\nlost ping server > client\n"+
		"udp client:5000 > server:6000 3\n") {
		line := fmt.Sprint(p.NetworkLayer().NetworkFlow())
		for _, l := range p.Layers()[2:] {
			switch l := l.(type) {
			case *layers.ICMPv4:
				line += fmt.Sprintf(" %v seq %d, %d bytes", l.TypeCode, l.Seq, len(l.Payload))
			case *layers.ICMPv6:
				line += fmt.Sprintf(" %v seq %d, %d bytes", l.TypeCode, l.Payload[3], len(l.Payload)-4)
			case *layers.UDP:
				line += fmt.Sprintf(" %d > %d %x", uint16(l.SrcPort), uint16(l.DstPort), l.Payload)
			}
		}
		got = append(got, line)
	}
	want := []string{
		"192.0.2.10->198.51.100.20 EchoRequest seq 1, 56 bytes", "198.51.100.20->192.0.2.10 EchoReply seq 1, 56 bytes",
		"2001:db8::1->2001:db8::2 EchoRequest seq 2, 56 bytes", "2001:db8::2->2001:db8::1 EchoReply seq 2, 56 bytes",
		"198.51.100.20->192.0.2.10 EchoRequest seq 3, 56 bytes",
		"192.0.2.10->198.51.100.20 5000 > 6000 000102",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMTU checks where the errors tell it, and what they quote.
func TestMTU(t *testing.T) {
	ps := packets(t, hosts+"host six2 2001:db8::2\nhost router 203.0.113.1 ttl 63\n"+
		"syn a client:1 > server:2\nicmp a by router 3/4 mtu 1400 quoted-ttl 9\nsyn b six:1 > six2:2\nicmp b by six2 2/0 mtu 1280\n")
	v4 := ps[1].Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
	if v4.TypeCode != layers.CreateICMPv4TypeCode(3, 4) || v4.Id != 0 || v4.Seq != 1400 || v4.Payload[8] != 9 {
		t.Errorf("IPv4: got %v, unused %d, MTU %d, quoted TTL %d", v4.TypeCode, v4.Id, v4.Seq, v4.Payload[8])
	}
	v6 := ps[3].Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6)
	if v6.TypeCode != layers.CreateICMPv6TypeCode(2, 0) || binary.BigEndian.Uint32(v6.Payload) != 1280 || v6.Payload[4]>>4 != 6 {
		t.Errorf("IPv6: got %v, %x…", v6.TypeCode, v6.Payload[:5])
	}
}
