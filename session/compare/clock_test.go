package compare

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

const (
	ms = time.Millisecond
	us = time.Microsecond
)

var noon = ftp.TimeOf(time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC))

func TestBoundsOf(t *testing.T) {
	for _, tt := range []struct {
		name           string
		ahead, back    []time.Duration
		offset, spread time.Duration
		bounded        bool
		agree          float64
	}{
		{"nothing", nil, nil, 0, 0, false, 0},
		{"one direction", []time.Duration{9 * ms, 4 * ms, 6 * ms}, nil, 4 * ms, 0, false, 1},
		{"the other one", nil, []time.Duration{-9 * ms, -4 * ms, -6 * ms}, -4 * ms, 0, false, 1},
		{"both", []time.Duration{1005 * ms, 1009 * ms}, []time.Duration{995 * ms, 980 * ms}, 1000 * ms, 5 * ms, true, 1},
		{"no delay at all", []time.Duration{7 * ms}, []time.Duration{7 * ms}, 7 * ms, 0, true, 1},
		{"negative", []time.Duration{-3 * time.Hour}, []time.Duration{-3*time.Hour - 2*ms}, -3*time.Hour - ms, ms, true, 1},
	} {
		b := boundsOf(tt.ahead, tt.back)
		if b.offset != tt.offset || b.spread != tt.spread || b.bounded != tt.bounded || b.agree != tt.agree || b.pairs != len(tt.ahead)+len(tt.back) {
			t.Errorf("%s: %+v", tt.name, b)
		}
	}
}

// tape makes stamps of two points whose clocks differ by an offset and a drift;
// share of the pairs are wrong ones.
func tape(r *rand.Rand, n int, offset time.Duration, ppm, wrong float64) []stamp {
	var out []stamp
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Second)
		delay := 4*ms + time.Duration(r.Int64N(int64(3*ms)))
		if i%10 == 0 {
			delay += time.Duration(r.Int64N(int64(time.Second))) // it waited in a queue
		}
		s := stamp{at: at, fromClient: r.IntN(2) == 0, ttl: noTTL}
		if !s.fromClient {
			delay = -delay
		}
		since := at.Sub(noon.Add(time.Duration(n-1) * time.Second / 2))
		s.delta = offset + drifted(since, ppm) + delay
		if r.Float64() < wrong {
			s.delta += time.Duration(r.Int64N(int64(40*time.Second))) - 20*time.Second
		}
		out = append(out, s)
	}
	return out
}

// TestEstimateBounds: the true offset is within what is said, whatever the delays.
func TestEstimateBounds(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		offset := time.Duration(r.Int64N(int64(2*time.Hour))) - time.Hour
		for _, tt := range []struct {
			name       string
			ppm, wrong float64
			within     time.Duration
		}{
			{"honest", 0, 0, 5 * ms},
			{"one of ten is wrong", 0, 0.1, 5 * ms},
			{"drift", 150 * (r.Float64() - 0.5), 0, 25 * ms},
		} {
			all := tape(r, 120, offset, tt.ppm, tt.wrong)
			e := estimateOf(all, true)
			if !e.bounded || (e.offset-offset).Abs() > max(e.spread, tt.within) || (e.offset-offset).Abs() > tt.within {
				t.Errorf("seed %d, %s: offset %v ± %v, in truth %v", seed, tt.name, e.offset, e.spread, offset)
			}
			if tt.wrong == 0 && tt.ppm == 0 && (e.offset-offset).Abs() > e.spread {
				t.Errorf("seed %d, %s: %v ± %v does not contain %v", seed, tt.name, e.offset, e.spread, offset)
			}
			if tt.wrong == 0 && e.unsteady {
				t.Errorf("seed %d, %s: unsteady", seed, tt.name)
			}
		}
	}
}

func TestEstimateDrift(t *testing.T) {
	for _, ppm := range []float64{-100, -40, 40, 100} {
		r := rand.New(rand.NewPCG(3, 3))
		e := estimateOf(tape(r, 1200, 3*time.Second, ppm, 0.02), true)
		if math.Abs(e.drift-ppm) > 10 || (e.offset-3*time.Second).Abs() > 20*ms || e.unsteady {
			t.Errorf("%v ppm: %+v", ppm, e)
		}
	}
}

// TestEstimateBackwards: stamps of a pair whose second point is nearer to the
// client bound the other way.
func TestEstimateBackwards(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	all := tape(r, 60, time.Minute, 0, 0)
	for i := range all {
		all[i].fromClient = !all[i].fromClient
	}
	if e := estimateOf(all, false); !e.bounded || (e.offset-time.Minute).Abs() > 5*ms || e.agree != 1 {
		t.Errorf("%+v", e)
	}
	forward := tape(r, 60, time.Minute, 0, 0)
	if e := estimateOf(reversed(forward), false); (e.offset+time.Minute).Abs() > 5*ms || e.agree != 1 {
		t.Errorf("reversed: %+v", e)
	}
}

// TestEstimateJump: a clock that was set in the middle is no steady one.
func TestEstimateJump(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	all := tape(r, 60, 0, 0, 0)
	for i := range all {
		if i >= 40 {
			all[i].delta += time.Hour
		}
	}
	if e := estimateOf(all, true); !e.unsteady || e.offset.Abs() > 10*ms {
		t.Errorf("%+v", e)
	}
	if e := estimateOf(nil, true); e.pairs != 0 || e.unsteady {
		t.Errorf("of nothing: %+v", e)
	}
}

// TestClock: to the clock of the path and back.
func TestClock(t *testing.T) {
	for _, c := range []clock{
		{}, {offset: -3 * time.Hour}, {offset: 17 * time.Second, drift: 300, middle: noon}, {offset: -time.Second, drift: -1900, middle: noon},
	} {
		for _, at := range []ftp.Time{noon, noon.Add(-time.Hour), noon.Add(9 * time.Hour)} {
			if d := c.path(c.local(at)).Sub(at).Abs(); d > time.Duration(float64(9*time.Hour)*(c.drift/1e6)*(c.drift/1e6))+ms {
				t.Errorf("%+v: %v becomes %v", c, at, c.path(c.local(at)))
			}
		}
	}
}
