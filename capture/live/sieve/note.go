package sieve

import (
	"fmt"
	"slices"
	"strings"
)

// note is how the description of a thinned capture begins.
const note = "ftpscope first look"

// Note describes what passes where it is not all of TCP, for the capture filter that
// a recording states; it is no expression of pcap-filter(7). It is empty with
// Payload.
func (c Config) Note() string {
	if c.Payload {
		return ""
	}
	thin := c.Thin
	if thin == 0 {
		thin = DefaultThin
	}
	return fmt.Sprintf("%s: ports %s whole, of other TCP one header in %d", note, strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Ports), " ", ","), "[]"), thin)
}

// Noted reports whether the filters that a capture states say that most packets of
// data connections were left out by a Config.
func Noted(filters []string) bool {
	return slices.ContainsFunc(filters, func(f string) bool { return strings.HasPrefix(f, note+":") })
}
