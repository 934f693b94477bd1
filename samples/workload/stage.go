package workload

import (
	"container/heap"
	"iter"
	"math/rand/v2"
	"time"
)

// stage merges the packets of actors by time and writes them.
type stage struct {
	rng     *rand.Rand // of the workload; actors have their own
	out     *writer
	players players
	count   uint64 // actors so far
	err     error
}

// actor tells one conversation.
type actor func(*talk)

// begin lets an actor begin at a time, which is not before that of any actor
// begun earlier.
func (s *stage) begin(at time.Duration, a actor) {
	s.until(at)
	s.count++
	t := &talk{now: at, rng: rand.New(rand.NewPCG(s.count, 959))}
	next, _ := iter.Pull(func(yield func(*packet) bool) {
		t.yield = yield
		a(t)
	})
	p := &player{next: next, order: s.count}
	if p.step() {
		heap.Push(&s.players, p)
	}
}

// until writes what comes before a time.
func (s *stage) until(at time.Duration) {
	for len(s.players) > 0 && s.players[0].packet.at < at {
		s.write()
	}
}

// write writes the next packet.
func (s *stage) write() {
	p := s.players[0]
	if s.err == nil {
		s.err = s.out.packet(p.packet)
	}
	if p.step() {
		heap.Fix(&s.players, 0)
		return
	}
	heap.Pop(&s.players)
}

// finish writes what is left.
func (s *stage) finish() error {
	for len(s.players) > 0 {
		s.write()
	}
	return s.err
}

// player is an actor at work.
type player struct {
	next   func() (*packet, bool)
	packet *packet // the next
	order  uint64
}

func (p *player) step() (more bool) {
	p.packet, more = p.next()
	return more
}

// players is a heap: the one whose packet comes first is first.
type players []*player

func (p players) Len() int { return len(p) }
func (p players) Less(i, j int) bool {
	if a, b := p[i].packet.at, p[j].packet.at; a != b {
		return a < b
	}
	return p[i].order < p[j].order
}
func (p players) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *players) Push(x any)   { *p = append(*p, x.(*player)) }
func (p *players) Pop() any {
	old := *p
	last := old[len(old)-1]
	*p = old[:len(old)-1]
	return last
}

// talk is what an actor says, and when.
type talk struct {
	now   time.Duration
	rng   *rand.Rand
	bare  bool // its packets have no TCP timestamps
	yield func(*packet) bool
	out   packet
}

// pause lets time pass: between half of d and one and a half.
func (t *talk) pause(d time.Duration) {
	t.now += d/2 + time.Duration(t.rng.Int64N(int64(d)+1))
}

// port is a port that a program without privileges may have.
func (t *talk) port() uint16 { return uint16(1024 + t.rng.IntN(64512)) }
