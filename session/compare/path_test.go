package compare

import (
	"slices"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

func TestMajority(t *testing.T) {
	for _, tt := range []struct {
		name     string
		hops     map[int]int
		sign, by int
	}{
		{"nothing", nil, 0, 0},
		{"one", map[int]int{2: 1}, 1, 2},
		{"behind", map[int]int{-3: 12}, -1, 3},
		{"the same link", map[int]int{0: 30}, 0, 0},
		{"nine of ten", map[int]int{1: 19, -1: 1}, 1, 1},
		{"eight of ten", map[int]int{1: 16, -1: 4}, 0, 0},
		{"several ways", map[int]int{1: 4, 2: 9, 3: 4}, 1, 2},
		{"as many of each", map[int]int{4: 5, 2: 5}, 1, 2},
		{"half of them set by a firewall", map[int]int{2: 10, 0: 10}, 0, 0},
	} {
		if sign, by := majority(tt.hops); sign != tt.sign || by != tt.by {
			t.Errorf("%s: %d, %d", tt.name, sign, by)
		}
	}
}

func TestLater(t *testing.T) {
	times := func(n int, from, step time.Duration) []time.Duration {
		var out []time.Duration
		for i := range n {
			out = append(out, from+time.Duration(i*7%n)*step)
		}
		return out
	}
	for _, tt := range []struct {
		name        string
		ahead, back []time.Duration
		sign        int
		by          time.Duration
		perfect     bool
	}{
		{"nothing", nil, nil, 0, 0, false},
		{"one direction", times(9, ms, us), nil, 0, 0, false},
		{"the first is nearer", times(9, 4*ms, 0), times(9, -4*ms, 0), 1, 4 * ms, true},
		{"the second is", times(9, -4*ms, 0), times(9, 4*ms, 0), -1, 4 * ms, true},
		{"few", times(2, 4*ms, 0), times(9, -4*ms, 0), 1, 4 * ms, false},
		{"the same link", times(9, 0, 0), times(9, 0, 0), 0, 0, false},
		{"noise", times(11, 0, us), times(11, 0, us), 0, 0, false},
		{"clocks that differ", times(9, time.Hour+3*us, 0), times(9, time.Hour-3*us, 0), 1, 3 * us, true},
	} {
		sign, by, perfect := later(slices.Clone(tt.ahead), slices.Clone(tt.back))
		if sign != tt.sign || by != tt.by || perfect != tt.perfect {
			t.Errorf("%s: %d, %v, %t", tt.name, sign, by, perfect)
		}
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ given, want []string }{
		{nil, []string{}},
		{[]string{"/x/client.pcap", "server.pcap"}, []string{"client.pcap", "server.pcap"}},
		{[]string{"client/1.pcap", "server/1.pcap"}, []string{"client/1.pcap", "server/1.pcap"}},
		{[]string{"/a/b/1.pcap", "/a/c/1.pcap", "/a/c/2.pcap"}, []string{"b/1.pcap", "c/1.pcap", "c/2.pcap"}},
		{[]string{"1.pcap", "d/1.pcap"}, []string{"1.pcap", "d/1.pcap"}},
		{[]string{"same", "same"}, []string{"same", "same"}},
		{[]string{"-", "a.pcap"}, []string{"-", "a.pcap"}},
		{[]string{"", ""}, []string{"", ""}},
	} {
		var points []Point
		for _, name := range tt.given {
			points = append(points, Point{Capture: diagnose.Capture{Name: name}})
		}
		if got := Names(points); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q", tt.given, got)
		}
	}
}

func TestListed(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := listed(names); got != want {
			t.Errorf("%q: %q", names, got)
		}
	}
}
