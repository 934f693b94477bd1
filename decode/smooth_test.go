package decode

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/workload"
	"github.com/ftpscope/ftpscope/session"
)

// facts is what a decoder knows of all connections at the end of a capture; smooth
// is how many segments were taken so.
func facts(t *testing.T, frames []capture.Frame, wary bool) (all []ftp.Conn) {
	t.Helper()
	tracker := session.New(session.Config{})
	d := New(Config{}, tracker)
	d.wary = wary
	emit := func(ev *ftp.Event) {
		tracker.Handle(ev, func(*session.Session) {})
		if ev.Kind == ftp.EventEnd {
			all = append(all, *ev.Conn.Clone())
		}
	}
	for i := range frames {
		d.Decode(&frames[i], emit)
	}
	d.Finish(emit)
	return all
}

// What is taken for smooth leaves the same facts as the long way, in captures that
// are whole, and in such that lack frames, hold some of them twice or in another
// order, or have no ends.
func TestSmooth(t *testing.T) {
	files := make(map[string][]byte)
	for _, name := range samples.Names() {
		files[name], _ = samples.Open(name)
	}
	for _, w := range workload.All() {
		if w.Name != "flood" {
			files[w.Name] = made(t, w.Name, 0.003)
		}
	}
	for name, data := range files {
		set, err := capture.Open([]string{capturetest.WriteFile(t, name, data)}, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		frames, err := capturetest.Collect(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		set.Close()
		rng := rand.New(rand.NewPCG(1, 2))
		for _, damage := range []struct {
			name string
			of   func([]capture.Frame) []capture.Frame
		}{
			{"whole", func(all []capture.Frame) []capture.Frame { return all }},
			{"lossy", func(all []capture.Frame) []capture.Frame {
				return some(all, func() int { return min(1, rng.IntN(50)) })
			}},
			{"doubled", func(all []capture.Frame) []capture.Frame { return some(all, func() int { return 1 + rng.IntN(40)/39 }) }},
			{"late", func(all []capture.Frame) []capture.Frame { return all[len(all)/3:] }},
			{"out of order", func(all []capture.Frame) []capture.Frame {
				all = some(all, func() int { return 1 })
				for range len(all) / 20 {
					i := rng.IntN(len(all))
					j := min(len(all)-1, i+rng.IntN(6))
					all[i], all[j] = all[j], all[i]
				}
				return all
			}},
		} {
			given := damage.of(frames)
			got, want := facts(t, given, false), facts(t, given, true)
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d connections, want %d", name, damage.name, len(got), len(want))
				continue
			}
			for i := range got {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("%s, %s: connection %d\n%s\nwant\n%s", name, damage.name, i, fmt.Sprintf("%+v", got[i]), fmt.Sprintf("%+v", want[i]))
				}
			}
		}
	}
}

// some has each frame so many times.
func some(all []capture.Frame, times func() int) (out []capture.Frame) {
	for _, f := range all {
		for range times() {
			out = append(out, f)
		}
	}
	return out
}

// Of a large file nearly all is smooth: else all this would be for nothing.
func TestMostIsSmooth(t *testing.T) {
	d := New(Config{}, announced(dataEnd))
	s := dataScript().handshake()
	emit := func(*ftp.Event) {}
	for range 100 {
		s.server("0123456789abcdef").send(client, flagACK, "")
	}
	taken := 0
	for n, g := range s.segs {
		data := g.ip()
		f := capture.Frame{Link: capture.LinkRaw, Number: int64(n + 1), Data: data, Length: len(data)}
		var p packet
		if fl := d.flows.age.first; fl != nil && look(capture.EtherIPv4, data, len(data), &p) == foundTCP {
			p.frame = &f
			before := fl.conn.Packets()
			if fl.smooth(&p, fl.side(&p)) {
				taken++
				equal(t, "packets counted", fl.conn.Packets(), before+1)
				continue
			}
		}
		d.Decode(&f, emit)
	}
	if taken < 150 {
		t.Errorf("%d of %d segments are taken for smooth", taken, len(s.segs))
	}
}

// The same of connections on which much goes wrong: bytes that are missing, come
// again or late, acknowledgments that are ahead of what was captured or of what was
// ever sent, closed windows, probes, frames that are there twice, ends.
func TestSmoothAmongTrouble(t *testing.T) {
	for run := range uint64(6000) {
		rng := rand.New(rand.NewPCG(run, 3))
		base := [2]uint32{1000, 1<<32 - 200} // one of them comes round
		next := [2]int{}                     // bytes that each side sent
		var segs []seg
		add := func(from ftp.Side, at, n, ack int, flags uint8, window uint16) {
			segs = append(segs, seg{
				src: dataScript().ends[from], dst: dataScript().ends[from.Other()],
				seq: base[from] + 1 + uint32(at), ack: base[from.Other()] + 1 + uint32(ack), flags: flags, window: window,
				ipID: uint16(len(segs) + 1), ttl: 60 + uint8(rng.IntN(3)), payload: strings.Repeat("x", n), after: time.Duration(rng.IntN(30)) * time.Millisecond,
			})
		}
		if run%4 > 0 { // or the capture begins in the middle
			add(client, -1, 0, -1, flagSYN, 9000)
			add(server, -1, 0, 0, flagSYN|flagACK, 9000)
			add(client, 0, 0, 0, flagACK, 9000)
			segs = segs[rng.IntN(3)*rng.IntN(2):] // or in the handshake
		}
		for range 40 {
			from := server
			if rng.IntN(3) == 0 {
				from = client
			}
			at, n, ack, window, flags := next[from], rng.IntN(30), next[from.Other()], uint16(9000), uint8(flagACK)
			switch rng.IntN(16) {
			case 0:
				next[from] += rng.IntN(40) // what comes next was not captured
				continue
			case 1:
				at = max(0, at-rng.IntN(60)) // again, or for the first time
			case 2:
				at += rng.IntN(60) // early
			case 3:
				ack = max(0, ack-rng.IntN(40))
			case 4:
				ack += rng.IntN(50)
			case 5:
				window = 1
				segs = append(segs, seg{}) // a closed window: below
			case 6:
				at, n = at-1, rng.IntN(2) // a probe
			case 7:
				if len(segs) > 3 {
					segs = append(segs, segs[len(segs)-1-rng.IntN(3)])
				}
				continue
			case 8:
				if rng.IntN(2) == 0 {
					flags |= flagFIN
				}
			}
			if len(segs) > 0 && segs[len(segs)-1].src == (netip.AddrPort{}) {
				segs = segs[:len(segs)-1]
				add(from, at, 0, ack, flags, closedWindow)
				continue
			}
			add(from, at, n, ack, flags, window)
			next[from] = max(next[from], at+n)
		}
		var frames []capture.Frame
		now := time.Unix(1_700_000_000, 0)
		for i, g := range segs {
			now = now.Add(g.after)
			data := g.ip()
			if g.window == closedWindow {
				data[34], data[35] = 0, 0
			}
			frames = append(frames, capture.Frame{Link: capture.LinkRaw, Time: now, Number: int64(i + 1), Data: data, Length: len(data)})
		}
		got, want := alone(frames, false), alone(frames, true)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("run %d:\n%+v\nwant\n%+v", run, got, want)
		}
	}
}

// closedWindow stands for a window of 0, which seg takes for none said.
const closedWindow = 7777

// alone is facts of captures of a data connection alone.
func alone(frames []capture.Frame, wary bool) (all []ftp.Conn) {
	d := New(Config{}, announced(dataEnd))
	d.wary = wary
	emit := func(ev *ftp.Event) {
		if ev.Kind == ftp.EventEnd {
			all = append(all, *ev.Conn.Clone())
		}
	}
	for i := range frames {
		d.Decode(&frames[i], emit)
	}
	d.Finish(emit)
	return all
}
