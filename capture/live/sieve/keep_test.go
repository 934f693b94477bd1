package sieve

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
)

// with changes a segment of a data connection.
func with(change func(s *segment)) []byte {
	s := data()
	change(&s)
	return s.ip()
}

// six moves a segment to IPv6.
func six(s *segment) { s.from, s.to = "[2001:db8::20]:20000", "[2001:db8::10]:40000" }

// next6 is a packet of IPv6 with a body of 30 bytes.
func next6(protocol uint8) []byte {
	return packet{from: "2001:db8::20", to: "2001:db8::10", protocol: protocol, body: make([]byte, 30)}.bytes()
}

// next4 is the like of IPv4.
func next4(protocol uint8, pieces uint16) []byte {
	return packet{from: "198.51.100.20", to: "192.0.2.10", protocol: protocol, pieces: pieces, body: make([]byte, 30)}.bytes()
}

var passing = []struct {
	name, why string
	ip        []byte
	want      int
}{
	{"a command", "to a control port", with(func(s *segment) { s.to = "192.0.2.10:21" }), Whole},
	{"a reply", "from a control port", with(func(s *segment) { s.from = "198.51.100.20:990" }), Whole},
	{"a command over IPv6", "", with(func(s *segment) { s.from, s.to = "[2001:db8::20]:4000", "[2001:db8::10]:21" }), Whole},
	{"an acknowledgment of a control connection", "no payload, but retransmissions and silences are told by it", with(func(s *segment) { s.to, s.payload = "192.0.2.10:21", 0 }), Whole},
	{"SYN", "any connection may become one of data", with(func(s *segment) { s.flags, s.payload = flagSYN, 0 }), Whole},
	{"SYN with data", "TCP fast open", with(func(s *segment) { s.flags = flagSYN }), Whole},
	{"SYN ACK", "", with(func(s *segment) { s.flags = flagSYN | flagACK }), Whole},
	{"FIN", "the last sequence number is the size", with(func(s *segment) { s.flags = flagFIN | flagACK }), Whole},
	{"RST", "", with(func(s *segment) { s.flags = flagRST }), Whole},
	{"FIN over IPv6", "", with(func(s *segment) { six(s); s.flags = flagFIN | flagACK }), Whole},
	{"data", "the bulk, which stays in the kernel", with(func(*segment) {}), 0},
	{"data over IPv6", "", with(six), 0},
	{"data with the bits next to FIN, SYN and RST", "PSH, ACK, URG, ECE, CWR say nothing of a connection's life", with(func(s *segment) { s.flags = 0xf8 }), 0},
	{"data that the hash picks", "seq + ack is 0", with(func(s *segment) { s.seq, s.ack = 1<<32-7, 7 }), Headers},
	{"data over IPv6 that the hash picks", "", with(func(s *segment) { six(s); s.seq, s.ack = 1<<32-7, 7 }), Headers},
	{"a zero window", "a stalled receiver", with(func(s *segment) { s.window, s.payload = 0, 0 }), Headers},
	{"a zero window over IPv6", "", with(func(s *segment) { six(s); s.window = 0 }), Headers},
	{"a control port as the port of something else", "21 in the sequence number", with(func(s *segment) { s.seq = 21<<16 | 21 }), 0},

	{"ICMP", "its errors", next4(protoICMP, 0), Whole},
	{"ICMPv6", "its errors", next6(protoICMPv6), Whole},
	{"ICMPv6 in IPv4", "is nothing", next4(protoICMPv6, 0), 0},
	{"ICMP in IPv6", "is nothing", next6(protoICMP), 0},
	{"the first fragment", "of TCP", next4(protoTCP, 0x2000), Whole},
	{"the last fragment", "it has no ports", next4(protoTCP, 0x0010), Whole},
	{"a fragment of UDP", "", next4(protoUDP, 0x2010), Whole},
	{"a fragment of ESP", "every fragment passes", next4(50, 0x2010), Whole},
	{"ESP", "", next4(50, 0), 0},
	{"ESP that must not be cut", "don't fragment is no fragment", next4(50, 0x4000), 0},
	{"hop-by-hop options", "", next6(protoHopByHop), Whole},
	{"a routing header", "", next6(protoRouting), Whole},
	{"a fragment of IPv6", "", next6(protoFragment), Whole},
	{"an authentication header", "", next6(protoAH), Whole},
	{"destination options", "", next6(protoDestination), Whole},
	{"no next header", "", next6(59), 0},
	{"IPv4 in IPv4", "", next4(protoIPv4, 0), Whole},
	{"IPv6 in IPv4", "", next4(protoIPv6, 0), Whole},
	{"GRE", "", next4(protoGRE, 0), Whole},
	{"IPv4 in IPv6", "", next6(protoIPv4), Whole},
	{"IPv6 in IPv6", "", next6(protoIPv6), Whole},
	{"GRE in IPv6", "", next6(protoGRE), Whole},
	{"a request of TFTP", "is counted", packet{from: "192.0.2.10", to: "198.51.100.20", protocol: protoUDP, body: datagram(3000, 69)}.bytes(), Whole},
	{"an answer of TFTP", "from its port", packet{from: "2001:db8::1", to: "2001:db8::2", protocol: protoUDP, body: datagram(69, 3000)}.bytes(), Whole},
	{"DNS", "", packet{from: "192.0.2.10", to: "198.51.100.20", protocol: protoUDP, body: datagram(3000, 53)}.bytes(), 0},
	{"DNS over IPv6", "", packet{from: "2001:db8::1", to: "2001:db8::2", protocol: protoUDP, body: datagram(53, 3000)}.bytes(), 0},
	{"UDP from the port of FTP", "is not FTP", packet{from: "192.0.2.10", to: "198.51.100.20", protocol: protoUDP, body: datagram(21, 21)}.bytes(), 0},
	{
		"a command behind options of IP", "the port is where the header ends",
		packet{from: "192.0.2.10", to: "198.51.100.20", protocol: protoTCP, options: 40, body: segment{from: "192.0.2.10:4000", to: "198.51.100.20:21"}.bytes()}.bytes(), Whole,
	},
	{
		"data behind options of IP", "",
		packet{from: "192.0.2.10", to: "198.51.100.20", protocol: protoTCP, options: 4, body: data().bytes()}.bytes(), 0,
	},
}

// linkHeaders is link layers before IP: they change nothing about what passes.
var linkHeaders = []struct{ name, tags string }{
	{"Ethernet", ""},
	{"VLAN", "8100 0005"},
	{"QinQ", "88a8 0005 8100 0006"},
	{"QinQ of old", "9100 e005 8100 0006"},
}

func TestWhatPasses(t *testing.T) {
	c := plain()
	vm := machine(t, c)
	for _, tt := range passing {
		t.Run(tt.name, func(t *testing.T) {
			for _, h := range linkHeaders {
				if got := same(t, c, vm, ether(h.tags, tt.ip)); got != tt.want {
					t.Errorf("%s: passes %d bytes, want %d: %s", h.name, got, tt.want, tt.why)
				}
			}
			for _, link := range []capture.LinkType{capture.LinkRaw, capture.LinkIPv4, capture.LinkLinuxSLL2, capture.LinkLinuxSLL} {
				c := plain()
				c.Link = link
				if got := same(t, c, machine(t, c), tt.ip); got != tt.want {
					t.Errorf("%v: passes %d bytes, want %d: %s", link, got, tt.want, tt.why)
				}
			}
			c := plain()
			c.Link = capture.LinkNull
			if got := same(t, c, machine(t, c), append([]byte{2, 0, 0, 0}, tt.ip...)); got != tt.want {
				t.Errorf("%v: passes %d bytes, want %d: %s", c.Link, got, tt.want, tt.why)
			}
		})
	}
}

// With payload all TCP passes whole, and everything else as without.
func TestPayload(t *testing.T) {
	c := plain()
	c.Payload, c.Ports = true, nil
	vm := machine(t, c)
	whole := 0
	for _, tt := range passing {
		want := tt.want
		if four := tt.ip[0]>>4 == 4; four && tt.ip[9] == protoTCP || !four && tt.ip[6] == protoTCP {
			want = Whole
			whole++
		}
		if got := same(t, c, vm, ether("", tt.ip)); got != want {
			t.Errorf("%s: passes %d bytes, want %d", tt.name, got, want)
		}
	}
	if whole < 15 {
		t.Errorf("%d segments of TCP", whole)
	}
}

// What has no IP header at a place that is known.
func TestOtherLinkLayers(t *testing.T) {
	c := plain()
	vm := machine(t, c)
	ip := with(func(*segment) {}) // would not pass
	for _, tt := range []struct {
		name  string
		frame []byte
		want  int
	}{
		{"ARP", unhex("ffffffffffff 020000000002 0806 0001080006040001"), 0},
		{"LLC", unhex("0180c2000000 020000000002 0026 424203000000"), 0},
		{"LLDP in a VLAN", unhex("0180c2000000 020000000002 8100 0005 88cc 0207"), 0},
		{"PPPoE", ether("8864 1100 0001 0000 0021", ip), Whole},
		{"PPPoE in a VLAN", ether("8100 0007 8864 1100 0001 0000 0021", ip), Whole},
		{"PPPoE discovery", unhex("ffffffffffff 020000000002 8863 1109 0000 0004"), 0},
		{"MPLS", ether("8847 00010140", ip), Whole},
		{"MPLS multicast in two VLANs", ether("88a8 0007 8100 0008 8848 00010140", ip), Whole},
		{"three tags", ether("8100 0001 8100 0002 8100 0003", ip), Whole},
		{"an IP version that does not exist", unhex("020000000001 020000000002 0900 4500"), 0},
	} {
		if got := same(t, c, vm, tt.frame); got != tt.want {
			t.Errorf("%s: passes %d bytes, want %d", tt.name, got, tt.want)
		}
	}
	c.Link = capture.LinkRaw
	if got := same(t, c, machine(t, c), append([]byte{0x55}, with(func(s *segment) { s.flags = flagSYN })[1:]...)); got != 0 {
		t.Errorf("IP version 5: passes %d bytes", got)
	}
}

// A frame that is cut off passes only where that which decides is still there.
func TestCutOff(t *testing.T) {
	c := plain()
	vm := machine(t, c)
	for _, tt := range []struct {
		name  string
		frame []byte
		least int // bytes that let it pass
	}{
		{"a command", ether("", with(func(s *segment) { s.to = "192.0.2.10:21" })), 14 + 20 + 4},
		{"a reply", ether("", with(func(s *segment) { s.from = "192.0.2.10:21" })), 14 + 20 + 2},
		{"SYN", ether("", with(func(s *segment) { s.flags = flagSYN })), 14 + 20 + 14},
		{"a zero window", ether("", with(func(s *segment) { s.window = 0 })), 14 + 20 + 16},
		{"ICMP", ether("8100 0001", next4(protoICMP, 0)), 18 + 10},
		{"a fragment of IPv6", ether("", next6(protoFragment)), 14 + 7},
	} {
		for n := range len(tt.frame) {
			if got := same(t, c, vm, tt.frame[:n]); (got != 0) != (n >= tt.least) {
				t.Errorf("%s: %d bytes of it: passes %d, want it to pass from %d on", tt.name, n, got, tt.least)
			}
		}
	}
}

// Of the packets of a transfer one in Thin passes, whoever sends them.
func TestThin(t *testing.T) {
	const packets = 1 << 16
	for _, tt := range []struct{ thin, want int }{{0, packets / 64}, {1, packets}, {2, packets / 2}, {64, packets / 64}, {1024, packets / 1024}} {
		for _, step := range []uint32{1, 536, 1448, 8948, 65160} {
			c := plain()
			c.Thin = tt.thin
			vm := machine(t, c)
			passed, gap, longest := 0, 0, 0
			b := ether("", data().ip())
			for i := range uint32(packets) {
				seq := 0x12345678 + i*step
				copy(b[38:], []byte{byte(seq >> 24), byte(seq >> 16), byte(seq >> 8), byte(seq)})
				gap++
				if same(t, c, vm, b) != 0 {
					passed, gap = passed+1, 0
				}
				longest = max(longest, gap)
			}
			if passed < tt.want*9/10 || passed > tt.want*11/10+1 {
				t.Errorf("thin %d, steps of %d: %d of %d pass, want about %d", tt.thin, step, passed, packets, tt.want)
			}
			if thin := max(tt.thin, 1); tt.thin > 0 && longest > 20*thin {
				t.Errorf("thin %d, steps of %d: none of %d packets in a row passes", tt.thin, step, longest)
			}
		}
	}
}

// All frames of the samples, tagged and cut off at random, by configurations at
// random.
func TestSamples(t *testing.T) {
	all := frames(t)
	rng := rand.New(rand.NewPCG(6, 1))
	byLink := make(map[capture.LinkType][]Config)
	machines := make(map[capture.LinkType][]*bpf.VM)
	for _, link := range []capture.LinkType{capture.LinkEthernet, capture.LinkRaw, capture.LinkNull, capture.LinkLinuxSLL2} {
		for range 40 {
			c := random(rng, link, all)
			byLink[link] = append(byLink[link], c)
			machines[link] = append(machines[link], machine(t, c))
		}
	}
	said := make(map[int]int)
	for _, s := range all {
		for range 4 {
			i := rng.IntN(len(byLink[s.link]))
			c, vm, frame := byLink[s.link][i], machines[s.link][i], s.frame
			if s.link == capture.LinkEthernet && rng.IntN(2) == 0 {
				frame = tagged(rng, frame)
			}
			said[same(t, c, vm, frame)]++
			same(t, c, vm, frame[:rng.IntN(len(frame)+1)])
		}
	}
	for _, n := range []int{0, Headers, Whole} {
		if said[n] < 100 {
			t.Errorf("%d frames passed with %d bytes: that says little", said[n], n)
		}
	}
	t.Log(said)
}

// FuzzKeep: any bytes, as any layout, by a configuration at random.
func FuzzKeep(f *testing.F) {
	for i, tt := range passing {
		f.Add(uint64(i), uint8(i), ether(linkHeaders[i%len(linkHeaders)].tags, tt.ip))
		f.Add(uint64(i), uint8(1+i%3), tt.ip)
	}
	all := frames(f)
	links := []capture.LinkType{capture.LinkEthernet, capture.LinkRaw, capture.LinkNull, capture.LinkLinuxSLL2}
	f.Fuzz(func(t *testing.T, seed uint64, link uint8, frame []byte) {
		rng := rand.New(rand.NewPCG(seed, 0))
		c := random(rng, links[int(link)%len(links)], all)
		// The addresses that the frame would have are asked for, too.
		for _, at := range []int{12, 26, 34} {
			if rng.IntN(4) == 0 && len(frame) >= at+4 {
				c.Hosts = append(c.Hosts, netip.AddrFrom4([4]byte(frame[at:at+4])))
			}
			if rng.IntN(4) == 0 && len(frame) >= at+16 {
				c.Nets = append(c.Nets, netip.PrefixFrom(netip.AddrFrom16([16]byte(frame[at:at+16])), rng.IntN(129)))
			}
		}
		same(t, c, machine(t, c), frame)
	})
}

func ExampleConfig_Keep() {
	c := Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}}
	s := data()
	fmt.Println("data:", c.Keep(ether("", s.ip())))
	s.to = "192.0.2.10:21"
	fmt.Println("a command:", c.Keep(ether("", s.ip())))
	// Output:
	// data: 0
	// a command: 262144
}

func BenchmarkKeep(b *testing.B) {
	c := plain()
	frame := ether("", data().ip())
	for b.Loop() {
		if c.Keep(frame) != 0 {
			b.Fatal("data passes")
		}
	}
}
