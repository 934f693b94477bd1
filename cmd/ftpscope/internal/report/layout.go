package report

import (
	"sort"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
)

// piece is a stretch of plain, escaped text and how it is dressed.
type piece struct {
	text  string
	style style
}

// page collects lines of a width.
type page struct {
	strings.Builder
	width int
}

// line adds a line; blanks at its end are cut.
func (p *page) line(s string) {
	p.WriteString(strings.TrimRight(s, " "))
	p.WriteByte('\n')
}

// blank adds an empty line, except at the top.
func (p *page) blank() {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
}

// gap stands between pieces that do not belong together.
const gap = "   "

// flow sets pieces one after the other with a gap between, on as many lines as
// it takes. The first line starts at column first, the others at indent. A
// piece that does not fit on a line of its own is broken between words.
func (p *page) flow(first, indent int, pieces ...piece) {
	p.flowAfter(strings.Repeat(" ", first), first, indent, pieces...)
}

// flowAfter is flow behind a lead that is so many columns wide.
func (p *page) flowAfter(lead string, first, indent int, pieces ...piece) {
	line, at := lead, first
	empty := true
	next := func() {
		p.line(line)
		line, at, empty = strings.Repeat(" ", indent), indent, true
	}
	for _, piece := range pieces {
		if piece.text == "" {
			continue
		}
		w := lipgloss.Width(piece.text)
		if !empty && at+len(gap)+w > p.width && at > indent {
			next()
		}
		if !empty {
			line, at = line+gap, at+len(gap)
		}
		for i, part := range wrapped(piece.text, p.width-at, p.width-indent) {
			if i > 0 {
				next()
			}
			line += piece.style(part)
			at += lipgloss.Width(part)
			empty = false
		}
	}
	if !empty {
		p.line(line)
	}
}

// leastWidth is the width below which text is not squeezed: it runs out of the
// window then.
const leastWidth = 20

// wrapped breaks text between words into lines, the first of one width and the
// others of another.
func wrapped(text string, first, others int) []string {
	first, others = max(first, leastWidth), max(others, leastWidth)
	if lipgloss.Width(text) <= first {
		return []string{text}
	}
	var lines []string
	for room := first; text != ""; room = others {
		// Twice the room decides where the line ends; the rest need not be looked at.
		whole, hyphens := glued(front(text, 2*room))
		head, _, _ := strings.Cut(lipgloss.Wrap(whole, room, ""), "\n")
		if hyphens {
			head = strings.ReplaceAll(head, noBreakHyphen, "-")
		}
		if len(head) == 0 {
			head = text
		}
		lines = append(lines, head)
		text = strings.TrimLeft(strings.TrimPrefix(text, head), " ")
	}
	return lines
}

// glued keeps words with hyphens whole: "-s0" and "198-51" are no place to end
// a line. A text with hyphens that do not break is left as it is.
func glued(s string) (text string, ok bool) {
	if strings.Contains(s, noBreakHyphen) {
		return s, false
	}
	return strings.ReplaceAll(s, "-", noBreakHyphen), true
}

const noBreakHyphen = "\u2011"

// elide cuts out of the text so much that it fits, at its beginning: what
// names a file best is the end of its path.
func elide(s string, width int) string {
	end := back(s, width)
	if end == s && lipgloss.Width(s) <= width {
		return s
	}
	fits := func(i int) bool { return lipgloss.Width("…"+end[i:]) <= width }
	cut := 1 + sort.Search(len(end)-1, func(i int) bool { return fits(runeStart(end, i+1)) })
	cut = runeStart(end, cut)
	for i, r := range end[cut:] {
		if r != '/' {
			continue
		}
		if tail := "…" + end[cut+i:]; lipgloss.Width(tail) > width/2 {
			return tail
		}
		break
	}
	return "…" + end[cut:]
}

// shorten cuts the end of the text off so that it fits.
func shorten(s string, width int) string {
	head := front(s, width)
	if head == s && lipgloss.Width(s) <= width {
		return s
	}
	cut := sort.Search(len(head), func(i int) bool { return lipgloss.Width(head[:runeEnd(head, i+1)])+1 > width })
	return head[:runeStart(head, cut)] + "…"
}

// front is a beginning of the text that is wider than a width, or all of it.
// Measuring it costs about as much as its width, however long the text is.
func front(s string, width int) string {
	for n := 4 * max(width, 1); n < len(s); n *= 2 {
		if head := s[:runeStart(s, n)]; lipgloss.Width(head) > width {
			return head
		}
	}
	return s
}

// back is the same of the end of the text.
func back(s string, width int) string {
	for n := 4 * max(width, 1); n < len(s); n *= 2 {
		if tail := s[runeStart(s, len(s)-n):]; lipgloss.Width(tail) > width {
			return tail
		}
	}
	return s
}

// runeStart is where the character begins that the byte at i belongs to; len(s)
// is the end.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// runeEnd is where the character ends that the byte before i belongs to.
func runeEnd(s string, i int) int {
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return i
}

// pad fills a piece up with blanks to a width, on its left or its right.
func pad(p piece, width int, right bool) string {
	blanks := strings.Repeat(" ", max(width-lipgloss.Width(p.text), 0))
	if right {
		return blanks + p.style(p.text)
	}
	return p.style(p.text) + blanks
}
