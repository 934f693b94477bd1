package decode

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// icmp4 is an error that the router sends to the client.
func icmp4(typ, code byte, quote []byte) []byte {
	return ipv4(router, clientEnd.Addr(), 1, 250, 0, 0, nil, append([]byte{typ, code, 0, 0, 0, 0, 0, 0}, quote...))
}

func icmp6(typ, code byte, quote []byte) []byte {
	from := netip.MustParseAddr("2001:db8::1")
	return ipv6(from, client6.Addr(), 58, 250, append([]byte{typ, code, 0, 0, 0, 0, 0, 0}, quote...))
}

func TestICMPAnswersASYN(t *testing.T) {
	syn4 := seg{src: clientEnd, dst: serverEnd, seq: 1000, flags: flagSYN}
	syn6 := seg{src: client6, dst: server6, seq: 1000, flags: flagSYN}
	quote4, quote6 := syn4.ip(), syn6.ip()
	change := func(b []byte, at int, v byte) []byte {
		c := append([]byte(nil), b...)
		c[at] = v
		return c
	}
	withOptions := ipv4(clientEnd.Addr(), serverEnd.Addr(), protoTCP, 64, 1, 0, []byte{1, 1, 1, 1}, syn4.tcp())
	tests := []struct {
		name, why string
		syn       seg
		icmp      []byte
		answers   int
	}{
		{"IPv4 port unreachable", "iptables REJECT", syn4, icmp4(3, 3, quote4[:28]), 1},
		{"IPv4 whole segment quoted", "RFC 1812 asks for as much as fits", syn4, icmp4(3, 10, quote4), 1},
		{"IPv4 time exceeded", "a routing loop", syn4, icmp4(11, 0, quote4[:28]), 1},
		{"IPv4 options in the quote", "the ports lie further behind", syn4, icmp4(3, 3, withOptions[:32]), 1},
		{"IPv4 fragmentation needed", "too big is about size, not reachability", syn4, icmp4(3, 4, quote4[:28]), 0},
		{"IPv4 redirect", "no error", syn4, icmp4(5, 1, quote4[:28]), 0},
		{"IPv4 quote too short", "there are no ports in it", syn4, icmp4(3, 3, quote4[:27]), 0},
		{"IPv4 quote of a fragment", "what looks like ports is payload", syn4, icmp4(3, 3, change(quote4, 7, 9)), 0},
		{"IPv4 quote of UDP", "another protocol", syn4, icmp4(3, 3, change(quote4, 9, protoUDP)), 0},
		{"IPv4 quote of IPv6", "no header of this kind", syn4, icmp4(3, 3, change(quote4, 0, 0x65)), 0},
		{"IPv4 quote of another port", "another connection", syn4, icmp4(3, 3, change(quote4, 21, 9)), 0},
		{"IPv6 prohibited", "a firewall says no", syn6, icmp6(1, 1, quote6), 1},
		{"IPv6 hop limit", "a routing loop", syn6, icmp6(3, 0, quote6[:48]), 1},
		{"IPv6 packet too big", "too big is about size, not reachability", syn6, icmp6(2, 0, quote6), 0},
		{"IPv6 echo", "no error", syn6, icmp6(128, 0, quote6), 0},
		{"IPv6 quote too short", "there are no ports in it", syn6, icmp6(1, 1, quote6[:47]), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, nil, tt.syn)
			p.raw(time.Millisecond, tt.icmp, 0)
			c := p.conn()
			equal(t, "answers", len(c.Answers), tt.answers)
			if tt.answers == 1 {
				equal(t, "kind", c.Answers[0].Kind, ftp.AnswerICMP)
				equal(t, "code", c.Answers[0].Code, tt.icmp[headerOf(tt.icmp)+1])
				equal(t, "quoted TTL", c.Answers[0].QuotedTTL, 64)
			}
		})
	}
}

func headerOf(b []byte) int {
	if b[0]>>4 == 6 {
		return 40
	}
	return 20
}

// An error about a connection that is open, or about the other side's packet, is
// no answer to the SYN.
func TestICMPThatIsNoAnswer(t *testing.T) {
	s := opened()
	p := play(t, Limits{}, nil, s.segs...)
	p.raw(time.Millisecond, icmp4(3, 3, s.segs[0].ip()), 0)
	equal(t, "answers", len(p.conn().Answers), 1)

	s = newScript().send(client, flagSYN, "").send(server, flagSYN|flagACK, "")
	p = play(t, Limits{}, nil, s.segs...)
	p.raw(time.Millisecond, icmp4(3, 3, s.segs[1].ip()), 0)
	equal(t, "answers", len(p.conn().Answers), 1)
	equal(t, "ICMP", p.Stats().ICMP, 1)
}

// An error about an earlier connection between the same ports is no answer to the
// SYN of this one.
func TestICMPAboutAnEarlierSYN(t *testing.T) {
	s := newScript().send(client, flagSYN, "")
	s.next[client] = 77_000
	s.send(client, flagSYN, "")
	p := play(t, Limits{}, nil, s.segs...)
	p.raw(time.Millisecond, icmp4(3, 3, s.segs[0].ip()), 0)
	wantAnswers(t, p.conns[1])
	p.raw(time.Millisecond, icmp4(3, 3, s.segs[1].ip()), 0)
	wantAnswers(t, p.conns[0])
	wantAnswers(t, p.conns[1], ftp.AnswerICMP)
}

// An error about a later packet says why a connection stalls.
func TestICMPErrors(t *testing.T) {
	s := opened().server("220 hi\r\n").client("USER a\r\n")
	six := newScript()
	six.ends[client], six.ends[server] = client6, server6
	six.handshake().server("220 hi\r\n")
	withMTU := func(b []byte, mtu ...byte) []byte {
		copy(b[headerOf(b)+8-len(mtu):], mtu)
		return b
	}
	far := s.segs[3]
	far.seq += 1 << 24
	before := s.segs[3]
	before.seq -= 2
	elsewhere := s.segs[3]
	elsewhere.dst = onPort(clientEnd, 40001)
	tests := []struct {
		name, why string
		s         *script
		icmp      []byte
		errors    int
		about     ftp.Side
		mtu       uint32
	}{
		{"fragmentation needed", "the path is narrower", s, withMTU(icmp4(3, 4, s.segs[3].ip()[:28]), 5, 0), 1, server, 1280},
		{"packet too big", "likewise", six, withMTU(icmp6(2, 0, six.segs[3].ip()), 0, 1, 5, 0), 1, server, 66816},
		{"prohibited", "a rule was added", s, withMTU(icmp4(3, 13, s.segs[4].ip()[:28]), 5, 0), 1, client, 0},
		{"about the SYN-ACK", "the way back is blocked", s, icmp4(3, 13, s.segs[1].ip()[:28]), 1, server, 0},
		{"about the SYN of an open connection", "it comes late", s, icmp4(3, 13, s.segs[0].ip()[:28]), 1, client, 0},
		{"far from what was sent", "an earlier connection, or a forgery", s, icmp4(3, 13, far.ip()[:28]), 0, 0, 0},
		{"before what was sent", "an earlier connection, or a forgery", s, icmp4(3, 13, before.ip()[:28]), 0, 0, 0},
		{"another connection", "its ports are others", s, icmp4(3, 13, elsewhere.ip()[:28]), 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, nil, tt.s.segs...)
			p.raw(time.Second, tt.icmp, 0)
			p.raw(time.Millisecond, tt.icmp, 0) // captured twice
			c := p.conn()
			equal(t, "errors", len(c.Errors), tt.errors)
			equal(t, "answers", len(c.Answers), 1)
			if tt.errors == 0 {
				return
			}
			e := c.Errors[0]
			equal(t, "kind", e.Kind, ftp.AnswerICMP)
			equal(t, "frame", e.Frame, int64(len(tt.s.segs)+1))
			equal(t, "about", e.About, tt.about)
			equal(t, "MTU", e.MTU, tt.mtu)
			equal(t, "TTL", e.TTL, 250)
			equal(t, "quoted TTL", e.QuotedTTL, 64)
			equal(t, "established", e.Established, true)
			equal(t, "code", e.Code, tt.icmp[headerOf(tt.icmp)+1])
		})
	}
}

// "Packet too big" about a SYN does not refuse it; it is an error like others.
func TestICMPAboutTheSizeOfASYN(t *testing.T) {
	s := newScript().send(client, flagSYN, "")
	p := play(t, Limits{}, nil, s.segs...)
	p.raw(time.Second, icmp4(3, 4, s.segs[0].ip()[:28]), 0)
	c := p.conn()
	wantAnswers(t, c)
	equal(t, "errors", len(c.Errors), 1)
	equal(t, "established", c.Errors[0].Established, false)
	for range 2 * ftp.MaxErrors {
		p.raw(time.Second, icmp4(3, 4, s.segs[0].ip()[:28]), 0)
	}
	equal(t, "errors at most", len(c.Errors), ftp.MaxErrors)
}
