package cli

import (
	"slices"
	"testing"
)

func TestSimilar(t *testing.T) {
	names := []string{"classic-active", "classic-passive", "exit-codes", "formats", "outcomes", "analyze"}
	for word, want := range map[string][]string{
		"classic":        {"classic-active", "classic-passive"},
		"classic-pasive": {"classic-passive", "classic-active"},
		"Formats":        {"formats"},
		"anlyze":         {"analyze"},
		"outcome":        {"outcomes"},
		"ssh":            nil,
		"":               nil,
	} {
		if got := similar(word, names); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"same", "same", 0}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
