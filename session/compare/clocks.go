package compare

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// shared are the packets that two points hold, with times by the first.
func (p *path) shared(i, j int) []stamp {
	if i < j {
		return p.stamps[[2]int{i, j}]
	}
	return reversed(p.stamps[[2]int{j, i}])
}

func reversed(all []stamp) []stamp {
	out := make([]stamp, len(all))
	for n, s := range all {
		out[n] = stamp{at: s.at.Add(s.delta), delta: -s.delta, fromClient: s.fromClient, ttl: -s.ttl}
		if s.ttl == noTTL {
			out[n].ttl = noTTL
		}
	}
	return out
}

// setClocks estimates each clock against the first point of the path, or against
// one that is known already, if that has more packets in common with it.
func (p *path) setClocks() {
	if len(p.order) == 0 {
		return
	}
	first := p.order[0]
	p.clocks[first] = clock{known: true, bounded: true}
	for range p.order[1:] {
		from, to, most := -1, -1, 0
		for _, j := range p.order {
			if p.clocks[j].known {
				continue
			}
			for _, i := range p.order {
				if n := len(p.shared(i, j)); p.clocks[i].known && (n > most || n == most && n > 0 && i == first) {
					from, to, most = i, j, n
				}
			}
			if n := len(p.shared(first, j)); n > 0 && to == j {
				from = first
			}
		}
		if from < 0 {
			return
		}
		p.clocks[to] = p.chain(from, to)
	}
}

// chain is the clock of a point, from that of another.
func (p *path) chain(from, to int) clock {
	base := p.clocks[from]
	all := slices.Clone(p.shared(from, to))
	for i := range all {
		all[i].at = base.path(all[i].at)
	}
	e := estimateOf(all, p.place(from) < p.place(to))
	return clock{
		known: true, offset: base.offset + e.offset, drift: base.drift + e.drift, middle: e.middle,
		spread: base.spread + e.spread, bounded: base.bounded && e.bounded, pairs: e.pairs, jumps: base.jumps || e.unsteady,
	}
}

// when is the time of a packet by the clock of the path.
func (p *path) when(s ftp.Seen) ftp.Time { return p.clocks[s.Capture].path(s.Time) }

// given are the clocks as the result has them.
func (p *path) given() []Clock {
	var out []Clock
	for _, i := range p.order {
		c := p.clocks[i]
		out = append(out, Clock{Point: i, Offset: c.offset, Spread: c.spread, Bounded: c.bounded, Pairs: c.pairs, Drift: c.drift, Unsteady: c.jumps})
	}
	return out
}
