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
func (p *path) covers(point int, at ftp.Time) (yes bool, early, late time.Duration) {
	c, k := &p.points[point].Capture, &p.clocks[point]
	if c.Frames == 0 {
		return false, 0, 0
	}
	spread := k.spread
	if k.known && !k.bounded {
		spread = max(spread, unboundedSpread)
	}
	local := k.local(at)
	early, late = max(0, c.First.Sub(local.Add(-spread))), max(0, local.Add(spread).Sub(c.Last))
	return early == 0 && late == 0, early, late
}

const (
	// nearlyCovered is how long before its first packet a point may well have been
	// capturing already.
	nearlyCovered = 10 * time.Second
	// unboundedSpread is what the delay may be, where only packets of one direction
	// tell of a clock.
	unboundedSpread = 500 * time.Millisecond
)

// idle says why a point that holds nothing of a session that never came up may have
// been capturing all the same when a packet of it should have passed; empty where
// that is no more than a guess.
func (p *path) idle(v *Sight, at ftp.Time) string {
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

// absence is how a sight tells that packets did not pass it.
type absence struct {
	sight  int    // its index on the line, -1 if none tells
	copies int    // packets that it would have seen
	doubt  string // why it may have been otherwise
	vague  bool   // it may not have been capturing then
}

var nowhere = absence{sight: -1}

// sure is how sure it is that packets passed the sight from and not another one. A
// capture may miss a single packet.
func (l *line) sure(from int, a absence) diagnose.Confidence {
	const enough, enoughLossy = 2, 3
	v := l.sights[a.sight]
	k := &l.p.clocks[v.Point]
	switch {
	case a.vague, a.copies < enough, v.lossy && a.copies < enoughLossy, l.p.leaps(v.Point), l.p.leaps(l.sights[from].Point), !l.ordered(from, a.sight), v.unheard && l.p.place(v.Point) < 0, v.doubt == strangers:
		return diagnose.Possible
	case a.doubt != "", v.unheard, !k.known, !k.bounded:
		return diagnose.Likely
	}
	return diagnose.Certain
}

// leaps reports whether the clock of a point was set while it captured.
func (p *path) leaps(point int) bool {
	return p.clocks[point].jumps || p.points[point].Backwards.Yes()
}

// ordered reports whether it is known which of two sights is nearer to the client.
func (l *line) ordered(a, b int) bool {
	n, ok := l.p.relation[[2]int{l.sights[a].Point, l.sights[b].Point}]
	return ok && n.sign != 0 && n.sure
}

// asked is a packet that a sight is asked about.
type asked struct {
	back bool       // on the way back to the sender of the line
	seen []ftp.Seen // where it passed another sight, each time
}

// tells asks a sight about packets; ok is false if it cannot tell of any.
func (l *line) tells(k int, q asked) (a absence, ok bool) {
	v := l.sights[k]
	direction := toServer
	if l.toServer == q.back {
		direction = toClient
	}
	if v.Blind != "" || v.deaf[direction] {
		return a, false
	}
	a = absence{sight: k, doubt: v.doubt, vague: true}
	vague := ""
	for _, t := range q.seen {
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

// next is the first sight behind k that tells of packets that passed k. only narrows
// down which sights are asked.
func (l *line) next(k int, only func(int) bool, seen ...ftp.Seen) absence {
	for n := k + 1; n < len(l.sights); n++ {
		if only != nil && !only(n) {
			continue
		}
		if a, ok := l.tells(n, asked{seen: seen}); ok {
			return a
		}
	}
	return nowhere
}
