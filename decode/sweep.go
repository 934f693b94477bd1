package decode

import (
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// sweepEvery is how often, in frame time, ended and stale connections are looked
// for.
const sweepEvery = 5 * time.Second

// sweepShare bounds the work where frame times jump to and fro: so many
// connections may be looked at for each frame.
const sweepShare = 16

// due reports whether it is time to sweep.
func (d *Decoder) due() bool {
	return d.now.Sub(d.swept).Abs() > sweepEvery && (d.stats.Frames-d.sweptAt)*sweepShare >= int64(len(d.flows))
}

// sweep ends connections that are over for a while or never came up.
func (d *Decoder) sweep(emit func(*ftp.Event)) {
	d.swept, d.sweptAt, d.crowded = d.now, d.stats.Frames, false
	for _, fl := range d.inOrder() {
		idle := d.now.Sub(fl.conn.Last.Time)
		switch {
		case fl.over() && idle > d.limits.EndedLinger, fl.failed() && idle > d.limits.FailedLinger:
			d.end(fl, emit)
		case fl.control != nil:
			fl.control.drain(d.now, d.limits, emit)
		}
	}
}

// makeRoom ends what nobody answered and what is over, and, if all are
// established, what was silent for long. It reports whether there is room for
// another connection.
func (d *Decoder) makeRoom(at ftp.Seen, emit func(*ftp.Event)) bool {
	if d.crowded {
		return false
	}
	before := len(d.flows)
	d.clear(emit, func(fl *flow) bool {
		_, answered := fl.conn.Answered()
		return fl.over() || fl.failed() && !answered
	})
	if len(d.flows) == before {
		d.clear(emit, func(fl *flow) bool { return d.now.Sub(fl.conn.Last.Time) > d.limits.IdleLinger })
		d.notice(at, emit, "limit-connections", "more than %d TCP connections at once: later ones are not followed", d.limits.Connections)
	}
	// Not again before the next sweep, unless it was worth its price.
	d.crowded = before-len(d.flows) < before/sweepShare
	return len(d.flows) < before
}

// clear ends the connections that are to go.
func (d *Decoder) clear(emit func(*ftp.Event), goes func(*flow) bool) {
	for _, fl := range d.inOrder() {
		if goes(fl) {
			d.end(fl, emit)
		}
	}
}

// inOrder lists the flows by age, so that events come in the same order always.
func (d *Decoder) inOrder() []*flow {
	all := make([]*flow, 0, len(d.flows))
	for _, fl := range d.flows {
		all = append(all, fl)
	}
	slices.SortFunc(all, func(a, b *flow) int { return int(a.conn.ID - b.conn.ID) })
	return all
}
