package decode

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// clocked are the options of Linux with a TCP timestamp.
func clocked(n byte) []byte {
	return []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, n, 0, 0, 0, 0, 1, 3, 3, 7}
}

// TestNumbersOfSYNs: what a SYN and its answer say of themselves.
func TestNumbersOfSYNs(t *testing.T) {
	s := dataScript().send(client, flagSYN, "")
	s.segs[0].options, s.segs[0].ipID = clocked(4), 77
	s.add(s.segs[0])
	s.segs[1].options, s.segs[1].ipID = clocked(5), 78
	s.send(server, flagSYN|flagACK, "")
	s.segs[2].options = clocked(9)
	s.send(client, flagACK, "")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "SYNs", len(c.SYNs), 2)
	for i, want := range []ftp.SYN{{ISN: 1000, Clock: 0x01020304, TTL: 64, IPID: 77}, {ISN: 1000, Clock: 0x01020305, TTL: 64, IPID: 78}} {
		got := c.SYNs[i]
		equal(t, "SYN", ftp.SYN{ISN: got.ISN, Clock: got.Clock, TTL: got.TTL, IPID: got.IPID}, want)
	}
	equal(t, "answers", len(c.Answers), 1)
	equal(t, "its clock", c.Answers[0].Clock, 0x01020309)
}

func TestClockOf(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options []byte
		want    uint32
	}{
		{"none", nil, 0},
		{"Linux", clocked(7), 0x01020307},
		{"Windows", windowsOptions, 0},
		{"alone", []byte{8, 10, 0xff, 0, 0, 1, 0, 0, 0, 0}, 0xff000001},
		{"padded", []byte{1, 1, 8, 10, 0, 0, 0, 5, 0, 0, 0, 0}, 5},
		{"behind the end", []byte{0, 8, 10, 0, 0, 0, 5, 0, 0, 0, 0}, 0},
		{"cut", []byte{8, 10, 0, 0, 0}, 0},
		{"of another length", []byte{8, 6, 0, 0, 0, 5}, 0},
		{"behind an option without length", []byte{99, 0, 8, 10, 0, 0, 0, 5, 0, 0, 0, 0}, 0},
		{"behind an option that is too long", []byte{2, 40, 8, 10, 0, 0, 0, 5, 0, 0, 0, 0}, 0},
		{"one byte", []byte{8}, 0},
		{"only padding", []byte{1, 1, 1, 1}, 0},
	} {
		equal(t, tt.name, clockOf(&packet{options: tt.options}), tt.want)
	}
}

// knocked are the SYNs that a decoder tells of.
func knocked(d *Decoder, segs ...seg) (syns []ftp.Event, all int) {
	f := capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0).UTC()}
	for _, s := range segs {
		f.Data = s.ip()
		f.Number++
		f.Length = len(f.Data)
		d.Decode(&f, func(ev *ftp.Event) {
			all++
			if ev.Kind == ftp.EventSYN {
				syns = append(syns, *ev)
			}
		})
	}
	return syns, all
}

// TestEventSYN: each SYN is told of, whoever it is for, if somebody asks.
func TestEventSYN(t *testing.T) {
	web := netip.MustParseAddrPort("198.51.100.20:443")
	followed, unfollowed := newScript(), newScript()
	unfollowed.ends[server] = web
	for _, s := range []*script{followed, unfollowed} {
		s.send(client, flagSYN, "")
		s.segs[0].options = clocked(1)
		s.add(s.segs[0]) // again
		s.send(server, flagSYN|flagACK, "").send(client, flagACK, "").server("220 hi\r\n")
	}
	six := seg{src: client6, dst: server6, seq: 5, flags: flagSYN}
	odd := []seg{
		{src: clientEnd, dst: web, seq: 1, flags: flagSYN | flagACK, ack: 9},
		{src: clientEnd, dst: web, seq: 1, flags: flagFIN | flagACK},
	}
	for _, tt := range []struct {
		name string
		segs []seg
		want int
	}{
		{"followed", followed.segs, 2},
		{"not followed", unfollowed.segs, 2},
		{"IPv6", []seg{six}, 1},
		{"no SYN", odd, 0},
		{"a SYN that says ECN", []seg{{src: clientEnd, dst: web, seq: 1, flags: flagSYN | 0xc0}}, 1},
		{"a SYN with payload", []seg{{src: clientEnd, dst: web, seq: 1, flags: flagSYN, payload: "early"}}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			told, _ := knocked(New(Config{SYNs: true}, interest(nil)), tt.segs...)
			equal(t, "told of", len(told), tt.want)
			for _, ev := range told {
				equal(t, "ends", ev.Ends, [2]netip.AddrPort{tt.segs[0].src, tt.segs[0].dst})
				equal(t, "number", ev.SYN.ISN, tt.segs[0].seq)
				equal(t, "seen", ev.Seen.Yes() && ev.Seen == ev.SYN.Seen, true)
				equal(t, "TTL", ev.SYN.TTL, 64)
				equal(t, "connection", ev.Conn, nil)
			}
			asked, with := knocked(New(Config{SYNs: true}, interest(nil)), tt.segs...)
			unasked, without := knocked(New(Config{}, interest(nil)), tt.segs...)
			equal(t, "unasked", len(unasked), 0)
			equal(t, "other events", with-len(asked), without)
		})
	}
}

// TestEventSYNForgotten: a limit on connections is none on SYNs.
func TestEventSYNForgotten(t *testing.T) {
	d := New(Config{SYNs: true, Limits: Limits{Connections: 4}}, interest(nil))
	var segs []seg
	for i := range uint16(50) {
		segs = append(segs, seg{src: onPort(clientEnd, 20000+i), dst: serverEnd, seq: uint32(i), flags: flagSYN})
	}
	told, _ := knocked(d, segs...)
	equal(t, "told of", len(told), 50)
	told, _ = knocked(d, segs[0], segs[49])
	equal(t, "told of again", len(told), 2)
}

// TestEventSYNCostsNothing: packets that are no SYN pay nothing for it, and a SYN
// takes no memory.
func TestEventSYNCostsNothing(t *testing.T) {
	for name, s := range map[string]*script{"data": dataScript().handshake().server("x"), "nobody's": func() *script {
		s := odd()
		s.segs = nil
		return s.server("x")
	}()} {
		d := New(Config{SYNs: true}, announced(dataEnd))
		f := capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0)}
		emit := func(*ftp.Event) {}
		for _, g := range s.segs {
			f.Data = g.ip()
			f.Length = len(f.Data)
			f.Number++
			d.Decode(&f, emit)
		}
		if n := testing.AllocsPerRun(200, func() { d.Decode(&f, emit) }); n != 0 {
			t.Errorf("%s: %v allocations for each packet", name, n)
		}
	}
	d := New(Config{SYNs: true}, interest(nil))
	web := netip.MustParseAddrPort("198.51.100.20:443")
	f := capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0), Data: seg{src: clientEnd, dst: web, flags: flagSYN}.ip()}
	f.Length = len(f.Data)
	told := 0
	emit := func(*ftp.Event) { told++ }
	d.Decode(&f, emit)
	if n := testing.AllocsPerRun(200, func() { d.Decode(&f, emit) }); n > 1 || told < 200 {
		t.Errorf("%v allocations for each SYN, %d told", n, told)
	}
}

// TestEventRST: a RST of a connection that nobody follows is told, as if its sender
// listened, and only where it is asked for.
func TestEventRST(t *testing.T) {
	web := onPort(serverEnd, 80)
	rst := seg{src: web, dst: clientEnd, ack: 4711, flags: flagRST | flagACK}
	for _, asked := range []bool{true, false} {
		var told []ftp.Event
		d := New(Config{SYNs: asked}, interest(nil))
		frame := capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0), Number: 7, Data: rst.ip()}
		frame.Length = len(frame.Data)
		d.Decode(&frame, func(ev *ftp.Event) { told = append(told, *ev) })
		if !asked {
			equal(t, "unasked", len(told), 0)
			continue
		}
		equal(t, "told", len(told), 1)
		equal(t, "kind", told[0].Kind, ftp.EventRST)
		equal(t, "ends", told[0].Ends, [2]netip.AddrPort{clientEnd, web})
		equal(t, "number", told[0].Acked, 4711)
		equal(t, "frame", told[0].Frame, 7)
	}
}
