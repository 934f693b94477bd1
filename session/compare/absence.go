package compare

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// covers reports whether a point was capturing at a time of the path, with room
// for what the clocks may be wrong by; else how long before its first packet, or
// after its last one, that was. A file tells only of packets.
func (p *path) covers(point int, at time.Time) (yes bool, early, late time.Duration) {
	c, k := &p.points[point].Capture, &p.clocks[point]
	if c.Frames == 0 {
		return false, 0, 0
	}
	local := k.local(at)
	early, late = max(0, c.First.Sub(local.Add(-k.spread))), max(0, local.Add(k.spread).Sub(c.Last))
	return early == 0 && late == 0, early, late
}

// nearlyCovered is how long before its first packet a point may well have been
// capturing already.
const nearlyCovered = 10 * time.Second

// idle says why a point that holds nothing of a session that never came up may have
// been capturing all the same when a packet of it should have passed; empty where
// that is no more than a guess.
func (p *path) idle(v *Sight, at time.Time) string {
	_, early, late := p.covers(v.Point, at)
	switch {
	case !v.unheard:
	case p.points[v.Point].Frames == 0:
		return "it is empty, and does not tell whether it was capturing then"
	case early > 0 && early < nearlyCovered:
		return fmt.Sprintf("its first packet is %s later", diagnose.Duration(early))
	case late > 0 && late < nearlyCovered:
		return fmt.Sprintf("its last packet is %s earlier", diagnose.Duration(late))
	}
	return ""
}

// absence is how a sight tells that a packet did not pass it.
type absence struct {
	sight  int    // its index on the line, -1 if none tells
	copies int    // packets that it would have seen
	doubt  string // why it may have been otherwise
	vague  bool   // it may not have been capturing then
}

// sure is how sure it is that the packet did not pass.
func (l *line) sure(a absence) diagnose.Confidence {
	v := l.sights[a.sight]
	switch {
	case a.vague, a.doubt != "" && a.copies < 2:
		return diagnose.Possible
	case a.doubt != "" || a.copies < 2 || !l.p.clocks[v.Point].known:
		return diagnose.Likely
	}
	return diagnose.Certain
}

// tells asks a sight about packets that passed another one at these times; ok is
// false if it cannot tell of any.
func (l *line) tells(k int, times ...ftp.Seen) (a absence, ok bool) {
	v := l.sights[k]
	if v.Blind != "" {
		return a, false
	}
	a = absence{sight: k, doubt: v.doubt, vague: true}
	vague := ""
	for _, t := range times {
		if !t.Yes() {
			continue
		}
		at := l.p.when(t)
		if yes, _, _ := l.p.covers(v.Point, at); yes {
			a.copies++
			a.vague = false
		} else if vague == "" {
			vague = l.p.idle(v, at)
		}
	}
	if a.vague && vague != "" {
		a.doubt = vague
	}
	return a, !a.vague || vague != ""
}

// next is the first sight behind k that tells of packets that passed k at one of
// the times. only narrows down which sights are asked.
func (l *line) next(k int, only func(int) bool, times ...ftp.Seen) absence {
	for n := k + 1; n < len(l.sights); n++ {
		if only != nil && !only(n) {
			continue
		}
		if a, ok := l.tells(n, times...); ok {
			return a
		}
	}
	return absence{sight: -1}
}
