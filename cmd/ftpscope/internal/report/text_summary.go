package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// maxCaptures is how many captures the summary describes one by one.
const maxCaptures = 6

// summary writes what was read and what it came to.
func (r *renderer) summary() {
	var sum Summary
	for _, s := range r.Sessions {
		sum.Add(s)
	}
	r.blank()
	r.captures()
	if sum.Sessions == 0 {
		r.nothing()
	} else {
		r.totals(sum)
		r.captureFindings()
		r.explained(r.tally())
	}
	r.interrupted()
}

// interrupted says that this is not all.
func (r *renderer) interrupted() {
	if r.Interrupted {
		r.flow(0, 2, piece{"interrupted: this is what was known by then", r.fair})
	}
}

// totals writes the numbers of the whole report.
func (r *renderer) totals(sum Summary) {
	r.numbers(sum)
	var failed failureCounts
	for _, s := range r.Sessions {
		failed.add(s)
	}
	r.failures(failed)
}

// numbers counts sessions and transfers.
func (r *renderer) numbers(sum Summary) {
	pieces := []piece{{countText(int64(sum.Sessions), "session"), r.strong}, {countText(int64(sum.Transfers), "transfer"), r.strong}}
	for _, m := range []struct {
		n    int
		word string
	}{{sum.Modes.Active, "active"}, {sum.Modes.Passive, "passive"}, {sum.Modes.Unknown, "mode unknown"}} {
		if m.n > 0 {
			pieces = append(pieces, piece{numberText(m.n) + " " + m.word, r.plain})
		}
	}
	if sum.Bytes > 0 {
		pieces = append(pieces, piece{bytesText(sum.Bytes), r.plain})
	}
	if n := r.LeftOut + r.Passed; n > 0 {
		pieces = append(pieces, piece{countText(int64(n), "session") + " left out", r.faint})
	}
	r.flow(0, 2, pieces...)
	pieces = pieces[:0]
	for _, c := range sum.Outcomes.counts() {
		pieces = append(pieces, piece{numberText(c.n) + " " + string(c.outcome), r.outcome(c.outcome)})
	}
	r.flow(0, 2, pieces...)
}

// explained counts the findings and says where they are explained.
func (r *renderer) explained(n Severities) {
	if pieces := r.counted(n); len(pieces) > 0 {
		r.flow(0, 2, append(pieces, piece{"ftpscope explain FILE says why, and what to do", r.faint})...)
	}
}

// failures counts the sessions that failed as a whole.
func (r *renderer) failures(failed failureCounts) {
	var pieces []piece
	for f := failureNone + 1; f < failureKinds; f++ {
		if failed[f] > 0 {
			pieces = append(pieces, piece{f.countText(failed[f]), r.severity(f.severity())})
		}
	}
	r.flow(0, 2, pieces...)
}

// captures writes a line for each capture, and its problems.
func (r *renderer) captures() {
	var packets int64
	for i, c := range r.Captures {
		packets += c.Packets
		if i < maxCaptures || len(c.Problems) > 0 {
			r.flow(0, 2, append([]piece{{captureName(c.Name), r.strong}}, r.capturePieces(c)...)...)
		}
		if i < maxCaptures {
			r.vantage(i)
		}
		for _, p := range c.Problems {
			r.problem(p.Code, p.Message, p.Frame)
		}
		for _, n := range r.Notices {
			if n.Seen.Capture == i && n.Session == "" {
				r.problem(n.Code, n.Message, n.Seen.Frame)
			}
		}
	}
	if n := len(r.Captures); n > maxCaptures {
		r.flow(0, 2, piece{countText(int64(n), "capture"), r.strong}, piece{countText(packets, "packet"), r.plain})
	}
}

// captureName is the name of a capture for people.
func captureName(name string) string {
	if name == capture.Stdin {
		return "standard input"
	}
	return Escape(name)
}

func (r *renderer) problem(code, message string, frame int64) {
	text := "warning: " + Escape(message)
	if message == "" {
		text = "warning: " + Escape(code)
	}
	if frame > 0 && !strings.Contains(message, "frame ") {
		text += fmt.Sprintf(" (frame %d)", frame)
	}
	r.flow(2, 4, piece{text, r.fair})
}

func (r *renderer) capturePieces(c capture.Info) []piece {
	pieces := []piece{{countText(c.Packets, "packet"), r.plain}}
	if !c.First.IsZero() {
		pieces = append(pieces,
			piece{durationText(c.Last.Sub(c.First)) + " from " + c.First.UTC().Format(time.DateTime) + " UTC", r.plain})
	}
	if bounds := r.bounds(); bounds != "" {
		pieces = append(pieces, piece{"of them only those " + bounds, r.fair})
	}
	pieces = append(pieces, piece{c.Compression, r.faint})
	if c.Drops > 0 {
		pieces = append(pieces, piece{countText(c.Drops, "packet") + " dropped while capturing", r.fair})
	}
	if !c.Complete && len(c.Problems) == 0 {
		pieces = append(pieces, piece{"not read to its end", r.fair})
	}
	return pieces
}

// bounds is what --since and --until say: "from 2026-11-22 06:00:00 until
// 2026-11-22 07:00:00", or empty.
func (r *renderer) bounds() string {
	var words []string
	if !r.Since.IsZero() {
		words = append(words, "from "+r.Since.UTC().Format(boundLayout))
	}
	if !r.Until.IsZero() {
		words = append(words, "until "+r.Until.UTC().Format(boundLayout))
	}
	return strings.Join(words, " ")
}

// boundLayout is a time to the second, or as exact as it is.
const boundLayout = time.DateTime + ".999999999"
