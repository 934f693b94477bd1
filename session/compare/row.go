package compare

import (
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// row is one transfer, as the points have it.
type row struct {
	at    []*session.Transfer // by point, nil where it was not seen
	start ftp.Time            // by the clock of the path, at the first point that has it
}

// latest is the transfer at the last point of the order that has it: the point
// that the next one is compared with.
func (r *row) latest(order []int) *session.Transfer {
	for _, i := range slices.Backward(order) {
		if r.at[i] != nil {
			return r.at[i]
		}
	}
	return nil
}

// rows joins the transfers of a session.
func (m *meeting) rows(p *path, ts *traces, order []int) []*row {
	var out []*row
	for _, i := range order {
		if m.at[i] != nil {
			out = m.addPoint(p, ts, order, out, i)
		}
	}
	return out
}

// addPoint adds the transfers of a point to the rows. What only one of them has
// stands between the same neighbours as there, by time.
func (m *meeting) addPoint(p *path, ts *traces, order []int, rows []*row, point int) []*row {
	transfers := m.at[point].Transfers
	old := make([]*session.Transfer, len(rows))
	for n, r := range rows {
		old[n] = r.latest(order)
	}
	likes := func(x, y int) int { return p.sameTransfer(ts, old[x], transfers[y]) }
	var out []*row
	x, y := 0, 0
	flush := func(untilRow, untilTransfer int) {
		for x < untilRow || y < untilTransfer {
			if y == untilTransfer || x < untilRow && !rows[x].start.After(p.clocks[point].path(transfers[y].Start())) {
				out = append(out, rows[x])
				x++
				continue
			}
			r := &row{at: make([]*session.Transfer, len(p.points)), start: p.clocks[point].path(transfers[y].Start())}
			r.at[point] = transfers[y]
			out = append(out, r)
			y++
		}
	}
	for _, pair := range alignEnds(len(rows), len(transfers), likes) {
		flush(pair[0], pair[1])
		rows[x].at[point] = transfers[y]
		out = append(out, rows[x])
		x, y = x+1, y+1
	}
	flush(len(rows), len(transfers))
	return out
}

// How much speaks for two transfers being the same one.
const (
	likeConn    = 100
	likePort    = 10
	likeVerb    = 3
	likeCommand = 4
	likeTime    = 4
	likeEnough  = 6
	likeSure    = likePort + likeVerb // no other pair is better
	soonTime    = 500 * time.Millisecond
	farTime     = 30 * time.Second
)

// sameTransfer says how surely two transfers, of one session at two points, are
// the same: 0 if they are not.
func (p *path) sameTransfer(ts *traces, a, b *session.Transfer) int {
	n := 0
	if a.Data != nil && b.Data != nil {
		for _, c := range a.Data.Attempts {
			for _, d := range b.Data.Attempts {
				if ts.of[c] != nil && ts.of[c] == ts.of[d] {
					n = likeConn
				}
			}
		}
	}
	if n == 0 && a.Mode != b.Mode && a.Mode != ftp.ModeUnknown && b.Mode != ftp.ModeUnknown {
		return 0
	}
	x, y := a.Announcement, b.Announcement
	if x != nil && y != nil {
		if x.Verb != y.Verb {
			return n
		}
		n += likeVerb
		switch e, f := x.Endpoint, y.Endpoint; {
		case !e.IsValid() || !f.IsValid():
		case e.Port() == f.Port():
			n += likePort
		case e.Addr() == f.Addr() && n < likeConn:
			return 0 // no NAT, and another announcement
		}
	}
	switch c, d := a.Command, b.Command; {
	case c != nil && d != nil && (c.Verb != d.Verb || c.Argument != d.Argument):
		if n < likeConn {
			return 0
		}
	case c != nil && d != nil:
		n += likeCommand
	}
	switch apart := p.apart(a, b); {
	case apart > farTime && n < likePort:
		return 0
	case apart < soonTime:
		n += likeTime
	}
	if n < likeEnough {
		return 0
	}
	return n
}

// apart is how far two transfers begin from each other, by the clock of the path.
func (p *path) apart(a, b *session.Transfer) time.Duration {
	return p.when(began(b)).Sub(p.when(began(a))).Abs()
}

// began is the packet that a transfer begins with.
func began(t *session.Transfer) ftp.Seen {
	switch {
	case t.Announcement != nil && t.Announcement.Asked.Yes():
		return t.Announcement.Asked
	case t.Announcement != nil:
		return t.Announcement.Seen
	case t.Command != nil:
		return t.Command.Seen
	case t.Data != nil:
		return t.Data.First
	}
	return ftp.Seen{}
}

// alignEnds pairs two lists as align does; what is surely the same at their
// beginnings and ends is paired first, so that long lists cost no more than where
// they differ.
func alignEnds(n, m int, like func(x, y int) int) [][2]int {
	var out [][2]int
	head := 0
	for head < min(n, m) && like(head, head) >= likeSure {
		out = append(out, [2]int{head, head})
		head++
	}
	tail := 0
	for tail < min(n, m)-head && like(n-1-tail, m-1-tail) >= likeSure {
		tail++
	}
	for _, pair := range align(n-head-tail, m-head-tail, func(x, y int) int { return like(head+x, head+y) }) {
		out = append(out, [2]int{head + pair[0], head + pair[1]})
	}
	for k := tail; k > 0; k-- {
		out = append(out, [2]int{n - k, m - k})
	}
	return out
}

// alignMost bounds what align holds against each other; longer lists are
// compared within a band.
const alignMost = 1 << 20

// align pairs two lists that are in the same order, so that the likeness of the
// pairs is the greatest in all.
func align(n, m int, like func(x, y int) int) [][2]int {
	band := max(n, m)
	if n > 0 && n*m > alignMost {
		band = max(alignMost/n/2, 1)
	}
	width := min(m, 2*band) + 2
	cells := make([]int, (n+1)*width)
	outside := 0
	best := func(x, y int) *int { // of the first x and the first y; 0 outside of the band
		if at := y - max(0, x-band); at >= 0 && at < width {
			return &cells[x*width+at]
		}
		return &outside
	}
	for x := 1; x <= n; x++ {
		for y := max(1, x-band); y <= min(m, x+band); y++ {
			top := max(*best(x-1, y), *best(x, y-1))
			if l := like(x-1, y-1); l > 0 {
				top = max(top, *best(x-1, y-1)+l)
			}
			*best(x, y) = top
		}
	}
	var out [][2]int
	for x, y := n, m; x > 0 && y > 0; {
		switch top := *best(x, y); {
		case top == *best(x-1, y):
			x--
		case top == *best(x, y-1):
			y--
		default:
			out = append(out, [2]int{x - 1, y - 1})
			x, y = x-1, y-1
		}
	}
	slices.Reverse(out)
	return out
}
