package report

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/ftpscope/ftpscope/session/diagnose"
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

// durationText is a span of time, or none where it is below 0.
func durationText(d time.Duration) string {
	if d < 0 {
		return none
	}
	return diagnose.Duration(d)
}

// countText is "1 packet" or "1,234 packets".
func countText(n int64, singular string) string {
	return numberText(n) + " " + english.PluralWord(int(n), singular, "")
}

// numberText is a number with a comma after each three digits.
func numberText[N int | int64](n N) string { return humanize.Comma(int64(n)) }
