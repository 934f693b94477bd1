package sieve

import (
	"fmt"
	"slices"
	"strings"
)

// How the descriptions begin: of a capture that was thinned, and of any by a Config.
const (
	note = "ftpscope first look:"
	ours = "ftpscope "
)

// Note describes what passes, for the capture filter that a recording states; it is no
// expression of pcap-filter(7).
func (c Config) Note() string {
	if c.Payload {
		return ours + "payload: TCP and ICMP whole"
	}
	thin := c.Thin
	if thin == 0 {
		thin = DefaultThin
	}
	return fmt.Sprintf("%s ports %s whole, of other TCP one header in %d", note, strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Ports), " ", ","), "[]"), thin)
}

// Noted reports whether the filters that a capture states say that most packets of
// data connections were left out by a Config.
func Noted(filters []string) bool {
	return slices.ContainsFunc(filters, func(f string) bool { return strings.HasPrefix(f, note) })
}

// TakesICMP reports whether the filters that a capture states are Configs, which let
// ICMP pass.
func TakesICMP(filters []string) bool {
	return len(filters) > 0 && !slices.ContainsFunc(filters, func(f string) bool { return !strings.HasPrefix(f, ours) })
}
