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

// shortName is so much of the end of a capture's path that no other capture is
// called the same.
func (r *renderer) shortName(index int) string {
	whole := filepath.ToSlash(r.Captures[index].Name)
	parts := strings.Split(whole, "/")
	for n := 1; n < len(parts); n++ {
		short := strings.Join(parts[len(parts)-n:], "/")
		if !slices.ContainsFunc(r.Captures, func(c capture.Info) bool {
			name := filepath.ToSlash(c.Name)
			return name != whole && (name == short || strings.HasSuffix(name, "/"+short))
		}) {
			return short
		}
	}
	return strings.Join(parts, "/")
}
