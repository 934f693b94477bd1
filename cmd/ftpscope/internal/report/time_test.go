package report

import (
	"testing"
	"time"
)

// FuzzTime: two times of the stream, the second of which may be in the minute of
// the first, are what Time makes of them.
func FuzzTime(f *testing.F) {
	for _, a := range fillTimes {
		for _, d := range []int64{0, 1, 59, -59, 60} {
			f.Add(a.Unix(), int64(a.Nanosecond()), d)
		}
	}
	f.Fuzz(func(t *testing.T, seconds, nanoseconds, later int64) {
		var m minute
		for _, at := range []time.Time{time.Unix(seconds, nanoseconds), time.Unix(seconds+later, nanoseconds)} {
			want, err := Time(at).MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			if got := m.appendTime(nil, at); string(got) != string(want) {
				t.Errorf("%s, want %s", got, want)
			}
		}
	})
}
