package ftp

import "time"

// Farewell is what became of a FIN that had to be sent more than once.
type Farewell struct {
	Repeats int  // how often it came again before it was acknowledged, and before the other side ended the connection as well
	Last    Seen // the latest of them
	Taken   Seen // first packet of the other side that acknowledges it
}

// Unheard reports whether a side closed the connection in vain, for all that is
// seen: its FIN came again and again, and no acknowledgment of it. On a thinned
// connection that may have been left out, unless the other side closed without it.
func (c *Conn) Unheard(side Side) bool {
	const repeats, least = 3, time.Second
	h := &c.Half[side]
	f := h.Farewell
	if f == nil || f.Taken.Yes() || c.Thinned && !c.Half[side.Other()].FIN.Yes() {
		return false
	}
	return f.Repeats >= repeats && f.Last.Time.Sub(h.FIN.Time) >= least
}
