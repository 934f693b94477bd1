package session

import (
	"fmt"
	"iter"
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

// Live tells of the sessions under way, in order: of each its id, and in a line who
// talks to whom and how far they came. The words may be from the wire.
func (t *Tracker) Live() iter.Seq2[string, string] {
	return func(yield func(id, line string) bool) {
		for _, d := range t.inOrder() {
			text := fmt.Sprintf("%s → %s %s, %d transfers", d.s.Client, d.s.Server, stateOf(d.conn), len(d.drafts))
			if x := d.latest(); x != nil && !x.heard.ended {
				text += fmt.Sprintf(", the latest under way: %s", x.t.Mode)
				if x.t.Command != nil {
					text += " " + x.t.Command.Verb
				}
			}
			if !yield(fmt.Sprintf("s%d", d.number), text) {
				return
			}
		}
	}
}
