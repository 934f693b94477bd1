package decode

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// stream is a decoder that knows the connection of a script, and a frame of 1400
// bytes of it that can be sent again and again.
type stream struct {
	d     *Decoder
	frame capture.Frame
	seq   uint32
	emit  func(*ftp.Event)
	count int
}

func newStream(s *script, i Interest) *stream {
	st := &stream{d: New(Config{}, i)}
	st.emit = func(*ftp.Event) { st.count++ }
	s.server(strings.Repeat("x", 1400))
	st.frame = capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0)}
	for _, g := range s.segs {
		st.frame.Data = g.ip()
		st.seq = g.seq
		st.decode()
	}
	st.count = 0
	return st
}

func (st *stream) decode() {
	st.frame.Number++
	st.frame.Length = len(st.frame.Data)
	st.d.Decode(&st.frame, st.emit)
}

// next sends the following 1400 bytes.
func (st *stream) next() {
	st.seq += 1400
	b := st.frame.Data
	b[24], b[25], b[26], b[27] = byte(st.seq>>24), byte(st.seq>>16), byte(st.seq>>8), byte(st.seq)
	st.frame.Time = st.frame.Time.Add(time.Microsecond)
	st.decode()
}

// bystander has a followed connection, so that the doorman has something to look
// up, and then sends packets of one that nobody follows.
func bystander(s *script) *stream {
	st := newStream(dataScript().handshake(), announced(dataEnd))
	other := newStream(s, interest(nil))
	st.frame.Data, st.seq = other.frame.Data, other.seq
	st.d.announced = new(ftp.PortSet)
	st.d.announced.Add(dataEnd.Port())
	return st
}

func TestDecodeAllocatesNothing(t *testing.T) {
	strangers := odd()
	strangers.segs = nil
	sharing := odd() // its ports are those of connections that are followed
	sharing.segs = nil
	sharing.ends = [2]netip.AddrPort{netip.AddrPortFrom(router, clientEnd.Port()), onPort(clientEnd, dataEnd.Port())}
	tests := []struct {
		name   string
		stream *stream
		bytes  int64 // counted after 1000 packets; -1 where nobody counts
	}{
		{"nobody's packet", bystander(strangers), -1},
		{"nobody's packet of a known port", bystander(sharing), -1},
		{"data packet", newStream(dataScript().handshake(), announced(dataEnd)), 1400 * 1002},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if n := testing.AllocsPerRun(1000, tt.stream.next); n != 0 {
				t.Errorf("%v allocations per packet, want none", n)
			}
			equal(t, "events", tt.stream.count, 0)
			equal(t, "connections", tt.stream.d.flows.count(), 1)
			equal(t, "packets read", tt.stream.d.stats.TCP >= 1001, true)
			for fl := range tt.stream.d.flows.age.all() {
				if got := fl.conn.Half[server].Bytes; tt.bytes >= 0 && got != tt.bytes {
					t.Errorf("%d bytes counted, want %d", got, tt.bytes)
				}
			}
		})
	}
}

// Each answer is told, and without memory of its own.
func TestChangeAllocatesNothing(t *testing.T) {
	p := play(t, Limits{}, nil, newScript().send(client, flagSYN, "").segs...)
	var fl *flow
	for fl = range p.flows.age.all() {
	}
	told := 0
	emit := func(*ftp.Event) { told++ }
	if n := testing.AllocsPerRun(100, func() { p.change(fl, ftp.Seen{}, server, emit) }); n != 0 || told == 0 {
		t.Errorf("%v allocations for each of %d events", n, told)
	}
}

// A flood of spoofed SYNs to a control port is the cheapest thing to send. What
// its facts take (ftp.Conn) goes on to the tracker; all else is ours. Beyond the
// limit only the frame is kept, up to another limit.
func TestUnansweredSYNIsCheap(t *testing.T) {
	var limits Limits
	limits = limits.withDefaults()
	st := &stream{d: New(Config{}, interest(nil)), emit: func(*ftp.Event) {}}
	st.frame = capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0), Data: syn(0, serverEnd).ip()}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	next := uint32(0x0a00_0000)
	cost := func(n int) int {
		before := heap()
		for range n {
			next++
			binary.BigEndian.PutUint32(st.frame.Data[12:], next) // the source
			st.decode()
		}
		return int(heap() - before)
	}
	each := cost(limits.Unanswered)/limits.Unanswered - int(unsafe.Sizeof(ftp.Conn{}))
	equal(t, "connections", st.d.flows.count(), limits.Unanswered)
	if each > 1500 {
		t.Errorf("%d bytes for each SYN besides the %d of ftp.Conn, want less than 1500", each, unsafe.Sizeof(ftp.Conn{}))
	}
	if each := cost(limits.Knocks) / limits.Knocks; each > 600 {
		t.Errorf("%d bytes for each SYN beyond the limit, want less than 600", each)
	}
	if more := cost(4 * limits.Knocks); more > 1<<20 {
		t.Errorf("%d bytes more for later ones, want none", more)
	}
	equal(t, "connections", st.d.flows.count(), limits.Unanswered)
}

func BenchmarkDecode(b *testing.B) {
	strangers := odd()
	strangers.segs = nil
	for name, st := range map[string]*stream{
		"nobody": bystander(strangers),
		"data":   newStream(dataScript().handshake(), announced(dataEnd)),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(st.frame.Data)))
			b.ReportAllocs()
			for b.Loop() {
				st.next()
			}
		})
	}
}

// BenchmarkControl reads a whole session of FTP, connection and all.
func BenchmarkControl(b *testing.B) {
	segs := cut(func() int { return 100 }).segs
	var frames [][]byte
	total := 0
	for _, g := range segs {
		frames = append(frames, g.ip())
		total += len(frames[len(frames)-1])
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		d := New(Config{}, interest(nil))
		f := capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0)}
		events := 0
		emit := func(*ftp.Event) { events++ }
		for _, data := range frames {
			f.Data, f.Length = data, len(data)
			f.Number++
			d.Decode(&f, emit)
		}
		d.Finish(emit)
		if events < len(dialogueSaid) {
			b.Fatal(events, "events")
		}
	}
}

// BenchmarkFirstLook is what it costs to find what is in a frame: link layer,
// addresses, ports, numbers; and to pass over one of nobody at a glance.
func BenchmarkFirstLook(b *testing.B) {
	strangers := odd()
	strangers.segs = nil
	st := bystander(strangers)
	frame := append(append(make([]byte, 12), 0x08, 0x00), st.frame.Data...)
	b.Run("look", func(b *testing.B) {
		b.SetBytes(int64(len(frame)))
		b.ReportAllocs()
		for b.Loop() {
			ether, at, ok := link(capture.LinkEthernet, frame)
			if !ok || look(ether, frame[at:], len(frame)-at, &st.d.packet) != foundTCP {
				b.Fatal("not found")
			}
		}
	})
	b.Run("glance", func(b *testing.B) {
		st.d.capture = st.d.captureOf(&st.frame)
		b.SetBytes(int64(len(frame)))
		b.ReportAllocs()
		for b.Loop() {
			ether, at, ok := link(capture.LinkEthernet, frame)
			if !ok || !st.d.nobodys(ether, frame[at:], len(frame)-at) {
				b.Fatal("somebody's")
			}
		}
	})
}

// BenchmarkSecondLook is what a packet costs that the first look passes on.
func BenchmarkSecondLook(b *testing.B) {
	s := opened().segs[2]
	data := append([]byte{0, 3, 1, 0x40}, s.ip()...)
	d := New(Config{}, interest(nil))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var p packet
		var e icmpError
		if d.secondLook(capture.EtherMPLS, data, len(data), &p, &e) != foundTCP {
			b.Fatal("not found")
		}
	}
}
