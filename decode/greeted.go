package decode

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// greeted holds the first packets of a connection to a port that nobody named,
// until they tell whether it is a control connection: a greeting of 220 or 120,
// and a client that speaks FTP and not, for instance, SMTP.
type greeted struct {
	held  []packet  // with payload, owned
	said  [2][]byte // first bytes of either side, in order
	bytes int       // in held
}

// forget gives back the room that the held packets take.
func (g *greeted) forget(w *waiting) {
	for i := range g.held {
		w.give(len(g.held[i].payload))
	}
}

// The most that is held of such a connection.
const (
	maxHeld      = 64       // packets
	maxHeldBytes = 16 << 10 // bytes
)

// add takes a packet with payload, which the flow has counted, and says what the
// connection is. Without room it is none that is looked at.
func (g *greeted) add(f *flow, p *packet, w *waiting) ftp.Verdict {
	if len(g.held) >= maxHeld || g.bytes+len(p.payload) > maxHeldBytes || len(p.payload) < p.length {
		return ftp.VerdictNot
	}
	if g.said[f.side(p)] == nil && g.verdict(f, p) == ftp.VerdictNot {
		return ftp.VerdictNot // nearly all, by their first packet: nothing is kept of it
	}
	g.hear(f, p)
	for range g.held { // what came too early
		for i := range g.held {
			g.hear(f, &g.held[i])
		}
	}
	v := g.verdict(f, nil)
	if v == ftp.VerdictNot {
		return v
	}
	own := *p
	own.payload, own.options, own.segment, own.frame = slices.Clone(p.payload), nil, nil, nil
	g.held = append(g.held, own)
	g.bytes += len(p.payload)
	if room := w.take(len(p.payload)); !room && v == ftp.VerdictMore {
		return ftp.VerdictNot
	}
	return v
}

// hear appends what a packet says behind all that was said before.
func (g *greeted) hear(f *flow, p *packet) {
	side := f.side(p)
	said := int64(len(g.said[side]))
	if at := f.span[side].at(p.seq); at <= said && said < at+int64(len(p.payload)) {
		g.said[side] = append(g.said[side], p.payload[said-at:]...)
	}
}

// verdict judges what was said so far; the first packet of a side may be said in
// place of what it said.
func (g *greeted) verdict(f *flow, first *packet) ftp.Verdict {
	said := g.said
	if first != nil && f.span[f.side(first)].at(first.seq) == 0 {
		said[f.side(first)] = first.payload
	}
	server, client := said[ftp.Listener], said[ftp.Initiator]
	greets := len(server) >= 4
	switch {
	case greets && !ftp.LooksLikeGreeting(server):
		return ftp.VerdictNot
	case !greets && !mayGreet(server):
		return ftp.VerdictNot
	case len(client) == 0:
		return ftp.VerdictMore
	}
	v := ftp.FirstCommand(client)
	if v == ftp.VerdictFTP && !greets {
		return ftp.VerdictMore // the client was quick
	}
	return v
}

// mayGreet reports whether less than four bytes can become a greeting.
func mayGreet(b []byte) bool {
	return string(b) == "220"[:len(b)] || string(b) == "120"[:len(b)]
}
