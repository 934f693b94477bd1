package ftp

import "time"

// Moved is when payload last got through on a connection on which it could begin to
// at the given time: when some of it was acknowledged, or else that time.
//
// Of a thinned connection it is an estimate where the packets that ended it say that
// more was sent than the last header before them did: that it went on as fast as
// until then, or, where there was no such header, all at once.
func (c *Conn) Moved(from Time) Time {
	at := from
	for i := range c.Half {
		h := &c.Half[i]
		got := h.Confirmed.Time
		switch {
		case c.Thinned:
			got = c.estimate(h, from)
		case got.IsZero() && c.Half[1-i].Packets == 0:
			got = h.Progress.Time // only one direction was captured
		}
		if got.After(at) {
			at = got
		}
	}
	return at
}

// estimate is when a side of a thinned connection sent the last of its payload, the
// zero Time where no header tells.
func (c *Conn) estimate(h *Half, from Time) Time {
	took, known := h.Progress.Time.Sub(from), float64(h.Bytes-h.Missing)
	if known <= 0 || took <= 0 {
		return h.Progress.Time
	}
	rest := float64(took) * float64(h.Missing) / known
	most := max(0, c.Last.Time.Sub(h.Progress.Time))
	return h.Progress.Time.Add(time.Duration(min(rest, float64(most))))
}

// MayHide is for how long payload of a side of a thinned connection may go on unseen,
// for all that is known of its rate since the given time, at which it could begin: 0
// where the packets that ended it say how much there was, and the most where nothing
// is known.
func (c *Conn) MayHide(sender Side, from Time, most time.Duration) time.Duration {
	const (
		oneIn = 64   // packets passes: sieve.DefaultThin
		sure  = 4    // that many headers fail to come by chance once in fifty times
		usual = 1460 // bytes in a packet, at least where there are many
	)
	h, other := &c.Half[sender], &c.Half[sender.Other()]
	took := h.Progress.Time.Sub(from)
	switch {
	case h.FIN.Yes() || h.RST.Yes() || other.FIN.Yes() || other.RST.Yes() && other.RST == h.Confirmed:
		return 0
	case !h.Progress.Yes() || took <= 0:
		return most
	}
	packets := float64(h.Bytes-h.Missing) / float64(max(h.Wire.Largest, usual))
	return time.Duration(min(float64(took)/max(packets, 1)*oneIn*sure, float64(most)))
}
