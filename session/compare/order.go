package compare

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

// nearer says which of two points is nearer to the client, and why.
type nearer struct {
	sign int // 1: the first, -1: the second, 0: not known
	why  string
	sure bool // it does not rest on the clocks being the same

	strong bool // and a single connection is enough to know it
}

// relate says for each two points which is nearer to the client.
func (p *path) relate() {
	for pair, all := range p.stamps {
		n := p.relationOf(pair, all)
		p.relation[pair] = n
		p.relation[[2]int{pair[1], pair[0]}] = nearer{-n.sign, n.why, n.sure, n.strong}
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
		return nearer{sign, fmt.Sprintf("%s, then %s: by TTL (%d less)", p.names[first], p.names[second], n), true, true}
	}
	if late != 0 {
		first, second := inOrder(pair, late)
		return nearer{late, fmt.Sprintf("%s, then %s: by delay (%s)", p.names[first], p.names[second], diagnose.Duration(by)), true, perfect}
	}
	if len(back) == 0 && len(ahead) > 0 {
		slices.Sort(ahead)
		if d := median(ahead); d != 0 && d.Abs() < time.Second {
			first, second := inOrder(pair, cmp.Compare(d, 0))
			return nearer{cmp.Compare(d, 0), fmt.Sprintf("%s, then %s: by their times, if the clocks agree", p.names[first], p.names[second]), false, false}
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

// place is where a point stands in the order, or -1.
func (p *path) place(point int) int { return slices.Index(p.order, point) }

// orderOf is the path of a session: the points in order, behind them those that
// have nothing in common with others, where a session that nobody answered should
// have come. A point that has the session goes before one that has not.
func (p *path) orderOf(m *meeting, ts *traces) []int {
	order := slices.Clone(p.order)
	if s := m.nearest(order); s != nil && p.turned[ts.of[s.Control]] {
		slices.Reverse(order)
	}
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
	return slices.Concat(order, aside)
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
