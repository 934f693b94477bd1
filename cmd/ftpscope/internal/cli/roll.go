package cli

import (
	"fmt"
	"slices"
	"strings"
)

// roll counts sessions, and knows which of those are there that the user asked
// for.
type roll struct {
	asked []string // ids
	there map[string]bool
	count int
	last  string // the greatest id
}

func (r *roll) add(id string) {
	r.count++
	if len(id) > len(r.last) || len(id) == len(r.last) && id > r.last {
		r.last = id
	}
	if slices.Contains(r.asked, id) {
		if r.there == nil {
			r.there = make(map[string]bool)
		}
		r.there[id] = true
	}
}

// missing says which sessions that the user asked for are not there.
func (r *roll) missing() error {
	var ids []string
	for _, id := range r.asked {
		if !r.there[id] && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	switch {
	case len(ids) == 0:
		return nil
	case r.count == 0:
		return fmt.Errorf("there is no session %s: there is none at all", strings.Join(ids, ", "))
	case r.count == 1:
		return fmt.Errorf("there is no session %s: there is one, %s", strings.Join(ids, ", "), r.last)
	}
	return fmt.Errorf("there is no session %s: there are %d, up to %s", strings.Join(ids, ", "), r.count, r.last)
}
