package report

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// framesOfFilter finds the frame numbers of a display filter.
var framesOfFilter = regexp.MustCompile(`frame\.number (?:== (\d+)|in \{([\d,]+)\})`)

// sourceOf is the capture that a display filter is of, which names frames: the
// first of the path that has all of them at this transfer, else the only one that
// the finding rests on. It is -1 where the filter names none, and so holds for all
// captures, and where nothing tells.
func (r *comparer) sourceOf(one *trouble) int {
	numbers := filterFrames(one.finding.Filter)
	if len(numbers) == 0 || one.session == nil {
		return -1
	}
	for _, p := range append(slices.Clone(r.path.Order), r.path.Aside...) {
		known := r.framesAt(one, p)
		if !slices.ContainsFunc(numbers, func(n int64) bool { return !known[n] }) {
			return p
		}
	}
	if from := r.capturesOf(one.finding); len(from) == 1 {
		return from[0]
	}
	return -1
}

// filterFrames are the frames that a display filter names.
func filterFrames(filter string) []int64 {
	var out []int64
	for _, m := range framesOfFilter.FindAllStringSubmatch(filter, -1) {
		for word := range strings.SplitSeq(m[1]+m[2], ",") {
			if n, err := strconv.ParseInt(word, 10, 64); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// framesAt are the frames of a point that are about a trouble: its evidence, and
// the dialogue about its transfer.
func (r *comparer) framesAt(one *trouble, point int) map[int64]bool {
	out := make(map[int64]bool)
	add := func(all ...ftp.Ref) {
		for _, ref := range all {
			if ref.Capture == point {
				out[ref.Frame] = true
			}
		}
	}
	add(refsOf(one.finding)...)
	s := r.of[one.session.ID]
	if point >= len(s.At) || s.At[point] == nil {
		return out
	}
	for _, t := range s.At[point].Transfers {
		if slices.Contains(one.finding.Transfers, t.ID) {
			add(dialogueOf(t)...)
		}
	}
	return out
}

// dialogueOf are the frames of the control connection that are about a transfer.
func dialogueOf(t *session.Transfer) []ftp.Ref {
	var out []ftp.Ref
	if a := t.Announcement; a != nil {
		out = append(out, a.Asked.Ref, a.Seen.Ref)
		if a.Reply != nil {
			out = append(out, a.Reply.Seen.Ref)
		}
	}
	if t.Command != nil {
		out = append(out, t.Command.Seen.Ref)
	}
	for _, r := range []*session.Reply{t.Prelim, t.Reply} {
		if r != nil {
			out = append(out, r.Seen.Ref)
		}
	}
	return out
}
