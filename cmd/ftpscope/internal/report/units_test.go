package report

import (
	"testing"
	"time"
)

func TestUnits(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{bytesText(0), "0 B"},
		{bytesText(999), "999 B"},
		{bytesText(1000), "1.0 kB"},
		{bytesText(20000), "20.0 kB"},
		{bytesText(999_940), "999.9 kB"},
		{bytesText(999_999), "1.0 MB"},
		{bytesText(734003200), "734.0 MB"},
		{bytesText(5e12), "5.0 TB"},
		{rateText(20000, 4*time.Millisecond), "5.0 MB/s"},
		{rateText(10, time.Second), "10 B/s"},
		{rateText(0, time.Second), none},
		{rateText(5, 0), none},
		{durationText(-1), none},
		{durationText(0), "0 µs"},
		{durationText(300 * time.Microsecond), "300 µs"},
		{durationText(4 * time.Millisecond), "4.0 ms"},
		{durationText(9960 * time.Microsecond), "10 ms"},
		{durationText(999 * time.Millisecond), "999 ms"},
		{durationText(999600 * time.Microsecond), "1.0 s"},
		{durationText(12400 * time.Millisecond), "12.4 s"},
		{durationText(59960 * time.Millisecond), "1m00s"},
		{durationText(59*time.Minute + 59*time.Second), "59m59s"},
		{durationText(26*time.Hour + 3*time.Minute), "26h03m"},
		{countText(1, "packet"), "1 packet"},
		{countText(0, "packet"), "0 packets"},
		{countText(1234567, "packet"), "1,234,567 packets"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
