package live

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// TestOutage: without Wait the capture ends where the interface goes, with a
// problem and without an error, and has what came before.
func TestOutage(t *testing.T) {
	for _, c := range []struct{ name, line, code, says string }{
		{"set down", "link set far down", CodeDown, "far was down at "},
		{"deleted", "link del far", CodeGone, "far was gone at "},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab(t, pair...)
			live := start(t, Options{Interface: "far", Filter: onlyTest})
			newSender(t, "near").send(numbered(1, 100), numbered(2, 100))
			ip(t, c.line)
			began := time.Now()
			got := collect(t, live, 0)
			if len(got) != 2 {
				t.Errorf("%d frames, want 2", len(got))
			}
			if d := time.Since(began); d > time.Second {
				t.Errorf("the end was noticed after %v", d)
			}
			in := live.Info()[0]
			if len(in.Problems) != 1 || in.Complete {
				t.Fatalf("complete %v, problems %+v", in.Complete, in.Problems)
			}
			if p := in.Problems[0]; p.Code != c.code || !strings.HasPrefix(p.Message, c.says) || p.Frame != 2 {
				t.Errorf("problem %+v", p)
			}
		})
	}
}

// TestWait: with Wait the same capture goes on when the interface is back, also
// as a new one of its name.
func TestWait(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest, Wait: true})
	index := indexOf(t, "far")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	steps := []struct {
		lines []string // what happens
		until State    // what is said of it
	}{
		{nil, StateUp},
		{[]string{"link set far down"}, StateDown},
		{[]string{"link set far up"}, StateUp},
		{[]string{"link del far"}, StateGone},
		{[]string{"link add near type veth peer name far", "link set near up"}, StateDown},
		{[]string{"link set far up"}, StateUp},
	}
	var got []byte // the numbers of the frames
	step, ticks := 0, 0
	for f, err := range c.Frames(ctx) {
		if err != nil {
			break
		}
		if f.Length > 0 {
			got = append(got, f.Data[17])
			if step+1 == len(steps) {
				cancel()
			}
		} else {
			ticks++
		}
		switch up := len(got) > 0 && got[len(got)-1] == byte(step); {
		case ctx.Err() != nil || lastState(c) != steps[step].until:
			continue
		case steps[step].until == StateUp && !up:
			// A cable needs a while until it carries something.
			newSender(t, "near").send(numbered(step, 100))
			continue
		}
		step++
		for _, line := range steps[step].lines {
			ip(t, line)
		}
	}
	if want := []byte{0, 2, 5}; !slices.Equal(slices.Compact(got), want) {
		t.Errorf("at step %d: frames %v, want %v", step, got, want)
	}
	var states []State
	for i, e := range c.Stats().Events {
		states = append(states, e.State)
		if e.Number != int64(i+1) || !strings.HasPrefix(e.Message, "far ") {
			t.Errorf("event %+v", e)
		}
	}
	if want := []State{StateDown, StateUp, StateDown, StateGone, StateDown, StateUp}; !slices.Equal(states, want) {
		t.Errorf("events %v, want %v", states, want)
	}
	in := c.Info()[0]
	var codes []string
	for _, p := range in.Problems {
		codes = append(codes, p.Code)
	}
	if want := []string{CodeDown, CodeGone}; !slices.Equal(codes, want) || in.Complete {
		t.Errorf("problems %v, want %v; complete %v", codes, want, in.Complete)
	}
	if indexOf(t, "far") == index {
		t.Error("the new interface has the number of the old: this test shows too little")
	}
	if ticks < len(steps) {
		t.Errorf("%d ticks", ticks)
	}
}

// TestDownAtFirst: an interface that is down is an error, or waited for.
func TestDownAtFirst(t *testing.T) {
	lab(t, pair...)
	ip(t, "link set far down")
	_, err := Open(Options{Interface: "far"})
	if e, ok := errors.AsType[*InterfaceError](err); !ok || e.Reason != "the interface is down" {
		t.Errorf("got %v", err)
	}
	c := start(t, Options{Interface: "far", Filter: onlyTest, Wait: true})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	got := 0
	for f, err := range c.Frames(ctx) {
		switch {
		case err != nil:
		case f.Length > 0:
			got++
			cancel()
		case lastState(c) == StateDown:
			ip(t, "link set far up")
		case len(c.Stats().Events) == 2:
			newSender(t, "near").send(numbered(1, 100))
		}
	}
	if got == 0 {
		t.Errorf("no frame; events %+v", c.Stats().Events)
	}
}

// TestAnotherKind: an interface that comes back as another kind has other frames,
// which the filter isn't for.
func TestAnotherKind(t *testing.T) {
	lab(t, pair...)
	if err := exec.Command("ip", "tuntap", "add", "probe", "mode", "tun").Run(); err != nil {
		t.Skip("no tun(4) here")
	}
	ip(t, "link del probe")
	c := start(t, Options{Interface: "far", Wait: true})
	ip(t, "link del far")
	ip(t, "tuntap add far mode tun")
	collect(t, c, 0)
	in := c.Info()[0]
	if len(in.Problems) != 1 || in.Problems[0].Code != CodeGone || !strings.Contains(in.Problems[0].Message, "of another kind") {
		t.Errorf("problems %+v", in.Problems)
	}
}

// lastState is how the interface is, as Stats says.
func lastState(c *Capture) State {
	if e := c.Stats().Events; len(e) > 0 {
		return e[len(e)-1].State
	}
	return StateUp
}

// TestTicks: where the wire is quiet time goes on, ten times a second, and never
// back; ticks are no packets.
func TestTicks(t *testing.T) {
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest})
	s := newSender(t, "near")
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	began := time.Now()
	ticks := 0
	var last time.Time
	for f, err := range c.Frames(ctx) {
		if err != nil {
			break
		}
		if f.Time.Before(last) {
			t.Errorf("%v after %v", f.Time, last)
		}
		last = f.Time
		if f.Length > 0 {
			continue
		}
		ticks++
		if f.Data != nil || f.Link != capture.LinkEthernet {
			t.Errorf("a tick: %+v", f)
		}
		if ticks == 5 {
			s.send(numbered(1, 60))
		}
	}
	if least := int(time.Since(began) / (250 * time.Millisecond)); ticks < least {
		t.Errorf("%d ticks, want %d at least", ticks, least)
	}
	if n := c.Info()[0].Packets; n != 1 {
		t.Errorf("%d packets, want 1", n)
	}
}
