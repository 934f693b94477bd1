package decode

import "iter"

// queue is a list of flows, oldest first. A flow holds its own links, so that it
// can leave from the middle at no cost; it can be in one queue of each kind.
type queue struct {
	kind        int // which of flow.links
	first, last *flow
	length      int
}

// The kinds of queues.
const (
	byAge   = iota // all flows
	byState        // those that are dormant, unanswered, or over
	kinds
)

// links are the neighbours of a flow in a queue.
type links struct{ before, behind *flow }

// push puts a flow at the end.
func (q *queue) push(f *flow) {
	f.links[q.kind] = links{before: q.last}
	if q.last == nil {
		q.first = f
	} else {
		q.last.links[q.kind].behind = f
	}
	q.last = f
	q.length++
}

// remove takes a flow out.
func (q *queue) remove(f *flow) {
	l := f.links[q.kind]
	if l.before == nil {
		q.first = l.behind
	} else {
		l.before.links[q.kind].behind = l.behind
	}
	if l.behind == nil {
		q.last = l.before
	} else {
		l.behind.links[q.kind].before = l.before
	}
	f.links[q.kind] = links{}
	q.length--
}

// all yields the flows. The one that was yielded last may be removed.
func (q *queue) all() iter.Seq[*flow] {
	return func(yield func(*flow) bool) {
		for f := q.first; f != nil; {
			behind := f.links[q.kind].behind
			if !yield(f) {
				return
			}
			f = behind
		}
	}
}
