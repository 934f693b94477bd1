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
