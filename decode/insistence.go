package decode

import (
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// insistence is a packet with payload from behind missing bytes that its sender repeats.
type insistence struct {
	sent           // the first of them
	later ftp.Seen // the second
	last  ftp.Time // when the latest came
	times int
}

// patient is how far apart at least are repetitions of what a host has waited for in
// vain: https://www.rfc-editor.org/rfc/rfc6298#section-2.4 and what systems make of it.
const patient = 150 * time.Millisecond

// insists takes a packet of a side with payload from behind missing bytes. If its sender
// repeats it time after time, it repeats what was acknowledged last: what is missing
// before had arrived, and the capture alone lacks it.
func (f *flow) insists(side ftp.Side, now sent) {
	h, s, o := &f.conn.Half[side], &f.span[side], &f.traffic.out[side]
	if o.insistence == nil {
		o.insistence = new(insistence)
	}
	a := o.insistence
	switch {
	case a.times == 0 || a.from != now.from:
		*a = insistence{sent: now, last: now.seen.Time, times: 1}
		return
	case now.seen.Time.Sub(a.last) < patient:
		return
	case a.times == 1:
		a.later = now.seen
	}
	if a.times, a.last = a.times+1, now.seen.Time; a.times <= 2 {
		return
	}
	o.acked = now.from
	s.confirmed, h.Acked = max(s.confirmed, now.from), max(h.Acked, now.from)
	h.Stuck = ftp.Stuck{Offset: now.from}
	began(&h.Stuck, &a.sent)
	repeated(&h.Stuck, &sent{now.from, now.length, now.ordinal, now.fixed, a.later})
	repeated(&h.Stuck, &now)
}
