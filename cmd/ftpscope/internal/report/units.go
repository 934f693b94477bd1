package report

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

// none stands where there is nothing to say.
const none = "–"

// bytesText is a number of bytes in SI units, with one decimal.
func bytesText(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	return siText(float64(n), "B")
}

// siText is a number from 1000 on with one decimal and a prefix.
func siText(v float64, unit string) string {
	scaled, prefix := humanize.ComputeSI(v)
	if scaled >= 999.95 { // would be rounded to 1000.0
		scaled, prefix = humanize.ComputeSI(v * 1.001)
	}
	return fmt.Sprintf("%.1f %s%s", scaled, prefix, unit)
}

// rateText is bytes per second.
func rateText(n int64, d time.Duration) string {
	if n <= 0 || d <= 0 {
		return none
	}
	v := float64(n) / d.Seconds()
	if v < 1000 {
		return fmt.Sprintf("%.0f B/s", v)
	}
	return siText(v, "B/s")
}

// durationText is a span of time, as exact as one wants to read it.
func durationText(d time.Duration) string {
	switch {
	case d < 0:
		return none
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Round(time.Microsecond).Microseconds())
	case d < 9950*time.Microsecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// countText is "1 packet" or "1,234 packets".
func countText(n int64, singular string) string {
	return numberText(n) + " " + english.PluralWord(int(n), singular, "")
}

// numberText is a number with a comma after each three digits.
func numberText[N int | int64](n N) string { return humanize.Comma(int64(n)) }
