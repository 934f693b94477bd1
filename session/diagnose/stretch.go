package diagnose

import (
	"iter"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The most that rules look at for one transfer, so that the price of a session
// grows with its length and no faster.
const (
	stretchLength = 256 // transfers that see the same part of their session
	stretchMargin = 64  // and what they see before the first and behind the last of them
	openingLines  = 100 // commands at the beginning of a session that all see
)

// stretch is a part of a session: transfers, and what rules look at about them.
type stretch struct {
	session   *session.Session // with those Transfers and Commands only
	first     int              // place of the first of transfers in the whole session
	transfers []*session.Transfer
}

// stretches cuts a session into parts; a session of usual length is one.
func stretches(s *session.Session) iter.Seq[stretch] {
	return func(yield func(stretch) bool) {
		n := len(s.Transfers)
		if n <= stretchLength+2*stretchMargin {
			yield(stretch{s, 0, s.Transfers})
			return
		}
		for first := 0; first < n; first += stretchLength {
			end := min(first+stretchLength, n)
			low, high := max(first-stretchMargin, 0), min(end+stretchMargin, n)
			part := *s
			part.Transfers = s.Transfers[low:high]
			opening := min(openingLines, len(s.Commands))
			from, to := max(commandAfter(s, begun(s.Transfers[low])), opening), len(s.Commands)
			if high < n {
				to = max(commandAfter(s, begun(s.Transfers[high])), from)
			}
			part.Commands = slices.Concat(s.Commands[:opening], s.Commands[from:to])
			if !yield(stretch{&part, first, s.Transfers[first:end]}) {
				return
			}
		}
	}
}

// begun is when the client asked for a transfer, or what was seen first of it.
func begun(t *session.Transfer) ftp.Time {
	if t.Announcement != nil && t.Announcement.Asked.Yes() {
		return t.Announcement.Asked.Time
	}
	return t.Start()
}

// commandAfter is the index of the first command from a moment on.
func commandAfter(s *session.Session, at ftp.Time) int {
	i, _ := slices.BinarySearchFunc(s.Commands, at, func(c session.Command, at ftp.Time) int { return c.Seen.Time.Compare(at) })
	return i
}
