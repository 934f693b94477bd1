package report

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// maxFrames is how many frames one fact names.
const maxFrames = 8

// frames names frames as Wireshark numbers them: "frame 18", "frames 18 20 …
// 30". Those of another capture than the one at hand come with its name.
func (r *renderer) frames(capture int, refs ...ftp.Ref) string {
	var words []string
	for i, ref := range refs {
		if ref.Frame == 0 {
			continue
		}
		if len(refs) > maxFrames && i == maxFrames-2 {
			words = append(words, "…")
		}
		if len(refs) > maxFrames && i >= maxFrames-2 && i < len(refs)-1 {
			continue
		}
		word := strconv.FormatInt(ref.Frame, 10)
		if len(r.Captures) > 1 && (ref.Capture != capture || len(words) == 0) && ref.Capture < len(r.Captures) {
			word = Escape(r.shortName(ref.Capture)) + ":" + word
			capture = ref.Capture
		}
		words = append(words, word)
	}
	switch len(words) {
	case 0:
		return ""
	case 1:
		return "frame " + words[0]
	}
	return "frames " + strings.Join(words, " ")
}

// shortName is what the text calls a capture.
func (r *renderer) shortName(index int) string {
	switch {
	case index < 0 || index >= len(r.Captures):
		return none
	case r.points != nil:
		return r.points[index]
	}
	if r.names == nil {
		for _, c := range r.Captures {
			r.names = append(r.names, c.Name)
		}
	}
	return shortName(r.names, index)
}

// PointNames are what texts call captures: so much of the end of each path that
// no other is called the same.
func PointNames(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = shortName(names, i)
		if name == capture.Stdin {
			out[i] = captureName(name)
		}
	}
	return out
}

// shortName is so much of the end of a path that no other one has the same end.
func shortName(names []string, index int) string {
	whole := filepath.ToSlash(names[index])
	parts := strings.Split(whole, "/")
	for n := 1; n < len(parts); n++ {
		short := strings.Join(parts[len(parts)-n:], "/")
		if !slices.ContainsFunc(names, func(name string) bool {
			name = filepath.ToSlash(name)
			return name != whole && (name == short || strings.HasSuffix(name, "/"+short))
		}) {
			return short
		}
	}
	return strings.Join(parts, "/")
}
