package decode

import (
	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// wire is what is needed besides ftp.Wire to keep it.
type wire struct {
	second ftp.MAC // the second source address
}

// wired notes how a packet looked on the link.
func (f *flow) wired(p *packet, side ftp.Side) {
	w := &f.conn.Half[side].Wire
	w.Largest = max(w.Largest, p.length)
	if mss := int(f.conn.Half[side.Other()].MSS); mss > 0 && p.length > mss {
		w.Oversized++
	}
	if p.segment != nil && w.Checked < ftp.MaxChecked {
		w.Checked++
		if !rightChecksum(p) {
			w.Bad++
		}
	}
	if p.frame != nil {
		f.wire[side].stationed(w, p.frame)
	}
}

// stationed notes which stations sent and received a frame on the link.
func (own *wire) stationed(w *ftp.Wire, f *capture.Frame) {
	switch wayOf(f) {
	case wayIn:
		w.In++
	case wayOut:
		w.Out++
	case wayAside:
		w.Aside++
	}
	a := sourceOf(f)
	switch {
	case w.Sources > 0 && a == w.Source: // nearly always
		return
	case w.Sources > 2 || a == ftp.MAC{} || w.Sources > 1 && a == own.second:
		return
	case w.Sources == 0:
		w.Source = a
		w.Target = targetOf(f)
	case w.Sources == 1:
		own.second = a
	}
	w.Sources++
}

// hops notes the TTL of a packet that is neither SYN nor RST.
func hops(w *ftp.Wire, p *packet) {
	if w.TTLMin == 0 || p.ttl < w.TTLMin {
		w.TTLMin = p.ttl
	}
	w.TTLMax = max(w.TTLMax, p.ttl)
}
