package report

import (
	"fmt"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// LostToSnap reports whether something of a session's dialogue is missing that
// a snap length may have cut off: bytes, or the endpoint of an announcement that
// was accepted.
func LostToSnap(s *session.Session) bool {
	if s.LostBytes > 0 {
		return true
	}
	for _, t := range s.Transfers {
		if a := t.Announcement; a != nil && a.Accepted != nil && *a.Accepted && !a.Endpoint.IsValid() {
			return true
		}
	}
	return false
}

// SnapNotices says which captures cut packets off and so harmed a session; harmed
// has the indexes of captures with a session that misses something.
func SnapNotices(infos []capture.Info, harmed map[int]bool) []Notice {
	var out []Notice
	for i, c := range infos {
		if !cutsOff(c) || !harmed[i] {
			continue
		}
		text := fmt.Sprintf("%s of %s are cut off", numberText(c.Truncated), countText(c.Packets, "packet"))
		if n := snapLength(c); n > 0 {
			text += fmt.Sprintf(", to %s bytes at most", numberText(n))
		}
		out = append(out, Notice{
			Seen:   ftp.Seen{Ref: ftp.Ref{Capture: i}},
			Notice: ftp.Notice{Code: "packets-cut", Message: text + ": capture with -s 0"},
		})
	}
	return out
}

// snapFact says of a session that its packets were cut off, or nothing.
func (r *renderer) snapFact(s *session.Session) string {
	if s.First.Capture >= len(r.Captures) || !LostToSnap(s) {
		return ""
	}
	c := r.Captures[s.First.Capture]
	if !cutsOff(c) {
		return ""
	}
	text := "the capture cuts packets off"
	if n := snapLength(c); n > 0 {
		text += fmt.Sprintf(" at %s bytes", numberText(n))
	}
	return text + ": capture with -s 0"
}

// cutsOff reports whether a capture cut packets off that are wanted whole: the
// kernel's first look cuts none of those.
func cutsOff(c capture.Info) bool { return c.Truncated > 0 && !sieve.Noted(c.Filters) }

// snapLength is a capture's snap length, or 0 where it states none that could
// cut a packet of a network.
func snapLength(c capture.Info) int {
	if c.SnapLength >= 65535 {
		return 0
	}
	return c.SnapLength
}
