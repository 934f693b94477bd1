package compare

import (
	"net/netip"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// known is a connection with sequence numbers and a SYN's clock; 0 is unknown.
type known struct {
	first, second uint32
	clock         uint32
	from, to      uint16
	midstream     bool
	bytes         int64
	words         string
}

func (k known) conn() *ftp.Conn {
	c := &ftp.Conn{Midstream: k.midstream, Role: ftp.RoleData}
	c.Ends = [2]netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(k.from)}), k.from), netip.AddrPortFrom(netip.MustParseAddr("198.51.100.20"), k.to)}
	for side, base := range []uint32{k.first, k.second} {
		c.Half[side].Lead = ftp.Lead{Base: base, Known: base != 0}
		c.Half[side].Bytes = k.bytes
	}
	l := &c.Half[ftp.Listener].Lead
	l.N = uint8(copy(l.Bytes[:], k.words))
	if k.clock != 0 {
		c.SYNs = []ftp.SYN{{Clock: k.clock}}
	}
	return c
}

func TestLikeness(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b known
		same bool
	}{
		{"both numbers", known{first: 1, second: 2, from: 9, to: 8}, known{first: 1, second: 2, from: 5, to: 6}, true},
		{"one number and a port", known{first: 1, from: 9, to: 50008}, known{first: 1, from: 5, to: 50008}, true},
		{"one number and no port", known{first: 1, from: 9, to: 8}, known{first: 1, from: 5, to: 6}, false},
		{"one number and the clock", known{first: 1, clock: 7, from: 9, to: 8}, known{first: 1, clock: 7, from: 5, to: 6}, true},
		{"one number, another answer", known{first: 1, second: 2, from: 40009, to: 8}, known{first: 1, second: 3, from: 40009, to: 8}, true},
		{"the ports alone", known{first: 1, second: 2, from: 9, to: 8}, known{first: 3, second: 4, from: 9, to: 8}, false},
		{"the ports, and the other tells nothing", known{first: 1, second: 2, from: 9, to: 8}, known{from: 9, to: 8}, false},
		{"nothing", known{from: 9, to: 8}, known{from: 9, to: 8}, false},
		{"begun late", known{first: 1000, second: 5000, bytes: 400, from: 9, to: 8}, known{first: 1200, second: 5100, bytes: 9, midstream: true, from: 9, to: 8}, true},
		{"begun late, behind a NAT", known{first: 1000, second: 5000, bytes: 400, from: 9, to: 8}, known{first: 1200, second: 5100, bytes: 9, midstream: true, from: 4, to: 8}, true},
		{"begun late, of one side nothing", known{first: 1000, second: 5000, bytes: 400, from: 9, to: 8}, known{first: 1200, midstream: true, from: 9, to: 8}, true},
		{"begun late, another one", known{first: 1000, second: 5000, bytes: 400, from: 9, to: 8}, known{first: 9200, second: 5100, midstream: true, from: 9, to: 8}, false},
		{"begun late, before the first byte", known{first: 1000, second: 5000, bytes: 400, from: 9, to: 8}, known{first: 900, second: 4900, midstream: true, from: 9, to: 8}, false},
		{"past 32 bits", known{first: 1<<32 - 100, second: 1<<32 - 1, bytes: 400, from: 9, to: 8}, known{first: 50, second: 7, midstream: true, from: 9, to: 8}, true},
		{"the clock, other words", known{first: 1, second: 2, clock: 7, from: 9, to: 8, words: "220 a"}, known{first: 3, second: 4, clock: 7, from: 9, to: 8, words: "220 b"}, false},
	} {
		a, b := tt.a.conn(), tt.b.conn()
		if got := likeness(a, b); got > 0 != tt.same || got != likeness(b, a) {
			t.Errorf("%s: %d, and the other way %d", tt.name, got, likeness(b, a))
		}
	}
	surely := []known{{first: 1, second: 2, from: 9, to: 8}, {first: 1, second: 3, from: 9, to: 8}, {first: 4, second: 3, from: 9, to: 8}}
	if both, one := likeness(surely[0].conn(), surely[0].conn()), likeness(surely[0].conn(), surely[1].conn()); both <= one {
		t.Errorf("both numbers %d, one of them %d", both, one)
	}
}

func TestBook(t *testing.T) {
	var b Book
	ends := [2]netip.AddrPort{netip.MustParseAddrPort("192.0.2.10:1"), netip.MustParseAddrPort("198.51.100.20:2")}
	for i := range maxSYNs {
		b.Handle(&ftp.Event{Kind: ftp.EventSYN, Ends: ends, SYN: ftp.SYN{ISN: uint32(i)}})
	}
	for range maxConns {
		b.Handle(&ftp.Event{Kind: ftp.EventOpen, Conn: &ftp.Conn{}})
	}
	b.Handle(&ftp.Event{Kind: ftp.EventCommand})
	if b.Full() || len(b.syns) != maxSYNs || len(b.conns) != maxConns {
		t.Fatalf("full %t, %d SYNs, %d connections", b.Full(), len(b.syns), len(b.conns))
	}
	b.Handle(&ftp.Event{Kind: ftp.EventEnd, Conn: &ftp.Conn{}})
	if b.Full() {
		t.Error("full by what is not kept")
	}
	b.Handle(&ftp.Event{Kind: ftp.EventSYN, Ends: ends})
	if !b.Full() || len(b.syns) != maxSYNs {
		t.Errorf("one SYN more: full %t, %d SYNs", b.Full(), len(b.syns))
	}
	b.full = false
	b.Handle(&ftp.Event{Kind: ftp.EventOpen, Conn: &ftp.Conn{}})
	if !b.Full() || len(b.conns) != maxConns {
		t.Errorf("one connection more: full %t, %d connections", b.Full(), len(b.conns))
	}
}

// TestBookConnections: a SYN of a connection that is followed counts once; the
// repetitions of one that is not are one connection.
func TestBookConnections(t *testing.T) {
	ends := func(port uint16) [2]netip.AddrPort {
		return [2]netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("192.0.2.10"), port), netip.MustParseAddrPort("198.51.100.20:50000")}
	}
	var b Book
	syn := func(port uint16, isn uint32, frame int64) ftp.SYN {
		s := ftp.SYN{Seen: ftp.Seen{Ref: ftp.Ref{Frame: frame}}, ISN: isn, TTL: 60}
		b.Handle(&ftp.Event{Kind: ftp.EventSYN, Seen: s.Seen, Ends: ends(port), SYN: s})
		return s
	}
	b.Handle(&ftp.Event{Kind: ftp.EventOpen, Conn: &ftp.Conn{Ends: ends(1), Role: ftp.RoleData, SYNs: []ftp.SYN{syn(1, 100, 1)}}})
	for frame := int64(2); frame < 30; frame++ {
		syn(2, 200, frame)
	}
	syn(2, 201, 30) // another attempt from the same port
	all := (&Point{Book: &b}).connections()
	if len(all) != 3 {
		t.Fatalf("%d connections", len(all))
	}
	c := all[1]
	if c.Role != ftp.RoleNone || c.SYNCount != 28 || len(c.SYNs) != ftp.MaxAttempts || c.First.Frame != 2 || c.Last.Frame != 29 || c.Half[0].Lead.Base != 201 {
		t.Errorf("%+v", c)
	}
	if all[2].Half[0].Lead.Base != 202 || all[2].SYNCount != 1 {
		t.Errorf("%+v", all[2])
	}
	if again := (&Point{Book: &b}).connections(); len(again) != 3 || len(b.conns) != 1 {
		t.Errorf("asked again: %d", len(again))
	}
}
