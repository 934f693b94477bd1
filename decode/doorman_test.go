package decode

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// oddEnd is a port that nobody named.
var oddEnd = netip.MustParseAddrPort("198.51.100.20:2121")

func odd() *script {
	s := newScript()
	s.ends[server] = oddEnd
	return s.handshake()
}

// wantNothing fails where the decoder still knows a connection.
func (p *player) wantNothing() {
	p.t.Helper()
	if p.flows.count() > 0 || p.dormant.length > 0 {
		p.t.Errorf("%d connections, %d of them only remembered", p.flows.count(), p.dormant.length)
	}
	equal(p.t, "bytes waiting", p.waiting.bytes, 0)
	for port, n := range p.flows.ports {
		if n != 0 {
			p.t.Errorf("port %d has %d connections", port, n)
		}
	}
}

func TestNobodysConnectionsCostNothing(t *testing.T) {
	tests := []struct {
		name string
		s    *script
	}{
		{"HTTP", odd().client("GET / HTTP/1.1\r\n\r\n").server("HTTP/1.1 200 OK\r\n\r\n")},
		{"SSH", odd().server("SSH-2.0-OpenSSH_9.6\r\n").client("SSH-2.0-x\r\n")},
		{"POP3", odd().server("+OK ready\r\n").client("USER anna\r\n")},
		{"POP3 with a hasty client", odd().client("USER anna\r\n").server("+OK ready\r\n")},
		{"IMAP", odd().server("* OK ready\r\n").client("a LOGIN x y\r\n")},
		{"SMTP", odd().server("220 mail ready\r\n").client("EHLO me\r\n").server("250 hi\r\n")},
		{"SMTP that says so", odd().server("220 mail ESMTP Postfix\r\n").client("QUIT\r\n")},
		{"NNTP", odd().server("200 news ready\r\n").client("MODE READER\r\n")},
		{"TLS", odd().client(clientHello).server(serverHello)},
		{"more than is heard", odd().server("220-" + strings.Repeat("x", 20000) + "\r\n")},
		{"SMTP in so many pieces", func() *script {
			s := odd().server("220 ")
			for range 100 {
				s.server("x")
			}
			return s
		}()},
		{"cut off", func() *script { s := odd().server("220 hi\r\n"); s.segs[3].cut = 2; return s }()},
		{"closed without a word", odd().send(client, flagFIN|flagACK, "").send(server, flagFIN|flagACK, "")},
		{"reset", odd().send(server, flagRST, "")},
		{"mid-stream", func() *script { s := odd().client("GET /\r\n").server("body"); s.segs = s.segs[3:]; return s }()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, Limits{}, nil, tt.s.segs...)
			p.wantNothing()
			p.wantLog()
		})
	}
}

func TestFTPOnAnyPort(t *testing.T) {
	said := []line{{server, "220-odd\r\n220 hi\r\n"}, {client, "USER anna\r\n"}, {server, "331 more\r\n"}}
	want := []string{"S 220 odd|hi", "C USER anna", "S 331 more"}
	split := func(n int) *script {
		s := odd()
		for _, l := range said {
			for rest := l.text; rest != ""; {
				k := min(n, len(rest))
				s.send(l.side, flagACK, rest[:k])
				rest = rest[k:]
			}
		}
		return s
	}
	for n := 1; n < 20; n++ {
		p := play(t, Limits{}, nil, split(n).segs...)
		p.wantSaid(want...)
		equal(t, "recognised", p.conn().Recognised, true)
		equal(t, "packets", p.conn().Packets(), len(split(n).segs))
	}
	t.Run("pieces out of order and twice", func(t *testing.T) {
		s := split(6)
		s.segs[4], s.segs[5] = s.segs[5], s.segs[4]
		s.segs[6], s.segs[7] = s.segs[7], s.segs[6]
		s.add(s.segs[3])
		p := play(t, Limits{}, nil, s.segs...)
		p.wantSaid(want...)
	})
	t.Run("AUTH TLS first", func(t *testing.T) {
		s := odd().server("220 hi\r\n").client("AUTH TLS\r\n").server("234 go\r\n").client(clientHello)
		play(t, Limits{}, nil, s.segs...).wantSaid("S 220 hi", "C AUTH TLS", "S 234 go", "C secured")
	})
	t.Run("client before the greeting", func(t *testing.T) {
		s := odd().client("USER anna\r\n").server("220 hi\r\n331 more\r\n")
		play(t, Limits{}, nil, s.segs...).wantSaid("C USER anna", "S 220 hi", "S 331 more")
	})
	t.Run("by an announcement, mid-stream", func(t *testing.T) {
		for _, l := range []line{{server, "227 Entering Passive Mode (198,51,100,20,195,81).\r\n"}, {client, "PORT 192,0,2,10,19,137\r\n"}} {
			s := odd().send(l.side, flagACK, l.text)
			p := play(t, Limits{}, nil, s.segs[3:]...)
			equal(t, "connections", len(p.conns), 1)
			equal(t, "client", p.conn().Ends[client], clientEnd)
			equal(t, "midstream", p.conn().Midstream, true)
		}
	})
	t.Run("port of Config", func(t *testing.T) {
		d := New(Config{Ports: []uint16{2121}}, interest(nil))
		equal(t, "2121", d.control.Has(2121) && d.control.Has(21) && d.control.Has(990), true)
		equal(t, "2122", d.control.Has(2122) || d.control.Has(0), false)
	})
}

// hostsKnown claims what the tracker does once the two hosts have a control
// connection.
func hostsKnown(known *bool) interest {
	return func(_, _ netip.AddrPort, handshake bool) ftp.Claim {
		if *known && handshake {
			return ftp.ClaimPossible
		}
		return ftp.ClaimNone
	}
}

// A client that opens several control connections on an odd port: the later ones
// may be data connections for all one knows at their SYN.
func TestSecondControlConnectionOnAnOddPort(t *testing.T) {
	talk := func(port uint16) *script {
		s := newScript()
		s.ends = [2]netip.AddrPort{onPort(clientEnd, port), oddEnd}
		return s.handshake().server("220 hi\r\n").client("USER anna\r\n").server("331 more\r\n")
	}
	for after := range 6 { // segments of the second before its hosts are known
		known := false
		p := play(t, Limits{}, hostsKnown(&known))
		for i, g := range talk(40002).segs {
			known = i >= after
			p.play(g)
		}
		p.wantSaid("S 220 hi", "C USER anna", "S 331 more")
		equal(t, "role", p.conn().Role, ftp.RoleControl)
		equal(t, "recognised", p.conn().Recognised, true)
		p.wantNothing()
	}
}

func TestPossibleDataConnection(t *testing.T) {
	known := true
	s := odd().server("220 bytes of a file").client("what is no command\r\n")
	p := play(t, Limits{}, hostsKnown(&known), s.segs...)
	c := p.conn()
	equal(t, "role", c.Role, ftp.RoleData)
	equal(t, "bytes", c.Half[server].Bytes, 19)
	equal(t, "recognised", c.Recognised, false)
}

// An announced connection is data, whatever its bytes look like.
func TestAnnouncedConnectionIsNotHeard(t *testing.T) {
	known := ftp.ClaimNone
	s := dataScript().handshake().server("220 hi\r\n").client("USER anna\r\n")
	p := play(t, Limits{}, func(_, _ netip.AddrPort, _ bool) ftp.Claim { return known }, s.segs[:2]...)
	known = ftp.ClaimAnnounced
	p.play(s.segs[2:]...)
	p.wantLog("open data")
}

// The announcement can be read only after the SYN, or the capture has them so.
func TestAnnouncedAfterItsSYN(t *testing.T) {
	known := ftp.ClaimNone
	s := dataScript().handshake().server("abc")
	p := play(t, Limits{}, func(_, _ netip.AddrPort, _ bool) ftp.Claim { return known }, s.segs[:2]...)
	p.wantLog()
	known = ftp.ClaimAnnounced
	p.play(s.segs[2:]...)
	p.wantLog("open data")
	c := p.conn()
	equal(t, "SYNs", c.SYNCount, 1)
	equal(t, "answers", len(c.Answers), 1)
	equal(t, "bytes", c.Half[server].Bytes, 3)
}

func TestMidstreamDataConnection(t *testing.T) {
	s := dataScript().handshake().server("abc").client("def")
	for _, from := range []int{3, 4} {
		c := play(t, Limits{}, announced(dataEnd), s.segs[from:]...).conn()
		equal(t, "listener", c.Ends[server], dataEnd)
		equal(t, "midstream", c.Midstream, true)
		equal(t, "established", c.Established.Yes(), true)
	}
	// What carries nothing tells nothing, nor does a reset with an explanation.
	reset := s.segs[3]
	reset.flags |= flagRST
	p := play(t, Limits{}, announced(dataEnd), s.segs[2], reset)
	p.wantNothing()
}

// syn is a SYN from one of many spoofed hosts.
func syn(i int, to netip.AddrPort) seg {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 0x0a000000+uint32(i))
	return seg{src: netip.AddrPortFrom(netip.AddrFrom4(a), 1234), dst: to, seq: uint32(i), flags: flagSYN, after: time.Microsecond}
}

func TestFloodOfSYNs(t *testing.T) {
	s := opened().server("220 hi\r\n")
	p := play(t, Limits{Connections: 50}, nil, s.segs...)
	for i := range 1000 {
		p.play(syn(i, serverEnd))
		if p.flows.count() > 50 {
			t.Fatalf("%d connections", p.flows.count())
		}
	}
	p.play(s.client("USER anna\r\n").segs[4])
	p.wantSaidSoFar("S 220 hi", "C USER anna")
	equal(t, "notices", p.count("notice limit-connections"), 0)
	equal(t, "ended", p.conns[0].Ended, false)
}

func TestLimitOfConnections(t *testing.T) {
	p := play(t, Limits{Connections: 3}, nil)
	for port := range uint16(5) {
		s := newScript()
		s.ends[client] = onPort(clientEnd, 5000+port)
		p.play(s.handshake().server("220 hi\r\n").segs...)
	}
	equal(t, "connections", p.flows.count(), 3)
	equal(t, "notices", p.count("notice limit-connections"), 1)
	if got := p.said(); !slices.Equal(got, []string{"S 220 hi", "S 220 hi", "S 220 hi"}) {
		t.Errorf("said %q", got)
	}
	// What is closed makes room.
	p.play(seg{src: onPort(clientEnd, 5000), dst: serverEnd, seq: 1001, ack: 9009, flags: flagRST | flagACK, after: time.Millisecond})
	s := newScript()
	s.ends[client] = onPort(clientEnd, 7000)
	s.handshake().server("220 next\r\n")
	s.segs[0].after = 10 * time.Second // the sweep allows another attempt
	p.play(s.segs...)
	equal(t, "next ones", p.count("S 220 next"), 1)
	equal(t, "connections", p.flows.count(), 3)
	// What was silent for an hour makes room.
	s = newScript()
	s.handshake().server("220 late\r\n")
	s.segs[0].after = 2 * time.Hour
	p.play(s.segs...)
	equal(t, "late ones", p.count("S 220 late"), 1)
}

func TestLimitOfRemembered(t *testing.T) {
	p := play(t, Limits{Remembered: 10}, nil)
	for i := range 30 {
		p.play(syn(i, oddEnd))
	}
	equal(t, "remembered", p.dormant.length, 10)
	equal(t, "connections", p.flows.count(), 10)
	p.wantLog("notice limit-remembered")
	equal(t, "the latest", p.dormant.last.conn.Ends[client], syn(29, oddEnd).src)
}

// Making room looks through all connections: not for each packet of an attack.
func TestRoomIsNotMadeForEveryPacket(t *testing.T) {
	p := play(t, Limits{Connections: 100}, nil)
	for i := range 100 {
		g := syn(i, serverEnd)
		g.flags, g.payload = flagACK, "NOOP\r\n" // open, and mid-stream
		p.play(g)
		g.src, g.dst = g.dst, g.src
		p.play(g)
	}
	p.play(syn(1000, serverEnd))
	equal(t, "crowded", p.crowded, true)
	equal(t, "connections", p.flows.count(), 100)
}

// One of which a single packet was captured goes first, however it began.
func TestFloodOfAnnouncements(t *testing.T) {
	p := play(t, Limits{Connections: 100}, nil)
	s := opened().server("220 hi\r\n")
	p.play(s.segs...)
	for i := range 1000 {
		g := syn(i, serverEnd)
		g.flags, g.payload = flagACK, "PORT 10,0,0,1,4,6\r\n"
		p.play(g)
	}
	equal(t, "connections", p.flows.count(), 100)
	equal(t, "ended", p.conns[0].Ended, false)
}

func TestSweep(t *testing.T) {
	tests := []struct {
		name  string
		s     *script
		after time.Duration
		ends  bool
	}{
		{"closed", opened().send(client, flagFIN|flagACK, "").send(server, flagFIN|flagACK, ""), 31 * time.Second, true},
		{"closed a moment ago", opened().send(client, flagFIN|flagACK, "").send(server, flagFIN|flagACK, ""), 20 * time.Second, false},
		{"reset", opened().send(client, flagRST, ""), 31 * time.Second, true},
		{"closed by one side", opened().send(client, flagFIN|flagACK, ""), time.Hour, false},
		{"not answered", newScript().send(client, flagSYN, ""), 181 * time.Second, true},
		{"not answered yet", newScript().send(client, flagSYN, ""), 100 * time.Second, false},
		{"open and silent", opened(), 12 * time.Hour, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, Limits{}, nil, tt.s.segs...)
			p.raw(tt.after, nil, 0)
			equal(t, "ended", p.conn().Ended, tt.ends)
			equal(t, "told", p.count("end"), map[bool]int{true: 1}[tt.ends])
		})
	}
}

// Frame times that jump to and fro must not cost a look at everything each time.
func TestSweepsAreBounded(t *testing.T) {
	p := play(t, Limits{}, nil)
	for i := range 320 {
		p.play(syn(i, serverEnd))
	}
	before := p.sweptAt
	p.raw(time.Minute, nil, 0)
	after := p.sweptAt
	p.raw(-time.Minute, nil, 0)
	equal(t, "swept", before < after, true)
	equal(t, "swept again at once", p.sweptAt, after)
	for range 40 {
		p.raw(0, nil, 0)
	}
	equal(t, "swept after some frames", after < p.sweptAt, true)
}

func TestFinishEndsAllInOrder(t *testing.T) {
	p := play(t, Limits{}, nil)
	for port := range uint16(20) {
		s := newScript()
		s.ends[client] = onPort(clientEnd, 6000-port)
		p.play(s.handshake().segs...)
	}
	var ids []int64
	p.Finish(func(ev *ftp.Event) {
		if ev.Kind == ftp.EventEnd {
			ids = append(ids, ev.Conn.ID)
		}
	})
	if len(ids) != 20 || !slices.IsSorted(ids) {
		t.Errorf("ended in the order %v", ids)
	}
	p.wantNothing()
}

// TestTrace: of an announced connection whose beginning was not captured a packet
// without payload is told, and followed is what carries some.
func TestTrace(t *testing.T) {
	s := dataScript().handshake().send(client, flagFIN|flagACK, "").server("x")
	play(t, Limits{}, announced(dataEnd), s.segs[2:4]...).wantLog("trace", "trace")
	play(t, Limits{}, announced(dataEnd), s.segs[2], s.segs[4]).wantLog("trace", "open data")
	play(t, Limits{}, announced(oddEnd), s.segs[2:4]...).wantLog()
	if n := play(t, Limits{}, announced(dataEnd), s.segs[:4]...).count("trace"); n > 0 {
		t.Errorf("told of a connection that is known: %d times", n)
	}
}
