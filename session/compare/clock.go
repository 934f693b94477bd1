package compare

import (
	"math"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// The estimate of clocks.
const (
	driftSpan    = 10 * time.Second // captures shorter than that show no drift
	driftWindows = 8
	driftMost    = 2000.0                 // parts per million
	leastPerSpan = 6                      // stamps in a window of which drift is made
	steadyShare  = 0.9                    // of the stamps agree where a clock is steady
	steadySpread = 200 * time.Millisecond // what disagrees by less is no jump
	perfectShare = 0.98                   // of the stamps agree where no drift is looked for
	millionthOf  = 1e6
)

// bounds estimates how a second clock stands to a first one, from packets that
// pass the first point before the second (ahead) and others that pass it behind
// (back). No packet arrives before it left: the offset is at most any delta of
// the first kind, and at least any of the second. What most packets agree on
// wins, so that a packet taken for another one does no harm.
type bounds struct {
	offset, spread time.Duration
	bounded        bool
	agree          float64 // share of the packets
	pairs          int
}

func boundsOf(ahead, back []time.Duration) bounds {
	out := bounds{pairs: len(ahead) + len(back)}
	if out.pairs == 0 {
		return out
	}
	slices.Sort(ahead)
	slices.Sort(back)
	if len(ahead) == 0 || len(back) == 0 {
		out.agree = 1
		if len(ahead) > 0 {
			out.offset = ahead[0]
		} else {
			out.offset = back[len(back)-1]
		}
		return out
	}
	best := -1
	var low, high time.Duration
	for _, x := range slices.Sorted(slices.Values(slices.Concat(ahead, back))) {
		above, _ := slices.BinarySearch(ahead, x)
		below, _ := slices.BinarySearch(back, x+1)
		switch n := len(ahead) - above + below; {
		case n > best:
			best, low, high = n, x, x
		case n == best:
			high = x
		}
	}
	out.offset, out.spread, out.bounded = low+(high-low)/2, (high-low)/2, true
	out.agree = float64(best) / float64(out.pairs)
	out.spread = max(out.spread, out.noise(ahead, back))
	return out
}

// noise is by how much packets contradict the offset, the worst of twenty left
// out: timestamps are no better than that.
func (b *bounds) noise(ahead, back []time.Duration) time.Duration {
	var off []time.Duration
	for _, d := range ahead {
		off = append(off, max(0, b.offset-d))
	}
	for _, d := range back {
		off = append(off, max(0, d-b.offset))
	}
	slices.Sort(off)
	return off[(len(off)-1)*19/20]
}

// estimate is the clock of a second point against that of a first one.
type estimate struct {
	bounds
	middle   ftp.Time // by the first clock: where offset holds
	drift    float64  // parts per million
	unsteady bool
}

// estimateOf reads stamps between two points; forward says that what the client
// sent passes the first of them first.
func estimateOf(all []stamp, forward bool) estimate {
	if len(all) == 0 {
		return estimate{}
	}
	slices.SortFunc(all, func(a, b stamp) int { return a.at.Compare(b.at) })
	span := all[len(all)-1].at.Sub(all[0].at)
	e := estimate{middle: all[0].at.Add(span / 2)}
	e.bounds = e.fit(all, forward, 0)
	if e.agree < perfectShare && span >= driftSpan {
		if drift, ok := driftOf(all, forward, e.middle); ok {
			if fitted := e.fit(all, forward, drift); fitted.agree > e.agree {
				e.bounds, e.drift = fitted, drift
			}
		}
	}
	e.unsteady = e.agree < steadyShare && e.spread > steadySpread || e.leaps(all)
	return e
}

// leaps reports whether the last stamps contradict the estimate by more than any
// packet is late: a clock was set meanwhile, and nothing is known of what followed.
func (e *estimate) leaps(all []stamp) bool {
	const few, far = 2, time.Second
	if len(all) <= few || !e.bounded {
		return false
	}
	for _, s := range all[len(all)-few:] {
		if off := s.delta - drifted(s.at.Sub(e.middle), e.drift) - e.offset; off.Abs() <= far+e.spread {
			return false
		}
	}
	return true
}

// fit makes bounds of the stamps, as they would be without drift.
func (e *estimate) fit(all []stamp, forward bool, drift float64) bounds {
	var ahead, back []time.Duration
	for _, s := range all {
		delta := s.delta - drifted(s.at.Sub(e.middle), drift)
		if s.fromClient == forward {
			ahead = append(ahead, delta)
		} else {
			back = append(back, delta)
		}
	}
	return boundsOf(ahead, back)
}

// drifted is what a clock gains in a time.
func drifted(d time.Duration, ppm float64) time.Duration {
	return time.Duration(float64(d) * ppm / millionthOf)
}

// driftOf fits a line through the offsets of parts of the time.
func driftOf(all []stamp, forward bool, middle ftp.Time) (ppm float64, ok bool) {
	var n, sx, sy, sxx, sxy float64
	size := max(leastPerSpan, len(all)/driftWindows)
	for part := range slices.Chunk(all, size) {
		e := estimate{middle: middle}
		b := e.fit(part, forward, 0)
		if !b.bounded || len(part) < leastPerSpan {
			continue
		}
		x, y := part[len(part)/2].at.Sub(middle).Seconds(), b.offset.Seconds()
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	d := n*sxx - sx*sx
	if n < 3 || d == 0 {
		return 0, false
	}
	ppm = (n*sxy - sx*sy) / d * millionthOf
	return ppm, math.Abs(ppm) <= driftMost
}

// clock turns times of a point into those of the first point of the path.
type clock struct {
	known   bool
	offset  time.Duration
	drift   float64
	middle  ftp.Time
	spread  time.Duration
	bounded bool
	pairs   int
	jumps   bool
}

// path is a time of the point by the clock of the path.
func (c *clock) path(t ftp.Time) ftp.Time {
	t = t.Add(-c.offset)
	if c.drift == 0 {
		return t
	}
	return t.Add(-drifted(t.Sub(c.middle), c.drift))
}

// local is a time of the path by the clock of the point.
func (c *clock) local(t ftp.Time) ftp.Time {
	out := t.Add(c.offset)
	if c.drift == 0 {
		return out
	}
	return out.Add(drifted(t.Sub(c.middle), c.drift))
}
