package capture

// queue is a heap of feeds: the one with the least next time is first, and of
// those with the same time the one that was named first.
type queue []*feed

func (q queue) less(i, j int) bool {
	a, b := q[i], q[j]
	if c := a.key.Compare(b.key); c != 0 {
		return c < 0
	}
	return a.index < b.index
}

// push adds f.
func (q *queue) push(f *feed) {
	*q = append(*q, f)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(i, up) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// pop removes the first feed.
func (q *queue) pop() {
	h := *q
	last := len(h) - 1
	h[0], h[last] = h[last], nil
	*q = h[:last]
	q.fix()
}

// fix puts the first feed where its time belongs.
func (q queue) fix() {
	for i := 0; ; {
		least, left := i, 2*i+1
		if left < len(q) && q.less(left, least) {
			least = left
		}
		if right := left + 1; right < len(q) && q.less(right, least) {
			least = right
		}
		if least == i {
			return
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}
