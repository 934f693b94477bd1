package ftp

// Over is where a connection was over: the first RST, or the first FIN whose side has
// no bytes under way. The FIN of one whose bytes do not arrive ends nothing yet. The
// zero Seen if there was none.
func (c *Conn) Over() Seen {
	var first Seen
	for i := range c.Half {
		fin := c.Half[i].FIN
		if c.UnderWay(Side(i)) {
			fin = Seen{}
		}
		for _, end := range []Seen{fin, c.Half[i].RST} {
			if end.Yes() && (!first.Yes() || end.Time.Before(first.Time)) {
				first = end
			}
		}
	}
	return first
}

// UnderWay reports whether bytes of a side were not acknowledged by the other, of
// which packets were seen. Of a thinned connection only a FIN tells that.
func (c *Conn) UnderWay(side Side) bool {
	h, other := &c.Half[side], &c.Half[side.Other()]
	if c.Thinned {
		return other.FIN.Yes() && other.FINAck < h.Bytes
	}
	return other.Packets > 0 && h.Acked < h.Bytes
}
