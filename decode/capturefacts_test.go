package decode

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

func TestCaptureFacts(t *testing.T) {
	stranger := func(a, b uint16) seg {
		return seg{src: onPort(clientEnd, a), dst: onPort(serverEnd, b), flags: flagACK}
	}
	p := play(t, Limits{}, nil, opened().server("220 hi\r\n").segs...)
	p.play(stranger(80, 5000), stranger(5000, 20), stranger(20, 5000), stranger(5000, 21))
	p.raw(0, ipv4(router, router, protoUDP, 64, 1, 0, nil, make([]byte, 8)), 0)
	p.raw(0, ipv4(router, router, 1, 64, 1, 0, nil, make([]byte, 8)), 0)
	p.raw(0, icmp4(3, 3, stranger(1, 2).ip()), 0)
	p.raw(0, icmp6(128, 0, nil), 1)
	p.frame.Data, p.frame.Length = nil, 0
	p.Decode(&p.frame, p.emit) // a tick is no frame
	got := p.Captures()
	if len(got) != 1 {
		t.Fatalf("%d captures", len(got))
	}
	c := got[0]
	equal(t, "frames", c.Frames, 12)
	equal(t, "TCP", c.TCP, 8)
	equal(t, "ICMP", c.ICMP, 3)
	equal(t, "control", c.Control, 5)
	equal(t, "other TCP", c.OtherTCP, 3)
	equal(t, "port 20", c.Port20, 2)
	equal(t, "truncated", c.Truncated, 1)
	equal(t, "loopback", c.Loopback, false)
}

// A control connection on a port of its own counts once it is recognised, and
// each capture is one of its own.
func TestCaptureFactsOfSeveral(t *testing.T) {
	p := play(t, Limits{}, nil)
	p.frame.Capture, p.frame.Link = 2, capture.LinkNull
	for _, g := range odd().segs {
		p.raw(g.after, append([]byte{2, 0, 0, 0}, g.ip()...), 0)
	}
	before := p.Captures()[2]
	s := odd()
	s.segs = nil
	s.server("220 hi\r\n").client("USER a\r\n").server("331 who?\r\n").client("PASS b\r\n")
	p.frame.Capture = 1
	for _, g := range s.segs {
		p.raw(g.after, append([]byte{2, 0, 0, 0}, g.ip()...), 0)
	}
	got := p.Captures()
	if len(got) != 3 {
		t.Fatalf("%d captures", len(got))
	}
	equal(t, "control of the second", got[1].Control, 2)
	equal(t, "frames of the first", got[0].Frames, 0)
	equal(t, "frames of the second", got[1].Frames, 4)
	equal(t, "frames of the third", got[2], before)
	equal(t, "loopback", got[2].Loopback, true)
}

func TestCaptureClock(t *testing.T) {
	start := time.Unix(1_700_000_000, 0).UTC()
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	d := New(Config{}, interest(nil))
	f := capture.Frame{Link: capture.LinkRaw, Data: make([]byte, 20), Length: 20}
	for _, seconds := range []float64{0, 5, 5, 4.5, 4.2, 14.2, -1, 11, 3, 1000} {
		f.Number++
		f.Time = at(seconds)
		d.Decode(&f, func(ev *ftp.Event) {})
		if f.Number == 5 { // not all frames have a time
			f.Number++
			f.Time = time.Time{}
			d.Decode(&f, func(ev *ftp.Event) {})
		}
	}
	c := d.Captures()[0]
	equal(t, "first", c.First, ftp.TimeOf(at(-1)))
	equal(t, "last", c.Last, ftp.TimeOf(at(1000)))
	equal(t, "backwards", c.Backwards.Frame, 8)
	equal(t, "by", c.Step, 15200*time.Millisecond)
}

// What the hosts of one link say to each other is told from what is routed: nobody
// asks for it who filters by ports.
func TestCaptureFactsNeighbours(t *testing.T) {
	d := New(Config{}, interest(nil))
	for n, typ := range []byte{135, 136, 143, 128, 1, 3} { // solicitation, advertisement, report; echo, two errors
		data := ipv6(client6.Addr(), server6.Addr(), 58, 255, append([]byte{typ, 0, 0, 0}, make([]byte, 20)...))
		d.Decode(&capture.Frame{Link: capture.LinkRaw, Number: int64(n + 1), Data: data, Length: len(data)}, func(*ftp.Event) {})
	}
	c := d.Captures()[0]
	equal(t, "ICMP", c.ICMP, 6)
	equal(t, "neighbours", c.Neighbours, 3)
}
