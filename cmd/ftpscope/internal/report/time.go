package report

import (
	"strconv"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// RFC 3339 with always nine digits of a second, and what is before the seconds.
const (
	minuteLayout = "2006-01-02T15:04"
	timeLayout   = minuteLayout + ":05.000000000Z"
)

// Time is a time in UTC, written with nine digits of a second.
type Time time.Time

// moment is nil for the zero time: that of a packet without a time stamp.
func moment(t ftp.Time) *Time { return timeOf(t.Std()) }

// timeOf is nil for the zero time: that of a capture without packets.
func timeOf(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return new(Time(t))
}

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, timeLayout), nil
}

// minute writes times as Time does. It knows the minute that it wrote last: most
// that is written of a session is from the same one.
type minute struct {
	start int64  // in seconds since 1970
	text  []byte // like "2026-11-22T06:49"; empty before the first
}

func (m *minute) appendTime(b []byte, t time.Time) []byte {
	second := t.Unix() - m.start
	if len(m.text) == 0 || second < 0 || second >= 60 {
		t = t.UTC()
		second = int64(t.Second())
		m.start, m.text = t.Unix()-second, t.AppendFormat(m.text[:0], minuteLayout)
	}
	b = append(b, m.text...)
	b = appendPadded(b, ':', int(second), 100)
	b = appendPadded(b, '.', t.Nanosecond(), 1e9)
	return append(b, 'Z')
}

// appendPadded appends a separator and a number below unit, with as many digits
// as unit has zeros.
func appendPadded(b []byte, separator byte, n, unit int) []byte {
	at := len(b)
	b = strconv.AppendInt(b, int64(unit+n), 10)
	b[at] = separator // in place of the one of unit
	return b
}

// JSONSchema describes the time to readers of the schema.
func (Time) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type:        "string",
		Format:      "date-time",
		Pattern:     `^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$`,
		Description: "RFC 3339 in UTC, always nine digits of a second. Null only where the capture holds no time.",
	}
}
