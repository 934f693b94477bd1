package decode

import (
	"math/rand/v2"
	"testing"
)

// The sum of words of 64 bits is that of words of 16 bits.
func TestSum16(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			if b[i] = 0xff; n%3 > 0 {
				b[i] = byte(rng.Uint32())
			}
		}
		var want uint64
		for i, c := range b {
			want += uint64(c) << (8 * (1 - i%2))
		}
		if got := folded(sum16(b)); got != folded(want) {
			t.Errorf("%d bytes: %#x, want %#x", n, got, folded(want))
		}
	}
}
