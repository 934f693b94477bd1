package cli

import (
	"cmp"
	"slices"
	"strings"
)

// maxSimilar is how many names a hint gives.
const maxSimilar = 5

// similar lists the names that somebody may have meant who typed a word: those
// that it occurs in, then those that differ by a few letters, the nearest first.
func similar(word string, names []string) []string {
	word = strings.ToLower(word)
	near := func(name string) int {
		if word != "" && strings.Contains(name, word) {
			return 0
		}
		return distance(word, name)
	}
	var found []string
	for _, name := range names {
		if near(name) <= max(2, len(word)/4) {
			found = append(found, name)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(near(a), near(b)) })
	return found[:min(len(found), maxSimilar)]
}

// distance is how many bytes must be put in, taken out or replaced to make b of a
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
