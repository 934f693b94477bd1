package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// finAgain takes a FIN of a side that has sent one before.
func (f *flow) finAgain(p *packet, side ftp.Side) {
	h, s, other := &f.conn.Half[side], &f.span[side], &f.conn.Half[side.Other()]
	if s.ahead.at > s.next || other.FIN.Yes() || other.RST.Yes() || s.at(p.seq)+int64(p.length) != s.next {
		return
	}
	if h.Farewell == nil {
		h.Farewell = new(ftp.Farewell)
	}
	h.Farewell.Repeats++
	h.Farewell.Last = p.seen
}
