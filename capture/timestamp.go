package capture

import (
	"math/bits"
	"time"
)

// The seconds since 1970 that a time.Time can hold and JSON can say: the years
// 1 to 9999.
const (
	minSecond = -62135596800
	maxSecond = 253402300799
)

// resolution is the unit of the timestamps of a pcapng interface, and what is
// added to them.
type resolution struct {
	base2    bool
	exponent uint8  // a unit is 10 or 2 to the power of -exponent seconds
	units    uint64 // in a second; 0 for more than 64 bits hold
	nanos    uint64 // in a unit; 0 where that isn't a whole number
	offset   int64  // seconds, if_tsoffset
}

// defaultResolution is a microsecond: "If this option is not present, a
// resolution of 10^-6 is assumed".
//
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html#section-4.2
var defaultResolution = newResolution(6)

// newResolution takes the value of if_tsresol: the most significant bit tells
// powers of 2, the other seven are the negated exponent.
func newResolution(v byte) resolution {
	r := resolution{base2: v&0x80 != 0, exponent: v & 0x7f}
	switch {
	case r.base2 && r.exponent < 64:
		r.units = 1 << r.exponent
	case !r.base2 && r.exponent < 20:
		r.units = pow10(r.exponent)
	}
	if !r.base2 && r.exponent <= 9 {
		r.nanos = pow10(9 - r.exponent)
	}
	return r
}

// time returns the time of a timestamp, and false for one that is no time
// between the years 1 and 9999.
func (r resolution) time(ts uint64) (time.Time, bool) {
	var sec uint64
	rest := ts
	if r.units != 0 {
		sec = ts / r.units
		rest = ts - sec*r.units
	}
	if sec > maxSecond-minSecond {
		return time.Time{}, false
	}
	s := int64(sec)
	// The sum can't overflow where the offset is in the range as well.
	if r.offset < minSecond-maxSecond || r.offset > maxSecond {
		return time.Time{}, false
	}
	if s += r.offset; s <= minSecond || s > maxSecond {
		return time.Time{}, false
	}
	return time.Unix(s, r.nanoseconds(rest)).UTC(), true
}

// nanoseconds returns how long rest units are, rest being less than a second.
func (r resolution) nanoseconds(rest uint64) int64 {
	e := r.exponent
	switch {
	case r.base2:
		hi, lo := bits.Mul64(rest, 1e9)
		if e >= 64 {
			return int64(hi >> (e - 64))
		}
		// rest < 2^e, so the quotient is less than 1e9.
		return int64(hi<<(64-e) | lo>>e)
	case r.nanos > 0:
		return int64(rest * r.nanos)
	case e <= 28:
		return int64(rest / pow10(e-9))
	default:
		return 0
	}
}

// pow10 returns 10 to the power of e, e at most 19.
func pow10(e uint8) uint64 {
	p := uint64(1)
	for range e {
		p *= 10
	}
	return p
}
