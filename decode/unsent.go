package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// sentUpTo is the position behind all that a side sent, its FIN included.
func (f *flow) sentUpTo(side ftp.Side) int64 {
	if f.conn.Half[side].FIN.Yes() {
		return f.span[side].next + 1
	}
	return f.span[side].next
}

// unsent notes that a side acknowledged up to a position which the other never
// reached here.
func (f *flow) unsent(p *packet, side ftp.Side, at int64) {
	u := &f.conn.Half[side].Unsent
	delta := at - f.sentUpTo(side.Other())
	if u.Count == 0 {
		u.First, u.Constant, f.traffic.beyond[side] = p.seen, true, at
	} else if u.Delta != delta {
		u.Constant = false
	}
	u.Last, u.Delta = p.seen, delta
	u.Count++
	f.traffic.beyond[side] = max(f.traffic.beyond[side], at)
}

// sentAfterAll forgets acknowledgments of what has now been sent: they were
// captured before it, or something before it is missing from the capture.
func (f *flow) sentAfterAll(side ftp.Side) {
	other := side.Other()
	if u := &f.conn.Half[other].Unsent; u.Count > 0 && f.sentUpTo(side) >= f.traffic.beyond[other] {
		*u = ftp.Beyond{}
	}
}
