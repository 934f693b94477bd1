package live

import "time"

// Stats is what was counted.
type Stats struct {
	Packets int64   // that came to us
	Bytes   int64   // of them that were captured
	Drops   int64   // packets that found the ring full: lost
	Events  []Event // how the interface went and came, the last 100
}

// Event is that the interface went, or came back.
type Event struct {
	Number  int64 // 1 for the first
	Time    time.Time
	State   State  // how it is from now on
	Message string // what happened, for people
}

// State is how an interface is.
type State uint8

// The states of an interface.
const (
	StateUp   State = iota
	StateDown       // it is there, but set down
	StateGone       // no interface has its name
)

// String returns "up", "down" or "gone".
func (s State) String() string {
	switch s {
	case StateUp:
		return "up"
	case StateDown:
		return "down"
	}
	return "gone"
}

// maxEvents is how many events Stats holds.
const maxEvents = 100

// note adds an event, in place of the oldest where there are many.
func (s *Stats) note(e Event) {
	if len(s.Events) == maxEvents {
		s.Events = append(s.Events[:0], s.Events[1:]...)
	}
	s.Events = append(s.Events, e)
}
