package report

import (
	"time"

	"github.com/invopop/jsonschema"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// timeLayout is RFC 3339 with always nine digits of a second.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

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

// JSONSchema describes the time to readers of the schema.
func (Time) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type:        "string",
		Format:      "date-time",
		Pattern:     `^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$`,
		Description: "RFC 3339 in UTC, always nine digits of a second. Null only where the capture holds no time.",
	}
}
