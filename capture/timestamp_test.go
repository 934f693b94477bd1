package capture

import (
	"math"
	"testing"
	"time"
)

func TestResolution(t *testing.T) {
	at := func(sec, ns int64) time.Time { return time.Unix(sec, ns).UTC() }
	for _, tt := range []struct {
		name   string
		resol  byte
		offset int64
		stamp  uint64
		want   time.Time // zero: no time
	}{
		{"seconds", 0, 0, 1700000000, at(1700000000, 0)},
		{"milliseconds", 3, 0, 1700000000123, at(1700000000, 123e6)},
		{"microseconds", 6, 0, 1700000000123456, at(1700000000, 123456e3)},
		{"nanoseconds", 9, 0, 1700000000123456789, at(1700000000, 123456789)},
		{"10 picoseconds", 11, 0, 170000000012345678, at(1700000, 123456)},
		{"10^-19", 19, 0, math.MaxUint64, at(1, 844674407)},
		{"10^-20", 20, 0, math.MaxUint64, at(0, 184467440)},
		{"10^-28", 28, 0, math.MaxUint64, at(0, 1)},
		{"10^-64", 64, 0, math.MaxUint64, at(0, 0)},
		{"10^-127", 127, 0, math.MaxUint64, at(0, 0)},
		{"2^0", 0x80, 0, 1700000000, at(1700000000, 0)},
		{"2^-1", 0x81, 0, 1700000000<<1 | 1, at(1700000000, 5e8)},
		{"2^-32", 0xa0, 0, 1700000000<<32 | 1<<31, at(1700000000, 5e8)},
		{"2^-63", 0xbf, 0, math.MaxUint64, at(1, 999999999)},
		{"2^-64", 0xc0, 0, 1 << 63, at(0, 5e8)},
		{"2^-127", 0xff, 0, math.MaxUint64, at(0, 0)},
		{"offset", 6, 3600, 5e6, at(3605, 0)},
		{"negative offset", 6, -3600, 5e6, at(-3595, 0)},
		{"year 9999", 0, 0, maxSecond, at(maxSecond, 0)},
		{"year 10000", 0, 0, maxSecond + 1, time.Time{}},
		{"seconds overflow", 0, 0, math.MaxUint64, time.Time{}},
		{"offset overflow", 6, math.MaxInt64, 1, time.Time{}},
		{"offset underflow", 6, math.MinInt64, 1, time.Time{}},
		{"offset to year 1", 0, minSecond, 0, time.Time{}},
		{"offset beyond 9999", 0, maxSecond, 1, time.Time{}},
	} {
		r := newResolution(tt.resol)
		r.offset = tt.offset
		got, ok := r.time(tt.stamp)
		if !got.Equal(tt.want) || ok == tt.want.IsZero() {
			t.Errorf("%s: got %v, %v, want %v", tt.name, got, ok, tt.want)
		}
	}
}

// No resolution and no stamp may panic.
func TestResolutionAll(t *testing.T) {
	for v := range 256 {
		for _, stamp := range []uint64{0, 1, 1 << 32, math.MaxUint64} {
			r := newResolution(byte(v))
			if at, ok := r.time(stamp); ok != !at.IsZero() {
				t.Errorf("resolution %#x, stamp %d: %v, %v", v, stamp, at, ok)
			}
		}
	}
}
