package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// lane is where on a ladder something stands.
type lane int

// The lanes of a ladder.
const (
	laneControl lane = iota
	laneData
	laneBoth // what is told of a packet whose connection is not known here
	lanes
)

// rung is what went over a connection at a moment. Without a frame it is about
// a packet that is missing.
type rung struct {
	lane  lane
	seen  ftp.Seen
	last  ftp.Seen // of several packets on one rung: the last of them
	text  string
	style style
	cut   bool // the text may be cut off where room is short
}

// controlHead stands above the lane of the control connection, and says which
// way the arrows go.
const controlHead = "control (→ server)"

// maxRungs is how many rungs a ladder has; those in the middle are left out.
const maxRungs = 26

// climb has the packets of a trouble that matter, in order.
func (r *renderer) climb(one *trouble) []rung {
	rungs := r.rungs(one)
	slices.SortStableFunc(rungs, rungOrder)
	rungs = merged(rungs)
	if left := len(rungs) - maxRungs; left > 0 {
		cut := rung{lane: laneBoth, text: "… " + numberText(left+1) + " more …", style: r.faint}
		rungs = slices.Concat(rungs[:maxRungs*2/3], []rung{cut}, rungs[len(rungs)-maxRungs/3:])
	}
	return rungs
}

// onRungs reports whether all of some packets stand on a rung.
func onRungs(rungs []rung, refs []ftp.Ref) bool {
	return !slices.ContainsFunc(refs, func(ref ftp.Ref) bool {
		return !slices.ContainsFunc(rungs, func(one rung) bool {
			last := max(one.seen.Frame, one.last.Frame)
			return one.seen.Yes() && one.seen.Capture == ref.Capture && one.seen.Frame <= ref.Frame && ref.Frame <= last
		})
	})
}

// ladder draws rungs, control and data connection side by side, line by line; →
// goes to the server.
func (r *renderer) ladder(rungs []rung) []string {
	if len(rungs) == 0 {
		return nil
	}
	legend, at := r.ladderFrames(rungs)
	widths := laneWidths(rungs, r.width-indentRow-lipgloss.Width(at[0])-2*len(laneGap))
	left := strings.Repeat(" ", indentRow)
	head := at[0] + laneGap + pad(piece{controlHead, plainly}, widths[laneControl], false)
	if widths[laneData] > 0 {
		head += laneGap + "data connection"
	}
	var lines []string
	for _, line := range append(legend, head) {
		lines = append(lines, left+r.faint(strings.TrimRight(line, " ")))
	}
	for i, one := range rungs {
		before := ""
		if one.lane == laneData {
			before = strings.Repeat(" ", widths[laneControl]) + laneGap
		}
		parts := []string{shorten(one.text, widths[one.lane])}
		if !one.cut {
			parts = rungLines(one.text, widths[one.lane])
		}
		for j, part := range parts {
			lead := r.faint(at[i+1])
			if j > 0 {
				lead = strings.Repeat(" ", lipgloss.Width(at[i+1]))
			}
			lines = append(lines, left+lead+laneGap+before+one.style(part))
		}
	}
	return lines
}

// merged puts neighbours together that say the same in a finding's own words.
func merged(rungs []rung) []rung {
	out := rungs[:0]
	times := 1
	for i, one := range rungs {
		if i > 0 && one.lane == laneBoth && rungs[i-1].lane == laneBoth && one.text == rungs[i-1].text {
			times++
			last := &out[len(out)-1]
			last.last, last.text = one.seen, one.text+fmt.Sprintf(", %d times", times)
			continue
		}
		times = 1
		out = append(out, one)
	}
	return out
}

// laneGap stands between the columns of a ladder.
const laneGap = "  "

// rungOrder is by time; of one time by frame, and what is missing last.
func rungOrder(a, b rung) int {
	if c := a.seen.Time.Compare(b.seen.Time); c != 0 {
		return c
	}
	if a.seen.Yes() != b.seen.Yes() {
		if a.seen.Yes() {
			return -1
		}
		return 1
	}
	if a.seen.Capture != b.seen.Capture {
		return 0
	}
	return cmp.Compare(a.seen.Frame, b.seen.Frame)
}

// ladderFrames are the first columns: frames and seconds, of equal width; first
// those of the head. The frames of several captures have the number of their
// capture before them, which the legend explains.
func (r *renderer) ladderFrames(rungs []rung) (legend, columns []string) {
	var captures []int
	for _, one := range rungs {
		if one.seen.Yes() && !slices.Contains(captures, one.seen.Capture) && one.seen.Capture < len(r.Captures) {
			captures = append(captures, one.seen.Capture)
		}
	}
	slices.Sort(captures)
	room := r.width - indentRow
	for i, c := range captures {
		name := Escape(r.shortName(c))
		switch {
		case len(captures) > 1:
			legend = append(legend, fmt.Sprintf("%d: is ", i+1)+elide(name, room-len("1: is ")-2))
		case len(r.Captures) > 1:
			legend = append(legend, "frames of "+elide(name, room-len("frames of ")))
		}
	}
	frames, clocks := []string{"frame"}, []string{"seconds"}
	from := rungs[0].seen.Time
	for _, one := range rungs {
		frame, clock := "", ""
		if one.seen.Yes() {
			frame = frameSpan(one)
			if len(captures) > 1 {
				frame = strconv.Itoa(slices.Index(captures, one.seen.Capture)+1) + ":" + frame
			}
			clock = fmt.Sprintf("%.3f", one.seen.Time.Sub(from).Seconds())
		}
		frames, clocks = append(frames, frame), append(clocks, clock)
	}
	wide, long := widest(frames), widest(clocks)
	for i := range frames {
		frames[i] = pad(piece{frames[i], plainly}, wide, true) + laneGap + pad(piece{clocks[i], plainly}, long, true)
	}
	return legend, frames
}

func plainly(s string) string { return s }

func widest(words []string) int {
	n := 0
	for _, w := range words {
		n = max(n, lipgloss.Width(w))
	}
	return n
}

// leastLane is the width below which a lane is not squeezed.
const leastLane = 28

// laneWidths divides a width between the lanes: each gets what it needs, and
// where that is too much the longest texts are broken or cut.
func laneWidths(rungs []rung, width int) [lanes]int {
	whole := lipgloss.Width(controlHead) // what the control connection could use
	need := [lanes]int{laneControl: whole}
	for _, one := range rungs {
		w := lipgloss.Width(one.text)
		if one.lane == laneControl {
			whole = max(whole, w)
		}
		if one.cut {
			w = min(w, leastLane)
		}
		need[one.lane] = max(need[one.lane], w)
	}
	out := [lanes]int{laneBoth: width + len(laneGap)}
	if need[laneData] == 0 {
		out[laneControl] = out[laneBoth]
		return out
	}
	out[laneData] = min(need[laneData], max(width-need[laneControl], leastLane))
	out[laneControl] = max(min(whole, width-out[laneData]), 8) // a window may be narrower than any ladder
	return out
}

// maxRungLines is how many lines the text of a rung takes.
const maxRungLines = 3

// rungLines breaks the text of a rung; the other lines are indented.
func rungLines(text string, width int) []string {
	lines := wrapped(text, width, width-2)
	for i := 1; i < len(lines); i++ {
		if i == maxRungLines {
			lines[i-1] = shorten(lines[i-1]+"…", width)
			return lines[:i]
		}
		lines[i] = "  " + lines[i]
	}
	return lines
}

// frameSpan names the frames of a rung: "18" or "20–31".
func frameSpan(one rung) string {
	if !one.last.Yes() || one.last.Ref == one.seen.Ref || one.last.Capture != one.seen.Capture {
		return strconv.FormatInt(one.seen.Frame, 10)
	}
	return strconv.FormatInt(one.seen.Frame, 10) + "–" + strconv.FormatInt(one.last.Frame, 10)
}

// rungs are those of a trouble: the dialogue about its first transfer, the data
// connection, and what else its finding rests on.
func (r *renderer) rungs(one *trouble) []rung {
	s, t := one.session, one.transfer
	b := &rungBuilder{renderer: r, s: s, t: t, evidence: make(map[ftp.Ref]string), on: make(map[ftp.Ref]bool)}
	var until ftp.Time
	if t != nil && max(len(one.finding.Transfers), one.finding.Count) > 1 && t.Next.Yes() {
		until = t.Next.Time // what comes then is about others
	}
	for _, f := range append([]*diagnose.Finding{one.finding}, one.because...) {
		for _, v := range f.Evidence {
			if _, ok := b.evidence[v.Ref]; ok || !until.IsZero() && v.Time.After(until) {
				continue
			}
			b.evidence[v.Ref] = r.said(s, v.Text)
			b.seen = append(b.seen, v.Seen)
		}
	}
	b.spoken()
	b.control()
	b.data()
	b.others()
	return b.rungs
}
