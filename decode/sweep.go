package decode

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// sweepEvery is how often, in frame time, ended and stale connections are looked
// for.
const sweepEvery = 5 * time.Second

// sweepShare bounds the work where frame times jump to and fro: so many
// connections may be looked at for each frame.
const sweepShare = 16

// due reports whether it is time to sweep. A tick comes where there is time for it.
func (d *Decoder) due(tick bool) bool {
	return d.now.Sub(d.swept).Abs() > sweepEvery && (tick || (d.stats.Frames-d.sweptAt)*sweepShare >= int64(d.flows.count()))
}

// sweep ends connections that are over for a while or never came up.
func (d *Decoder) sweep(emit func(*ftp.Event)) {
	d.swept, d.sweptAt, d.crowded = d.now, d.stats.Frames, false
	for fl := range d.flows.age.all() {
		idle := d.now.Sub(fl.conn.Last.Time)
		switch {
		case fl.over() && idle > d.limits.EndedLinger, fl.failed() && idle > d.limits.FailedLinger,
			d.limits.Idle > 0 && idle > d.limits.Idle:
			d.end(fl, emit)
		case fl.control != nil:
			fl.control.drain(d.now, d.limits, emit)
		}
	}
}

// makeRoom ends what is over and what nobody answered, the oldest first, and, if
// all are established, what was silent for long. It reports whether there is room
// for another connection.
func (d *Decoder) makeRoom(at ftp.Seen, emit func(*ftp.Event)) bool {
	for _, q := range []*queue{&d.over, &d.lonely, &d.dormant} {
		if q.length > 0 {
			d.end(q.first, emit)
			return true
		}
	}
	d.notice(at, emit, "limit-connections", "more than %d TCP connections at once: later ones are not followed", d.limits.Connections)
	if d.crowded {
		return false
	}
	before := d.flows.count()
	for fl := range d.flows.age.all() {
		if d.now.Sub(fl.conn.Last.Time) > d.limits.IdleLinger {
			d.end(fl, emit)
		}
	}
	// Not again before the next sweep, unless it was worth its price.
	d.crowded = before-d.flows.count() < before/sweepShare
	return d.flows.count() < before
}
