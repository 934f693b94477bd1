package decode

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

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
		s.server(fmt.Sprint("0123456789abcdef")).send(client, flagACK, "")
	}
	taken := 0
	for n, g := range s.segs {
		data := g.ip()
		f := capture.Frame{Link: capture.LinkRaw, Number: int64(n + 1), Data: data, Length: len(data)}
		var p packet
		if fl := d.flows.age.first; fl != nil && look(etherIPv4, data, len(data), &p) == foundTCP {
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
