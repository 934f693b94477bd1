package decode

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// dataScript is a connection to the announced listener.
func dataScript() *script {
	s := newScript()
	s.ends[server] = dataEnd
	return s
}

func answers(c *ftp.Conn) (kinds []ftp.AnswerKind) {
	for _, a := range c.Answers {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func wantAnswers(t *testing.T, c *ftp.Conn, want ...ftp.AnswerKind) {
	t.Helper()
	got := answers(c)
	if len(got) != len(want) {
		t.Fatalf("answers %v, want %v", got, want)
	}
	for i := range want {
		equal(t, "answer", got[i], want[i])
	}
}

func TestHandshakeSucceeds(t *testing.T) {
	s := dataScript().handshake().server("hello")
	s.segs[0].options = []byte{2, 4, 5, 0xb4, 1, 1, 1, 0}
	s.segs[1].ttl = 61
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	c := p.conn()
	wantAnswers(t, c, ftp.AnswerSYNACK)
	equal(t, "SYNs", c.SYNCount, 1)
	equal(t, "ISN", c.SYNs[0].ISN, 1000)
	equal(t, "MSS", c.Half[client].MSS, 1460)
	equal(t, "TTL of the answer", c.Answers[0].TTL, 61)
	equal(t, "established by frame", c.Established.Frame, 3)
	equal(t, "least TTL of the listener", c.Half[server].TTLMin, 61)
	equal(t, "greatest TTL of the listener", c.Half[server].TTLMax, 64)
	equal(t, "first data", c.Half[server].FirstData.Frame, 4)
	equal(t, "bytes", c.Half[server].Bytes, 5)
	equal(t, "midstream", c.Midstream, false)
}

func TestHandshakeIsRefused(t *testing.T) {
	s := dataScript().send(client, flagSYN, "")
	rst := s.segment(server, flagRST|flagACK, "")
	rst.seq, rst.ttl = 0, 63
	p := play(t, Limits{}, announced(dataEnd), s.add(rst).segs...)
	c := p.conn()
	wantAnswers(t, c, ftp.AnswerRST)
	equal(t, "TTL", c.Answers[0].TTL, 63)
	equal(t, "established", c.Established.Yes(), false)
	equal(t, "RST after the handshake", c.Half[server].RST.Yes(), false)
}

func TestHandshakeIsRejectedByICMP(t *testing.T) {
	s := dataScript().send(client, flagSYN, "")
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	quote := s.segs[0].ip()
	quote[8] = 63 // TTL
	p.raw(time.Millisecond, icmp4(3, 13, quote[:28]), 0)
	p.raw(time.Millisecond, icmp4(3, 13, quote[:28]), 0) // the same, captured twice
	c := p.conn()
	wantAnswers(t, c, ftp.AnswerICMP)
	a := c.Answers[0]
	equal(t, "sender", a.From, router)
	equal(t, "type", a.Type, 3)
	equal(t, "code", a.Code, 13)
	equal(t, "quoted TTL", a.QuotedTTL, 63)
	equal(t, "TTL", a.TTL, 250)
}

func TestHandshakeIsNotAnswered(t *testing.T) {
	s := dataScript()
	for range 20 {
		syn := s.segment(client, flagSYN, "")
		syn.after = time.Second
		s.add(syn)
	}
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	c := p.conn()
	wantAnswers(t, c)
	equal(t, "SYNs counted", c.SYNCount, 20)
	equal(t, "SYNs kept", len(c.SYNs), ftp.MaxAttempts)
	equal(t, "opened", p.count("open data"), 1)
}

// refuse answers the latest SYN with a RST.
func (s *script) refuse() *script {
	rst := s.segment(server, flagRST|flagACK, "")
	rst.seq = 0
	return s.add(rst)
}

// Windows repeats a SYN that was refused: with the same number, one attempt.
func TestRefusedSYNIsRepeated(t *testing.T) {
	s := dataScript()
	for range 3 {
		s.next[client] = 1000
		s.send(client, flagSYN, "").refuse()
	}
	for i := range s.segs {
		s.segs[i].after, s.segs[i].ipID = 250*time.Millisecond, uint16(i+1)
	}
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	equal(t, "SYNs", p.conn().SYNCount, 3)
	wantAnswers(t, p.conn(), ftp.AnswerRST, ftp.AnswerRST, ftp.AnswerRST)
}

// A server calls from port 20 and is announced the same port again: another
// number, another connection, also if the first did not come up.
func TestPortReuseAfterAFailure(t *testing.T) {
	tests := []struct {
		name  string
		first *script
		want  []ftp.AnswerKind
	}{
		{"not answered", dataScript().send(client, flagSYN, ""), nil},
		{"refused", dataScript().send(client, flagSYN, "").refuse(), []ftp.AnswerKind{ftp.AnswerRST}},
		{"answered and not completed", dataScript().send(client, flagSYN, "").send(server, flagSYN|flagACK, ""), []ftp.AnswerKind{ftp.AnswerSYNACK}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.first.next = [2]uint32{77_000, 700_000}
			late := tt.first.handshake().client("abc").segment(server, flagRST|flagACK, "")
			late.seq, late.ack = 0, 1001 // an answer to the first SYN
			p := play(t, Limits{}, announced(dataEnd), tt.first.add(late).segs...)
			p.wantLog("open data", "end", "open data")
			wantAnswers(t, p.conns[0], tt.want...)
			c := p.conns[1]
			wantAnswers(t, c, ftp.AnswerSYNACK)
			equal(t, "SYNs", c.SYNCount, 1)
			equal(t, "bytes", c.Half[client].Bytes, 3)
			equal(t, "missing", c.Half[client].Missing, 0)
		})
	}
	t.Run("refused after it was not answered", func(t *testing.T) {
		s := dataScript().send(client, flagSYN, "")
		s.next[client] = 77_000
		p := play(t, Limits{}, announced(dataEnd), s.send(client, flagSYN, "").refuse().segs...)
		p.wantLog("open data", "end", "open data")
		wantAnswers(t, p.conns[0])
		wantAnswers(t, p.conns[1], ftp.AnswerRST)
	})
}

// A RST is an answer to a SYN only if it acknowledges it.
func TestAbsurdResetIsIgnored(t *testing.T) {
	t.Run("during the handshake", func(t *testing.T) {
		s := dataScript().send(client, flagSYN, "")
		rst := s.segment(server, flagRST|flagACK, "")
		rst.ack += 1 << 30
		s.add(rst).send(server, flagSYN|flagACK, "").send(client, flagACK, "")
		c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
		wantAnswers(t, c, ftp.AnswerSYNACK)
	})
	t.Run("after it, of both sides at once", func(t *testing.T) {
		s := dataScript().handshake().server("abc")
		for _, side := range []ftp.Side{client, server} {
			rst := s.segment(side, flagRST, "")
			rst.seq += 1 << 30
			s.add(rst)
		}
		s.server("def")
		c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
		equal(t, "RST of the initiator", c.Half[client].RST.Yes(), false)
		equal(t, "RST of the listener", c.Half[server].RST.Yes(), false)
		equal(t, "bytes", c.Half[server].Bytes, 6)
	})
	t.Run("of a connection whose handshake the capture lacks", func(t *testing.T) {
		s := dataScript().send(client, flagSYN, "")
		rst := s.segment(server, flagRST|flagACK, "")
		rst.ack++ // a FIN
		c := play(t, Limits{}, announced(dataEnd), s.add(rst).segs...).conn()
		wantAnswers(t, c)
		equal(t, "established by", c.Established.Frame, 2)
		equal(t, "RST", c.Half[server].RST.Frame, 2)
	})
	t.Run("an honest one is not", func(t *testing.T) {
		s := dataScript().handshake().server("abc").send(server, flagRST, "")
		c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
		equal(t, "RST", c.Half[server].RST.Frame, 5)
	})
}

func TestPortReuse(t *testing.T) {
	second := func(s *script) *script {
		s.next = [2]uint32{500_000, 700_000}
		return s.handshake().server("defgh")
	}
	tests := []struct {
		name string
		s    *script
	}{
		{"without FIN", second(dataScript().handshake().server("abc"))},
		{"after FIN", second(dataScript().handshake().server("abc").send(server, flagFIN|flagACK, "").send(client, flagFIN|flagACK, ""))},
		{"after RST during the handshake", second(dataScript().handshake().server("abc").send(client, flagRST, ""))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, Limits{}, announced(dataEnd), tt.s.segs...)
			if len(p.conns) != 2 {
				t.Fatalf("%d connections, want 2", len(p.conns))
			}
			equal(t, "first ended", p.conns[0].Ended, true)
			equal(t, "bytes of the first", p.conns[0].Half[server].Bytes, 3)
			equal(t, "bytes of the second", p.conns[1].Half[server].Bytes, 5)
			equal(t, "missing of the second", p.conns[1].Half[server].Missing, 0)
		})
	}
	t.Run("after an attempt that the initiator gave up", func(t *testing.T) {
		s := dataScript().send(client, flagSYN, "").send(server, flagSYN|flagACK, "").send(client, flagRST, "")
		p := play(t, Limits{}, announced(dataEnd), second(s).segs...)
		if len(p.conns) != 2 {
			t.Fatalf("%d connections, want 2", len(p.conns))
		}
		equal(t, "RST of the second", p.conns[1].Half[client].RST.Yes(), false)
	})
}

// Where the beginning was not captured, a SYN may be the connection's own, come
// late, but not after a megabyte.
func TestPortReuseMidstream(t *testing.T) {
	s := dataScript().handshake().client("abc")
	for range 20 {
		s.client(string(make([]byte, 60_000)))
	}
	s.next = [2]uint32{1002, 700_000}
	s.handshake()
	p := play(t, Limits{}, announced(dataEnd), s.segs[4:]...)
	equal(t, "connections", len(p.conns), 2)
}

func TestRepeatedSYNIsNoReuse(t *testing.T) {
	s := dataScript().handshake()
	s.add(s.segs[0], s.segs[1])
	s.segs[3].ipID = 7 // no twin
	s.server("abc")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "SYNs", c.SYNCount, 2)
	equal(t, "bytes", c.Half[server].Bytes, 3)
}

// Two interfaces in one file have their own idea of time.
func TestSYNBehindItsAnswer(t *testing.T) {
	orders := map[string][]int{"SYN-ACK, SYN, ACK": {1, 0, 2, 3}, "SYN-ACK, ACK, SYN": {1, 2, 0, 3}, "data first": {3, 0, 1, 2}}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			s := dataScript().handshake().server("abc")
			var segs []seg
			for _, i := range order {
				segs = append(segs, s.segs[i])
			}
			c := play(t, Limits{}, announced(dataEnd), segs...).conn()
			equal(t, "initiator", c.Ends[client], clientEnd)
			equal(t, "SYNs", c.SYNCount, 1)
			equal(t, "midstream", c.Midstream, false)
			equal(t, "established", c.Established.Yes(), true)
			equal(t, "bytes", c.Half[server].Bytes, 3)
			equal(t, "missing", c.Half[server].Missing, 0)
		})
	}
}

func TestSYNBehindLaterData(t *testing.T) {
	s := dataScript().handshake().client("abc").client("def")
	segs := []seg{s.segs[4], s.segs[0], s.segs[1], s.segs[2], s.segs[3]}
	c := play(t, Limits{}, announced(dataEnd), segs...).conn()
	equal(t, "SYNs", c.SYNCount, 1)
	equal(t, "bytes", c.Half[client].Bytes, 6)
	equal(t, "missing", c.Half[client].Missing, 0)
}

// What still flies from the connection before must not open the new one.
func TestStalePacketsDuringTheHandshake(t *testing.T) {
	s := dataScript().send(client, flagSYN, "")
	old := s.segment(server, flagFIN|flagACK, "old")
	old.seq, old.ack = 3_000_000_000, 2_000_000_000
	s.add(old)
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "established", c.Established.Yes(), false)
	equal(t, "bytes", c.Half[server].Bytes, 0)
	equal(t, "FIN", c.Half[server].FIN.Yes(), false)
}

func TestKeepAliveIsNoData(t *testing.T) {
	for _, sent := range []string{"", "abc"} {
		s := dataScript().handshake()
		if sent != "" {
			s.server(sent)
		}
		alive := s.segment(server, flagACK, "x")
		alive.seq--
		alive.after = time.Minute
		s.add(alive, alive)
		c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
		equal(t, "bytes", c.Half[server].Bytes, int64(len(sent)))
		equal(t, "retransmissions", c.Half[server].Retransmissions, 0)
		equal(t, "first data", c.Half[server].FirstData.Yes(), sent != "")
	}
}

func TestRetransmission(t *testing.T) {
	s := dataScript().handshake().server("abcdef")
	again := s.segs[3]
	again.after, again.ipID = 300*time.Millisecond, 9
	s.add(again).server("ghi")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "retransmissions", c.Half[server].Retransmissions, 1)
	equal(t, "bytes", c.Half[server].Bytes, 9)
	equal(t, "progress", c.Half[server].Progress.Frame, 6)
}

// The FIN counts the bytes that the capture lost at the end.
func TestFINTellsTheLength(t *testing.T) {
	s := dataScript().handshake().server("abc").lost(server, "defgh").send(server, flagFIN|flagACK, "")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "bytes", c.Half[server].Bytes, 8)
	equal(t, "missing", c.Half[server].Missing, 5)
	equal(t, "FIN", c.Half[server].FIN.Frame, 5)
}

func TestConfirmed(t *testing.T) {
	s := dataScript().handshake().server("abc")
	forged := s.segment(client, flagACK, "")
	forged.ack += 1 << 30
	s.add(forged).send(client, flagACK, "").send(client, flagACK, "")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "confirmed", c.Half[server].Confirmed.Frame, 6)
}

func TestZeroWindow(t *testing.T) {
	s := dataScript().handshake().server("abc")
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	frame := s.segment(client, flagACK, "").ip()
	frame[20+14], frame[20+15] = 0, 0
	p.raw(0, frame, 0)
	equal(t, "zero window", p.conn().Half[client].ZeroWindow.Frame, 5)
}

func TestTLSOnDataConnection(t *testing.T) {
	hello := "\x16\x03\x01\x00\x02\x01\x00"
	bye := "\x15\x03\x03\x00\x02\x01\x00"
	s := dataScript().handshake().client(hello).server("\x17\x03\x03\x00\x03abc").server(bye)
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "TLS", c.TLS, true)
	equal(t, "shutdown", c.Half[server].Shutdown.Frame, 6)
}

func TestMSSOfHostileOptions(t *testing.T) {
	for _, b := range [][]byte{nil, {2}, {2, 4, 1}, {2, 0, 5, 180}, {0, 2, 4, 5, 180}, {3, 1, 2, 4, 5, 180}, {2, 3, 5}} {
		if got := stackOf(&packet{options: b}).MSS; got != 0 {
			t.Errorf("mss(%v) = %d, want 0", b, got)
		}
	}
	if got := stackOf(&packet{options: []byte{1, 3, 3, 7, 2, 4, 5, 180}}).MSS; got != 1460 {
		t.Errorf("mss behind others = %d, want 1460", got)
	}
}

func TestKeyIsTheSameForBothDirections(t *testing.T) {
	other := netip.AddrPortFrom(clientEnd.Addr(), 5)
	if keyOf(clientEnd, other) != keyOf(other, clientEnd) || keyOf(clientEnd, serverEnd) == keyOf(other, serverEnd) {
		t.Error("keys differ by direction, or not by endpoint")
	}
}
