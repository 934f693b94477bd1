package compare

import (
	"path/filepath"
	"strings"
)

// Names are the points' names as texts have them: file names without the part
// of their path that does not tell them apart.
func Names(points []Point) []string {
	out := make([]string, len(points))
	for keep := 1; ; keep++ {
		times, longest := make(map[string]int), 0
		for i, p := range points {
			parts := strings.Split(filepath.ToSlash(p.Name), "/")
			longest = max(longest, len(parts))
			out[i] = strings.Join(parts[max(0, len(parts)-keep):], "/")
			times[out[i]]++
		}
		if len(times) == len(points) || keep >= longest {
			return out
		}
	}
}
