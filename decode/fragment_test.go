package decode

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// piece4 cuts bytes [from, to) out of the payload of an IPv4 packet.
func piece4(s seg, id uint16, from, to int) []byte {
	body := s.tcp()
	flags := uint16(from / 8)
	if to < len(body) {
		flags |= 0x2000
	}
	return ipv4(s.src.Addr(), s.dst.Addr(), protoTCP, 64, id, flags, nil, body[from:to])
}

// piece6 is the like for IPv6, whose fragment header comes behind before. What is
// cut is the chain of headers next, behind, and the segment.
func piece6(s seg, id uint32, next byte, behind []byte, from, to int) []byte {
	body := append(bytes.Clone(behind), s.tcp()...)
	at := uint16(from)
	if to < len(body) {
		at |= 1
	}
	header := binary.BigEndian.AppendUint16([]byte{next, 0}, at)
	header = binary.BigEndian.AppendUint32(header, id)
	return ipv6(s.src.Addr(), s.dst.Addr(), 44, 64, append(header, body[from:to]...))
}

func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

func TestFragmentsInAnyOrder(t *testing.T) {
	hello := opened().server("220 a greeting that is longer than a fragment\r\n").segs
	four := hello[3]
	six := four
	six.src, six.dst = server6, client6
	length := len(four.tcp()) // 67: the last piece has 3 bytes
	options := []byte{protoTCP, 0, 1, 4, 0, 0, 0, 0}
	pieces := map[string][][]byte{
		"IPv4": {piece4(four, 5, 0, 24), piece4(four, 5, 24, 64), piece4(four, 5, 64, length)},
		"IPv6": {piece6(six, 5, protoTCP, nil, 0, 24), piece6(six, 5, protoTCP, nil, 24, 64), piece6(six, 5, protoTCP, nil, 64, length)},
		"IPv6 with options inside": {
			piece6(six, 5, 60, options, 0, 24), piece6(six, 5, 60, options, 24, 72), piece6(six, 5, 60, options, 72, length+8),
		},
	}
	for name, parts := range pieces {
		for _, order := range permutations(len(parts)) {
			p := play(t, Limits{}, nil)
			for _, i := range order {
				p.raw(0, parts[i], 0)
				p.raw(0, parts[0], 0) // again: a duplicate
			}
			if !slices.Contains(p.said(), "S 220 a greeting that is longer than a fragment") {
				t.Errorf("%s, order %v: said %q", name, order, p.said())
			}
			equal(t, "fragments", p.Stats().Fragments, int64(2*len(parts)))
			equal(t, "packets", p.conn().Half[server].Packets, 1)
		}
	}
}

// An IPv6 datagram in one piece is legal (RFC 6946), a piece of a piece is not.
func TestAtomicAndNestedFragments(t *testing.T) {
	s := opened().server("220 hi\r\n").segs[3]
	s.src, s.dst = server6, client6
	p := play(t, Limits{}, nil)
	p.raw(0, piece6(s, 5, protoTCP, nil, 0, len(s.tcp())), 0)
	p.wantSaidSoFar("S 220 hi")

	nested := piece6(s, 5, 44, []byte{protoTCP, 0, 0, 0, 0, 0, 0, 9}, 0, len(s.tcp())+8)
	p = play(t, Limits{}, nil)
	p.raw(0, nested, 0)
	p.wantSaidSoFar()
}

func TestFragmentsSnapped(t *testing.T) {
	s := opened().server("220 a greeting that is longer than a fragment\r\n").segs[3]
	p := play(t, Limits{}, nil)
	p.raw(0, piece4(s, 5, 0, 40), 10)
	p.raw(0, piece4(s, 5, 40, len(s.tcp())), 0)
	p.wantSaidSoFar("S 220 a gree (cut)", "S gap 37")
}

func TestFragmentLies(t *testing.T) {
	now := ftp.TimeOf(time.Unix(1, 0))
	k := fragmentKey{id: 1}
	b := make([]byte, 8)
	tests := []struct {
		name string
		send func(f *fragments) bool // whether something came out of it
	}{
		{"negative offset", func(f *fragments) bool { _, _, ok := f.add(k, now, -8, 8, b, true); return ok }},
		{"no length", func(f *fragments) bool { _, _, ok := f.add(k, now, 0, 0, nil, true); return ok }},
		{"negative length", func(f *fragments) bool { _, _, ok := f.add(k, now, 0, -8, nil, true); return ok }},
		{"beyond 64 KiB", func(f *fragments) bool { _, _, ok := f.add(k, now, 65528, 8, b, true); return ok }},
		{"more bytes than on the wire", func(f *fragments) bool { _, _, ok := f.add(k, now, 0, 4, b, true); return ok }},
		{"behind the end", func(f *fragments) bool {
			f.add(k, now, 8, 8, b, true)
			_, _, ok := f.add(k, now, 16, 8, b, false)
			_, _, later := f.add(k, now, 0, 8, b, false)
			return ok || later
		}},
		{"the end before what came", func(f *fragments) bool {
			f.add(k, now, 16, 8, b, false)
			_, _, ok := f.add(k, now, 8, 8, b, true)
			_, _, later := f.add(k, now, 0, 8, b, false)
			return ok || later
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &fragments{limit: 1 << 20}
			if tt.send(f) {
				t.Error("it was believed")
			}
		})
	}
}

// The first copy of a byte counts, whatever the pieces: the oracle is an array.
func TestFragmentOverlaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 500 {
		const size = 200
		f := &fragments{limit: 1 << 20}
		var want [size]byte
		var known [size]bool
		covered := 0
		for n := range 1000 {
			at := rng.IntN(size)
			wire := min(rng.IntN(60)+1, size-at)
			data := bytes.Repeat([]byte{byte(n)}, wire)
			for i := at; i < at+wire; i++ {
				if !known[i] {
					known[i], want[i] = true, byte(n)
					covered++
				}
			}
			got, length, whole := f.add(fragmentKey{}, ftp.Time{}, at, wire, data, at+wire == size)
			if whole != (covered == size) {
				t.Fatalf("round %d: whole %v, %d of %d bytes", round, whole, covered, size)
			}
			if !whole {
				continue
			}
			if length != size || !bytes.Equal(got, want[:]) {
				t.Fatalf("round %d: got %v\nwant %v", round, got, want)
			}
			equal(t, "bytes left", f.bytes, 0)
			break
		}
	}
}

func TestFragmentsAreBounded(t *testing.T) {
	t.Run("datagrams", func(t *testing.T) {
		for _, data := range [][]byte{make([]byte, 1000), nil} { // nil: the snap length took it
			f := &fragments{limit: 100_000}
			for id := range uint32(10_000) {
				f.add(fragmentKey{id: id}, ftp.Time{}, 0, 1000, data, false)
				if f.bytes > f.limit || len(f.open) != f.age.Len() || len(f.open) > f.limit/pieceCost {
					t.Fatalf("%d bytes, %d datagrams, %d in order of age", f.bytes, len(f.open), f.age.Len())
				}
			}
			equal(t, "told", f.full, true)
			if f.open[fragmentKey{id: 9999}] == nil {
				t.Error("the latest was forgotten, not the oldest")
			}
		}
	})
	t.Run("pieces", func(t *testing.T) {
		f := &fragments{limit: 1 << 20}
		for i := range 2000 {
			f.add(fragmentKey{}, ftp.Time{}, 16*i, 8, make([]byte, 8), false)
			if e := f.age.Front(); e != nil && len(e.Value.(*datagram).pieces) > maxPieces {
				t.Fatalf("%d pieces", len(e.Value.(*datagram).pieces))
			}
		}
	})
	t.Run("notice", func(t *testing.T) {
		s := opened().server(string(make([]byte, 2000))).segs[3]
		p := play(t, Limits{Fragments: 4000}, nil)
		for id := range uint16(10) {
			p.raw(0, piece4(s, id, 0, 1000), 0)
		}
		p.wantLog("notice limit-fragments")
	})
}

// An identification comes round: an old piece is not part of the new datagram.
func TestFragmentsExpire(t *testing.T) {
	f := &fragments{limit: 1 << 20}
	start := ftp.TimeOf(time.Unix(1000, 0))
	k := fragmentKey{id: 7}
	f.add(k, start, 0, 8, []byte("old-old-"), false)
	f.add(fragmentKey{id: 8}, start, 0, 8, []byte("old-old-"), false)
	late := start.Add(fragmentLife + time.Second)
	if _, _, whole := f.add(k, late, 8, 8, []byte("new-new-"), true); whole {
		t.Fatal("an old piece and a new one made a datagram")
	}
	equal(t, "datagrams", len(f.open), 1)
	got, _, whole := f.add(k, late, 0, 8, []byte("NEW-NEW-"), false)
	if !whole || string(got) != "NEW-NEW-new-new-" {
		t.Errorf("got %q, %v", got, whole)
	}
}
