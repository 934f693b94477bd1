package compare

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// path is how the points lie to each other.
type path struct {
	points   []Point
	names    []string
	hosts    []roles                        // by point
	session  map[*ftp.Conn]*session.Session // by its control connection
	order    []int                          // those that have something in common with another, from client to server
	aside    []int                          // the others
	clocks   []clock                        // by point
	stamps   map[[2]int][]stamp
	relation map[[2]int]nearer
}

// nearer says which of two points is nearer to the client, and why.
type nearer struct {
	sign int // 1: the first, -1: the second, 0: not known
	why  string
	sure bool // it does not rest on the clocks being the same
}

// layout finds the order of the points and their clocks.
func layout(points []Point, ts *traces) *path {
	p := &path{points: points, names: Names(points), stamps: make(map[[2]int][]stamp), session: make(map[*ftp.Conn]*session.Session)}
	for i := range points {
		p.hosts = append(p.hosts, rolesAt(&points[i]))
		for _, s := range points[i].Sessions {
			p.session[s.Control] = s
		}
	}
	for _, t := range ts.all {
		p.collect(t)
	}
	p.arrange()
	return p
}

// arrange finds order and clocks from what the points hold in common.
func (p *path) arrange() {
	p.relation = make(map[[2]int]nearer)
	p.order, p.aside, p.clocks = nil, nil, make([]clock, len(p.points))
	p.relate()
	p.sort()
	p.setClocks()
}

// listen adds what sessions say to what the points hold in common.
func (p *path) listen(all []*meeting) {
	for _, m := range all {
		for i, a := range m.at {
			for j := i + 1; j < len(m.at); j++ {
				if b := m.at[j]; a != nil && b != nil {
					p.stamps[[2]int{i, j}] = append(p.stamps[[2]int{i, j}], lineStamps(a, b)...)
				}
			}
		}
	}
	p.arrange()
}

// roles are the hosts that were clients, and those that were servers, of the
// sessions at a point.
type roles struct{ clients, servers map[netip.Addr]bool }

func rolesAt(p *Point) roles {
	r := roles{make(map[netip.Addr]bool), make(map[netip.Addr]bool)}
	for _, s := range p.Sessions {
		r.clients[s.Client.Addr()], r.servers[s.Server.Addr()] = true, true
	}
	return r
}

// opened reports whether the client's host opened a connection, or the server's;
// ok is false where hosts are both, or none.
func (r roles) opened(c *ftp.Conn) (byClient, ok bool) {
	if c.Role == ftp.RoleControl {
		return true, true
	}
	from := c.Ends[ftp.Initiator].Addr()
	byClient = r.clients[from]
	return byClient, byClient != r.servers[from]
}

// collect adds the packets that each two points hold of a connection.
func (p *path) collect(t *trace) {
	for i, a := range t.at {
		if a == nil {
			continue
		}
		byClient, ok := p.hosts[i].opened(a)
		if !ok {
			continue
		}
		for j := i + 1; j < len(t.at); j++ {
			if b := t.at[j]; b != nil {
				p.stamps[[2]int{i, j}] = append(p.stamps[[2]int{i, j}], stamps(a, b, byClient)...)
			}
		}
	}
}

// relate says for each two points which is nearer to the client.
func (p *path) relate() {
	for pair, all := range p.stamps {
		n := p.relationOf(pair, all)
		p.relation[pair] = n
		p.relation[[2]int{pair[1], pair[0]}] = nearer{-n.sign, n.why, n.sure}
	}
}

// relationOf judges by TTL, which each router takes one off; else by the delay:
// a packet passes the nearer point first. Two clocks differ by the same in both
// directions, so that what differs between the directions is delay.
func (p *path) relationOf(pair [2]int, all []stamp) nearer {
	hops := make(map[int]int)
	var ahead, back []time.Duration
	for _, s := range all {
		if s.ttl != noTTL && s.ttl != 0 {
			if s.fromClient {
				hops[s.ttl]++
			} else {
				hops[-s.ttl]++
			}
		}
		if s.fromClient {
			ahead = append(ahead, s.delta)
		} else {
			back = append(back, s.delta)
		}
	}
	sign, n := majority(hops)
	late, by, perfect := later(ahead, back)
	if sign != 0 && !(perfect && late != sign) { // a firewall may set the TTL
		first, second := inOrder(pair, sign)
		return nearer{sign, fmt.Sprintf("%s, then %s: by TTL (%d less)", p.names[first], p.names[second], n), true}
	}
	if late != 0 {
		first, second := inOrder(pair, late)
		return nearer{late, fmt.Sprintf("%s, then %s: by delay (%s)", p.names[first], p.names[second], diagnose.Duration(by)), true}
	}
	if len(back) == 0 && len(ahead) > 0 {
		slices.Sort(ahead)
		if d := median(ahead); d != 0 && d.Abs() < time.Second {
			first, second := inOrder(pair, cmp.Compare(d, 0))
			return nearer{cmp.Compare(d, 0), fmt.Sprintf("%s, then %s: by their times, if the clocks agree", p.names[first], p.names[second]), false}
		}
	}
	return nearer{}
}

// inOrder are two points, that nearer to the client first.
func inOrder(pair [2]int, sign int) (first, second int) {
	if sign < 0 {
		return pair[1], pair[0]
	}
	return pair[0], pair[1]
}

// majority is what most packets say of the TTL, if nine of ten agree on the
// direction.
func majority(hops map[int]int) (sign, by int) {
	votes, all, most := 0, 0, 0
	for n, times := range hops {
		votes += cmp.Compare(n, 0) * times
		all += times
		if times > most || times == most && n < by {
			most, by = times, n
		}
	}
	if all == 0 || max(votes, -votes)*10 < all*9 {
		return 0, 0
	}
	return cmp.Compare(votes, 0), max(by, -by)
}

// later compares the deltas of what the client sent with those of what the
// server sent: how often the one is greater than the other, by how much in the
// middle, and whether so many are, without exception, that it is no chance.
func later(ahead, back []time.Duration) (sign int, by time.Duration, perfect bool) {
	const many = 6
	if len(ahead) == 0 || len(back) == 0 {
		return 0, 0, false
	}
	slices.Sort(ahead)
	slices.Sort(back)
	votes := 0
	for _, x := range ahead {
		less, _ := slices.BinarySearch(back, x)
		notMore, _ := slices.BinarySearch(back, x+1)
		votes += less - (len(back) - notMore)
	}
	all := len(ahead) * len(back)
	if max(votes, -votes)*2 < all {
		return 0, 0, false
	}
	perfect = max(votes, -votes) == all && min(len(ahead), len(back)) >= many
	return cmp.Compare(votes, 0), (median(ahead) - median(back)).Abs() / 2, perfect
}

// median is the middle of sorted times, or between the two in the middle.
func median(sorted []time.Duration) time.Duration {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// sort puts the points that have something in common in order: each is behind
// those that are nearer to the client. What cannot be told stays as given.
func (p *path) sort() {
	behind := make([]int, len(p.points))
	for i := range p.points {
		shares := false
		for j := range p.points {
			if n, ok := p.relation[[2]int{i, j}]; ok {
				shares = true
				behind[i] -= n.sign
			}
		}
		if shares {
			p.order = append(p.order, i)
		} else {
			p.aside = append(p.aside, i)
		}
	}
	slices.SortStableFunc(p.order, func(i, j int) int { return cmp.Compare(behind[i], behind[j]) })
}

// because says why the order is believed, for each two neighbours.
func (p *path) because() []string {
	var out []string
	for k := 1; k < len(p.order); k++ {
		a, b := p.order[k-1], p.order[k]
		if n := p.relation[[2]int{a, b}]; n.sign > 0 {
			out = append(out, n.why)
		} else {
			out = append(out, fmt.Sprintf("%s and %s: nothing tells which is nearer to the client", p.names[a], p.names[b]))
		}
	}
	return out
}

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

// place is where a point stands in the order, or -1.
func (p *path) place(point int) int { return slices.Index(p.order, point) }

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
func (p *path) when(s ftp.Seen) time.Time { return p.clocks[s.Capture].path(s.Time) }

// given are the clocks as the result has them.
func (p *path) given() []Clock {
	var out []Clock
	for _, i := range p.order {
		c := p.clocks[i]
		out = append(out, Clock{Point: i, Offset: c.offset, Spread: c.spread, Bounded: c.bounded, Pairs: c.pairs, Drift: c.drift, Unsteady: c.jumps})
	}
	return out
}

// orderOf is the path of a session: the points in order, behind them those that
// have nothing in common with others, where a session that nobody answered should
// have come. A point that has the session goes before one that has not.
func (p *path) orderOf(m *meeting) []int {
	aside := slices.Clone(p.aside)
	slices.SortStableFunc(aside, func(i, j int) int {
		switch {
		case m.at[i] != nil && m.at[j] == nil:
			return -1
		case m.at[i] == nil && m.at[j] != nil:
			return 1
		}
		return 0
	})
	return slices.Concat(p.order, aside)
}

// adopt puts points that have nothing in common with the others on the path, where
// a packet should have come to them.
func (p *path) adopt(out *Result) {
	for _, s := range out.Sessions {
		for _, st := range s.Stretches {
			if !slices.Contains(out.Aside, st.Between[0]) && !slices.Contains(out.Aside, st.Between[1]) {
				continue
			}
			out.Order, out.Aside = s.Order, nil
			out.Because = append(out.Because, "what holds nothing in common with the others is taken to lie behind them, where the SYN of the client should have come")
			return
		}
	}
}
