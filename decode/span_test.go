package decode

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSpanCounts(t *testing.T) {
	type step struct {
		seq     uint32
		n       int
		fresh   int64
		repeats bool
		ok      bool
	}
	tests := []struct {
		name, why     string
		syn           uint32
		steps         []step
		next, missing int64
	}{
		{
			"in order", "the plain case", 99,
			[]step{{100, 10, 10, false, true}, {110, 10, 10, false, true}},
			20, 0,
		},
		{
			"wrap", "sequence numbers go on at 0", 0xffff_fff9,
			[]step{{0xffff_fffa, 10, 10, false, true}, {4, 10, 10, false, true}},
			20, 0,
		},
		{
			"repeated across the wrap", "gopacket's reassembly doubles and loses bytes here", 0xffff_fff9,
			[]step{{0xffff_fffa, 10, 10, false, true}, {0xffff_fffe, 10, 4, true, true}},
			14, 0,
		},
		{
			"hole filled late", "what comes out of order is no retransmission", 99,
			[]step{{100, 10, 10, false, true}, {120, 10, 10, false, true}, {110, 10, 10, false, true}},
			30, 0,
		},
		{
			"hole filled in part and over its edges", "bytes count once", 99,
			[]step{{100, 10, 10, false, true}, {120, 10, 10, false, true}, {105, 10, 5, true, true}},
			30, 5,
		},
		{
			"one segment over two holes", "both are filled", 99,
			[]step{{110, 10, 10, false, true}, {130, 10, 10, false, true}, {100, 40, 20, true, true}},
			40, 0,
		},
		{
			"hole split", "a segment in the middle of a hole leaves two", 99,
			[]step{{130, 10, 10, false, true}, {110, 10, 10, false, true}, {125, 5, 5, false, true}},
			40, 15,
		},
		{
			"absurd jump", "a forged segment does not move the count", 99,
			[]step{{100, 10, 10, false, true}, {100 + 1<<30, 10, 0, false, false}, {110, 10, 10, false, true}},
			20, 0,
		},
		{
			"before the SYN", "of an earlier connection", 99,
			[]step{{100, 10, 10, false, true}, {50, 10, 0, false, false}},
			10, 0,
		},
		{
			"four together far ahead", "the capture lacks what was between", 99,
			[]step{
				{100, 10, 10, false, true},
				{110 + 1<<30, 10, 0, false, false},
				{120 + 1<<30, 10, 0, false, false},
				{130 + 1<<30, 10, 0, false, false},
				{140 + 1<<30, 10, 10, false, true},
			},
			50 + 1<<30, 30 + 1<<30,
		},
		{
			"four scattered far ahead", "forgeries do not agree", 99,
			[]step{
				{100, 10, 10, false, true},
				{110 + 1<<30, 10, 0, false, false},
				{120 + 1<<29, 10, 0, false, false},
				{130 + 1<<30, 10, 0, false, false},
				{140 + 1<<29, 10, 0, false, false},
				{150 + 1<<30, 10, 0, false, false},
			},
			10, 0,
		},
		{
			"four far ahead, but not in a row", "between them the connection went on", 99,
			[]step{
				{100, 10, 10, false, true},
				{110 + 1<<30, 10, 0, false, false},
				{120 + 1<<30, 10, 0, false, false},
				{130 + 1<<30, 10, 0, false, false},
				{110, 10, 10, false, true},
				{140 + 1<<30, 10, 0, false, false},
			},
			20, 0,
		},
		{
			"empty segment ahead", "a FIN tells of bytes that were not captured", 99,
			[]step{{100, 10, 10, false, true}, {115, 0, 0, false, true}, {112, 3, 3, false, true}},
			15, 2,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			var s span
			s.start(tt.syn)
			for i, st := range tt.steps {
				fresh, repeats, ok := s.add(st.seq, st.n)
				if fresh != st.fresh || repeats != st.repeats || ok != st.ok {
					t.Errorf("step %d: got %d, %v, %v, want %d, %v, %v", i, fresh, repeats, ok, st.fresh, st.repeats, st.ok)
				}
			}
			equal(t, "next", s.next, tt.next)
			equal(t, "missing", s.missing, tt.missing)
		})
	}
}

func TestSpanGoesPastSeveralWraps(t *testing.T) {
	var s span
	seq := uint32(4_000_000_000)
	s.start(seq - 1)
	const n, segments = 60000, 250_000 // 15 GB
	for i := range segments {
		if i%1000 == 999 { // a lost segment here and there
			seq += n
			continue
		}
		if fresh, repeats, ok := s.add(seq, n); fresh != n || repeats || !ok {
			t.Fatalf("segment %d: %d, %v, %v", i, fresh, repeats, ok)
		}
		seq += n
	}
	equal(t, "next", s.next, n*(segments-1))
	equal(t, "missing", s.missing, n*(segments/1000-1))
}

func TestSpanRebases(t *testing.T) {
	t.Run("mid-stream", func(t *testing.T) {
		var s span
		s.add(5000, 100)
		if fresh, repeats, ok := s.add(4900, 50); fresh != 50 || repeats || !ok {
			t.Errorf("an earlier segment: %d, %v, %v", fresh, repeats, ok)
		}
		equal(t, "next", s.next, 200)
		equal(t, "missing", s.missing, 50)
		if _, _, ok := s.add(s.base-slack-1, 50); ok {
			t.Error("a segment from nowhere was believed")
		}
	})
	t.Run("SYN captured late", func(t *testing.T) {
		var s span
		s.add(5000, 100)
		s.start(4989)
		equal(t, "base", s.base, 4990)
		equal(t, "next", s.next, 110)
		equal(t, "missing", s.missing, 10)
		if fresh, _, _ := s.add(4990, 10); fresh != 10 {
			t.Errorf("fresh %d, want 10", fresh)
		}
		equal(t, "missing", s.missing, 0)
	})
}

// What an enemy sends must not make the holes grow without end.
func TestSpanIsBounded(t *testing.T) {
	hostile := map[string]func(s *span, i uint32){
		"every second byte forward":             func(s *span, i uint32) { s.add(1000+2*i, 1) },
		"every second byte backward":            func(s *span, i uint32) { s.add(1<<31-2*i, 1) },
		"every second byte into one large hole": func(s *span, i uint32) { s.add(1000+2*i, 1) },
	}
	for name, send := range hostile {
		t.Run(name, func(t *testing.T) {
			var s span
			s.add(1000, 1)
			if name == "every second byte into one large hole" {
				s.add(1000+reach/2, 1)
			} else if name == "every second byte backward" {
				s = span{}
			}
			for i := range uint32(10_000) {
				send(&s, i)
				if len(s.holes) > maxHoles || cap(s.holes) > 4*maxHoles {
					t.Fatalf("%d holes (room for %d) after %d segments", len(s.holes), cap(s.holes), i)
				}
			}
		})
	}
}

// The count is that of a plain map of bytes, whatever the order.
func TestSpanAgreesWithMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var s span
		base := rng.Uint32()
		s.start(base - 1)
		seen := make(map[int64]bool)
		var next int64
		for range 100 {
			from, n := int64(rng.IntN(2000)), rng.IntN(100)+1
			var fresh int64
			for b := from; b < from+int64(n); b++ {
				if !seen[b] {
					seen[b] = true
					fresh++
				}
			}
			next = max(next, from+int64(n))
			got, repeats, ok := s.add(base+uint32(from), n)
			if got != fresh || repeats != (fresh < int64(n)) || !ok {
				t.Fatalf("round %d: add(%d, %d) = %d, %v, %v, want %d", round, from, n, got, repeats, ok, fresh)
			}
			if s.next != next || s.missing != next-int64(len(seen)) {
				t.Fatalf("round %d: next %d, missing %d, want %d, %d", round, s.next, s.missing, next, next-int64(len(seen)))
			}
			if !slices.IsSortedFunc(s.holes, func(a, b hole) int { return int(a.to - b.from) }) {
				t.Fatalf("holes in disorder: %v", s.holes)
			}
		}
	}
}
