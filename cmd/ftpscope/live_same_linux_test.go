package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two captures of a packet are some microseconds apart; more than that, or other
// words, are other reports.
func TestSameMoment(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"2026-11-22T21:44:00.611923887Z", "2026-11-22T21:44:00.611924508Z", true},
		{"2026-11-22T21:44:00.611923887Z", "2026-11-22T21:44:00.711923887Z", false},
		{"2026-11-22T21:44:00.611923887Z", "21:44", false},
		{"3 SYNs in 2.0 s, no answer", "3 SYNs in 2.0 s, no answer", true},
		{"answers after 70 µs, then 18 ms", "answers after 75 µs, then 19 ms", true},
		{"3 SYNs in 2.0 s, no answer", "3 SYNs in 2.1 s, no answer", false},
		{"3 SYNs in 2.0 s, no answer", "4 SYNs in 2.0 s, no answer", false},
		{"frame 254", "frame 255", false},
		{"completed", "blocked", false},
		{"", "completed", false},
	} {
		if same := cmp.Equal(tt.a, tt.b, sameMoment); same != tt.same {
			t.Errorf("%q and %q: the same %v, want %v", tt.a, tt.b, same, tt.same)
		}
	}
}
