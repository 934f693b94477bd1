package session

import (
	"iter"
	"net/netip"
)

// Tables tells how much the tracker holds, by the names of what is bounded in Limits.
func (t *Tracker) Tables() map[string]int {
	return map[string]int{
		"sessions":   len(t.live),
		"host_pairs": len(t.pairs),
		"strays":     t.strays.count,
		"leaving":    t.leaving.count,
	}
}

// View is how far a session came that is under way.
type View struct {
	ID             string
	Client, Server netip.AddrPort
	State          State     // of the control connection
	Transfers      int       // begun so far
	Latest         *Transfer // if it is under way, as far as is known; nil otherwise. Only to be read, and valid until the next event
}

// Live yields the sessions under way, in order.
func (t *Tracker) Live() iter.Seq[View] {
	return func(yield func(View) bool) {
		for _, d := range t.inOrder() {
			v := View{ID: d.id(), Client: d.s.Client, Server: d.s.Server, State: stateOf(d.conn), Transfers: len(d.drafts)}
			if x := d.latest(); x != nil && !x.heard.ended {
				v.Latest = x.t
			}
			if !yield(v) {
				return
			}
		}
	}
}
