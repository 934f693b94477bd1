package capture

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a capture may make an Info hold.
const (
	maxProblems   = 100
	maxComments   = 100
	maxFilters    = 100
	maxTextLength = 4096 // bytes of a comment or filter
)

// tally is an Info in the making.
type tally struct {
	info        Info                  // without First and Last
	first, last moment                // of frames that have a time; noTime without them
	link        LinkType              // of the last frame
	links       map[LinkType]struct{} // all seen; nil before the first frame
}

// moment is a time as two numbers, which are compared faster.
type moment struct {
	sec  int64 // since 1970
	nsec int32
}

// noTime is the moment of the zero time.
var noTime = moment{sec: minSecond}

// time returns the zero time for noTime.
func (m moment) time() time.Time { return time.Unix(m.sec, int64(m.nsec)).UTC() }

func (m moment) before(o moment) bool {
	return m.sec < o.sec || m.sec == o.sec && m.nsec < o.nsec
}

func newTally(name string) *tally {
	return &tally{info: Info{Name: name, Drops: -1}, first: noTime, last: noTime}
}

// frame counts a frame.
func (t *tally) frame(f *Frame) {
	in := &t.info
	in.Packets++
	if len(f.Data) < f.Length {
		in.Truncated++
	}
	// Nearly all frames come later than those before them. No time is before
	// all others, and isn't counted.
	if at := (moment{f.Time.Unix(), int32(f.Time.Nanosecond())}); t.last.before(at) {
		t.last = at
		if t.first == noTime {
			t.first = at
		}
	} else if at.before(t.first) && at != noTime {
		t.first = at
	}
	if f.Link != t.link || t.links == nil {
		t.linkType(f.Link)
	}
}

func (t *tally) linkType(l LinkType) {
	if t.links == nil {
		t.links = make(map[LinkType]struct{})
	}
	t.link = l
	if _, ok := t.links[l]; !ok {
		t.links[l] = struct{}{}
		t.info.LinkTypes = append(t.info.LinkTypes, l)
	}
}

// snapLength notes a snap length that the capture states; 0 is none.
func (t *tally) snapLength(n int) {
	if n > 0 && (t.info.SnapLength == 0 || n < t.info.SnapLength) {
		t.info.SnapLength = n
	}
}

// drops adds n to the packets that the capture says were dropped.
func (t *tally) drops(n int64) {
	t.info.Drops = max(t.info.Drops, 0) + n
}

func (t *tally) comment(text []byte) {
	if len(t.info.Comments) < maxComments {
		t.info.Comments = append(t.info.Comments, bounded(text))
	}
}

func (t *tally) filter(text string) {
	if len(t.info.Filters) < maxFilters && !slices.Contains(t.info.Filters, text) {
		t.info.Filters = append(t.info.Filters, text)
	}
}

// problem notes a problem at the block or record at byte offset.
func (t *tally) problem(code string, frame, offset int64, format string, args ...any) {
	if len(t.info.Problems) < maxProblems {
		t.info.Problems = append(t.info.Problems, Problem{
			Code: code, Message: fmt.Sprintf(format, args...), Frame: frame, Offset: offset,
		})
	}
}

// snapshot returns a copy that further reading doesn't change.
func (t *tally) snapshot() Info {
	in := t.info
	in.First, in.Last = t.first.time(), t.last.time()
	in.LinkTypes = slices.Clone(in.LinkTypes)
	in.Filters = slices.Clone(in.Filters)
	in.Comments = slices.Clone(in.Comments)
	in.Problems = slices.Clone(in.Problems)
	return in
}

// bounded returns text as valid UTF-8 of a bounded length, without the NUL
// bytes that some programs end strings with.
func bounded(text []byte) string {
	s := string(text[:min(len(text), maxTextLength)])
	return strings.TrimRight(strings.ToValidUTF8(s, "\uFFFD"), "\x00")
}
