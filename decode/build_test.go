package decode

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// The endpoints of the stories.
var (
	clientEnd = netip.MustParseAddrPort("192.0.2.10:40000")
	serverEnd = netip.MustParseAddrPort("198.51.100.20:21")
	dataEnd   = netip.MustParseAddrPort("198.51.100.20:50001")
	router    = netip.MustParseAddr("203.0.113.1")
	client6   = netip.MustParseAddrPort("[2001:db8::10]:40000")
	server6   = netip.MustParseAddrPort("[2001:db8::20]:21")
)

const (
	client = ftp.Initiator
	server = ftp.Listener
)

// seg is a TCP segment to be sent. Its IP version is that of src.
type seg struct {
	src, dst netip.AddrPort
	seq, ack uint32
	flags    uint8
	window   uint16 // 0 becomes 512
	ipID     uint16
	ttl      uint8         // 0 becomes 64
	after    time.Duration // since the segment before
	cut      int           // bytes that the snap length took off the end
	options  []byte
	payload  string
}

func (s seg) tcp() []byte {
	b := binary.BigEndian.AppendUint16(nil, s.src.Port())
	b = binary.BigEndian.AppendUint16(b, s.dst.Port())
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	b = append(b, byte(20+len(s.options))/4<<4, s.flags)
	b = binary.BigEndian.AppendUint16(b, orElse(s.window, 512))
	b = append(b, 0, 0, 0, 0)
	return append(append(b, s.options...), s.payload...)
}

// ip is the segment in an IP packet.
func (s seg) ip() []byte {
	if s.src.Addr().Is6() {
		return ipv6(s.src.Addr(), s.dst.Addr(), protoTCP, orElse(s.ttl, 64), s.tcp())
	}
	return ipv4(s.src.Addr(), s.dst.Addr(), protoTCP, orElse(s.ttl, 64), s.ipID, 0, nil, s.tcp())
}

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// ipv4 makes a packet; flags are those of the fragment field, offset included.
func ipv4(src, dst netip.Addr, proto, ttl uint8, id, flags uint16, options, body []byte) []byte {
	b := []byte{0x40 | byte(20+len(options))/4, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(options)+len(body)))
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, ttl, proto, 0, 0)
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	return append(append(b, options...), body...)
}

func ipv6(src, dst netip.Addr, next, ttl uint8, body []byte) []byte {
	b := []byte{0x60, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	b = append(b, next, ttl)
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	return append(b, body...)
}

// script writes down the segments of one TCP connection. It keeps the numbers as
// honest ends do: each segment acknowledges all that its sender has received.
type script struct {
	ends [2]netip.AddrPort
	next [2]uint32
	mute bool // segments are sent and not captured
	pace time.Duration
	segs []seg
}

func newScript() *script {
	return &script{ends: [2]netip.AddrPort{clientEnd, serverEnd}, next: [2]uint32{1000, 9000}, pace: time.Millisecond}
}

// opened is a script whose handshake is done.
func opened() *script { return newScript().handshake() }

func (s *script) handshake() *script {
	s.send(client, flagSYN, "")
	s.send(server, flagSYN|flagACK, "")
	return s.send(client, flagACK, "")
}

func (s *script) send(side ftp.Side, flags uint8, payload string) *script {
	g := s.segment(side, flags, payload)
	s.next[side] += uint32(len(payload))
	if flags&(flagSYN|flagFIN) != 0 {
		s.next[side]++
	}
	if !s.mute {
		s.segs = append(s.segs, g)
	}
	return s
}

// segment is what side would send now.
func (s *script) segment(side ftp.Side, flags uint8, payload string) seg {
	g := seg{src: s.ends[side], dst: s.ends[side.Other()], seq: s.next[side], flags: flags, after: s.pace, payload: payload}
	if flags&flagACK != 0 {
		g.ack = s.next[side.Other()]
	}
	return g
}

func (s *script) client(text string) *script { return s.send(client, flagACK|flagPSH, text) }
func (s *script) server(text string) *script { return s.send(server, flagACK|flagPSH, text) }

// lost sends what the capture does not hold.
func (s *script) lost(side ftp.Side, text string) *script {
	s.mute = true
	s.send(side, flagACK|flagPSH, text)
	s.mute = false
	return s
}

// add puts in a segment of whatever kind.
func (s *script) add(g ...seg) *script {
	s.segs = append(s.segs, g...)
	return s
}

// interest is an Interest made of a function; nil knows nobody.
type interest func(initiator, listener netip.AddrPort, handshake bool) ftp.Claim

// Announced is any port, but for one who knows nobody.
func (i interest) Announced() *ftp.PortSet {
	ports := new(ftp.PortSet)
	for n := range ports {
		if i != nil {
			ports[n] = ^uint64(0)
		}
	}
	return ports
}

func (i interest) Data(initiator, listener netip.AddrPort, handshake bool) ftp.Claim {
	if i == nil {
		return ftp.ClaimNone
	}
	return i(initiator, listener, handshake)
}

// announced waits for connections to one listener.
func announced(listener netip.AddrPort) interest {
	return func(_, l netip.AddrPort, _ bool) ftp.Claim {
		if l == listener {
			return ftp.ClaimAnnounced
		}
		return ftp.ClaimNone
	}
}

// player feeds a decoder and writes down what it emits.
type player struct {
	*Decoder
	t     *testing.T
	frame capture.Frame
	log   []string
	conns []*ftp.Conn // in order of their first event
}

func play(t *testing.T, l Limits, i interest, segs ...seg) *player {
	t.Helper()
	p := &player{Decoder: New(Config{Limits: l}, i), t: t}
	p.frame.Time = time.Unix(1_700_000_000, 0).UTC()
	p.frame.Link = capture.LinkRaw
	p.play(segs...)
	return p
}

func (p *player) play(segs ...seg) {
	for _, s := range segs {
		p.raw(s.after, s.ip(), s.cut)
	}
}

func (p *player) raw(after time.Duration, b []byte, cut int) {
	p.frame.Time = p.frame.Time.Add(after)
	p.frame.Number++
	p.frame.Length = len(b)
	p.frame.Data = slices.Clone(b[:len(b)-cut])
	p.Decode(&p.frame, p.emit)
	for i := range p.frame.Data { // it is borrowed
		p.frame.Data[i] = 0xdb
	}
}

func (p *player) emit(ev *ftp.Event) {
	if ev.Conn != nil && !slices.Contains(p.conns, ev.Conn) {
		p.conns = append(p.conns, ev.Conn)
	}
	who := [2]string{"C", "S"}[ev.From]
	cut := ""
	if ev.Cut {
		cut = " (cut)"
	}
	switch ev.Kind {
	case ftp.EventOpen:
		p.log = append(p.log, "open "+[...]string{"none", "control", "data"}[ev.Conn.Role])
	case ftp.EventCommand:
		urgent := ""
		if ev.Command.Urgent {
			urgent = "!"
		}
		p.log = append(p.log, fmt.Sprintf("C %s%s %s%s", urgent, ev.Command.Verb, ev.Command.Argument, cut))
	case ftp.EventReply:
		p.log = append(p.log, fmt.Sprintf("S %d %s%s", ev.Reply.Code, strings.ReplaceAll(string(ev.Reply.Text), "\n", "|"), cut))
	case ftp.EventSecured:
		p.log = append(p.log, who+" secured")
	case ftp.EventGap:
		p.log = append(p.log, fmt.Sprintf("%s gap %d", who, ev.Lost))
	case ftp.EventEnd:
		p.log = append(p.log, "end")
	case ftp.EventTrace:
		p.log = append(p.log, "trace")
	case ftp.EventNotice:
		p.log = append(p.log, "notice "+ev.Notice.Code)
	}
}

// said is the dialogue so far: commands, replies, gaps and the like, without the
// coming and going of connections.
func (p *player) said() []string {
	var said []string
	for _, l := range p.log {
		if l[:2] == "C " || l[:2] == "S " {
			said = append(said, strings.TrimRight(l, " "))
		}
	}
	return said
}

// wantSaid ends the capture and compares the dialogue, one line each.
func (p *player) wantSaid(want ...string) {
	p.t.Helper()
	p.Finish(p.emit)
	p.wantSaidSoFar(want...)
}

func (p *player) wantSaidSoFar(want ...string) {
	p.t.Helper()
	if got := p.said(); !slices.Equal(got, want) {
		p.t.Errorf("said\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// wantLog compares all that was emitted.
func (p *player) wantLog(want ...string) {
	p.t.Helper()
	if !slices.Equal(p.log, want) {
		p.t.Errorf("emitted\n  %s\nwant\n  %s", strings.Join(p.log, "\n  "), strings.Join(want, "\n  "))
	}
}

// conn is the only connection that was followed.
func (p *player) conn() *ftp.Conn {
	p.t.Helper()
	if len(p.conns) != 1 {
		p.t.Fatalf("%d connections followed, want 1:\n  %s", len(p.conns), strings.Join(p.log, "\n  "))
	}
	return p.conns[0]
}

// count is how often a line was emitted.
func (p *player) count(line string) (n int) {
	for _, l := range p.log {
		if l == line {
			n++
		}
	}
	return n
}

// equal fails the test where a fact is not what it should be.
func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// onPort is an endpoint of the same host.
func onPort(a netip.AddrPort, port uint16) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), port) }
