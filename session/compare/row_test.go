package compare

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// bruteAlign is the most that pairs of two lists in the same order can be worth.
func bruteAlign(n, m int, like func(x, y int) int) int {
	if n == 0 || m == 0 {
		return 0
	}
	most := max(bruteAlign(n-1, m, like), bruteAlign(n, m-1, like))
	if l := like(n-1, m-1); l > 0 {
		most = max(most, bruteAlign(n-1, m-1, like)+l)
	}
	return most
}

func TestAlign(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 600 {
		n, m := r.IntN(7), r.IntN(7)
		table := make([]int, n*m)
		for i := range table {
			table[i] = max(0, r.IntN(8)-3)
		}
		like := func(x, y int) int { return table[x*m+y] }
		got, worth := align(n, m, like), 0
		for i, p := range got {
			if i > 0 && (p[0] <= got[i-1][0] || p[1] <= got[i-1][1]) {
				t.Fatalf("%v is not in order", got)
			}
			if like(p[0], p[1]) == 0 {
				t.Fatalf("%v are nothing alike", p)
			}
			worth += like(p[0], p[1])
		}
		if want := bruteAlign(n, m, like); worth != want {
			t.Fatalf("%d × %d of %v: %v are worth %d, want %d", n, m, table, got, worth, want)
		}
	}
}

// TestAlignLong: lists that are too long for a whole table.
func TestAlignLong(t *testing.T) {
	const n, left = 3000, 40
	asked := 0
	same := func(x, y int) int {
		asked++
		if x == y+left {
			return 5
		}
		return 0
	}
	got := align(n, n-left, same)
	if len(got) != n-left || got[0] != [2]int{left, 0} || got[len(got)-1] != [2]int{n - 1, n - 1 - left} {
		t.Errorf("%d pairs", len(got))
	}
	if asked > 4*alignMost {
		t.Errorf("%d were held against each other", asked)
	}
	if got := align(2000, 1, func(x, _ int) int { return x % 2 }); len(got) != 1 {
		t.Errorf("one of many: %v", got)
	}
}

func TestShifted(t *testing.T) {
	lines := func(words string) []said {
		var out []said
		for _, r := range words {
			out = append(out, said{text: string(r)})
		}
		return out
	}
	for _, tt := range []struct {
		x, y  string
		shift int
		ok    bool
	}{
		{"", "", 0, false},
		{"a", "a", 0, true},
		{"abc", "abc", 0, true},
		{"aaaa", "aaaa", 0, true}, // as many of the same
		{"abcd", "cd", 2, true},
		{"cd", "abcd", -2, true},
		{"abcde", "bcd", 1, true},
		{"abc", "bcd", 1, true},
		{"abc", "xyz", 0, false},
		{"abc", "c", 0, false}, // one line tells too little
		{"aaaa", "aa", 0, false},
		{"ababab", "abab", 0, false},
		{"xabab", "abab", 0, false}, // or the last two,
	} {
		shift, ok := shifted(lines(tt.x), lines(tt.y))
		if ok != tt.ok || ok && shift != tt.shift {
			t.Errorf("%q and %q: %d, %t", tt.x, tt.y, shift, ok)
		}
	}
}

func TestSamePackets(t *testing.T) {
	of := func(all ...[2]uint32) []opening { // clock, IP identification
		var out []opening
		for i, o := range all {
			out = append(out, opening{clock: o[0], ipID: uint16(o[1]), ttl: uint8(i)})
		}
		return out
	}
	for _, tt := range []struct {
		name string
		a, b []opening
		want [][2]uint8
	}{
		{"nothing", nil, nil, nil},
		{"clocks", of([2]uint32{1, 9}, [2]uint32{2, 9}, [2]uint32{3, 9}), of([2]uint32{2, 8}, [2]uint32{3, 8}), [][2]uint8{{1, 0}, {2, 1}}},
		{"identifications", of([2]uint32{0, 5}, [2]uint32{0, 6}), of([2]uint32{0, 6}), [][2]uint8{{1, 0}}},
		{"neither, as many", of([2]uint32{0, 0}, [2]uint32{0, 0}), of([2]uint32{0, 0}, [2]uint32{0, 0}), [][2]uint8{{0, 0}, {1, 1}}},
		{"neither, not as many", of([2]uint32{0, 0}, [2]uint32{0, 0}), of([2]uint32{0, 0}), nil},
		{"others", of([2]uint32{1, 0}, [2]uint32{2, 0}), of([2]uint32{3, 0}), nil},
	} {
		var got [][2]uint8
		for _, p := range samePackets(tt.a, tt.b) {
			got = append(got, [2]uint8{p[0].ttl, p[1].ttl})
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
