package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/compare"
)

// The columns of what the points saw.
const (
	viewPointName = iota
	viewAnnouncement
	viewSYNs
	viewAnswered
	viewBytes
	viewReplied
	viewEnded
	viewColumns
)

var viewNames = [viewColumns]string{"", "announcement", "SYN", "answer", "bytes", "final reply", "end"}

// What stands where a point saw nothing that another one saw.
const (
	absent  = "absent"
	notSeen = "not seen" // and that proves nothing
)

// view writes a line for each point: what it saw of a transfer.
func (r *comparer) view(s *compare.Session, v compare.View) {
	b := &viewer{comparer: r, s: s, v: v}
	rows := b.rows()
	used := [viewColumns]bool{viewPointName: true}
	var widths [viewColumns]int
	for _, line := range rows {
		for i, p := range line {
			used[i] = used[i] || p.text != none
			widths[i] = max(widths[i], lipgloss.Width(p.text), lipgloss.Width(viewNames[i]))
		}
	}
	total := indentFact - 2
	for i, w := range widths {
		if used[i] {
			total += w + 2
		}
	}
	ends := used[viewEnded] && total > r.width && total-widths[viewEnded]-2-r.slack(v) <= r.width
	if ends { // they stand below, so that the rest may stay a table
		used[viewEnded] = false
		total -= widths[viewEnded] + 2
	}
	if over := total - r.width; over > 0 { // names give way first, as far as they stay different
		short := r.shorter(v, widths[viewPointName]-over)
		for i := range rows {
			rows[i][viewPointName].text = short[i]
		}
		shrunk := widest(short)
		total += shrunk - widths[viewPointName]
		widths[viewPointName] = shrunk
	}
	if total > r.width {
		r.stacked(rows, v)
	} else {
		r.aligned(rows, used, widths)
	}
	if ends {
		r.ends(rows, v)
	}
	b.blind()
}

// slack is how much narrower a table may become by cutting the names of points.
func (r *comparer) slack(v compare.View) int {
	names := make([]string, len(v.Points))
	for i, one := range v.Points {
		names[i] = r.name(one.Point)
	}
	return widest(names) - widest(r.shorter(v, leastName))
}

// ends writes how the connection ended at each point, where the table has no room
// for it.
func (r *comparer) ends(rows [][viewColumns]piece, v compare.View) {
	pieces := []piece{{"end", r.faint}}
	for i, line := range rows {
		if p := line[viewEnded]; p.text != none {
			pieces = append(pieces, piece{r.name(v.Points[i].Point) + ": " + p.text, p.style})
		}
	}
	r.flow(indentFact, indentFact+2, pieces...)
}

// leastName is the width below which the name of a point is not cut.
const leastName = 12

// shorter are the names of the points of a view, cut to a width where they are
// still different then.
func (r *comparer) shorter(v compare.View, width int) []string {
	names := make([]string, len(v.Points))
	for i, one := range v.Points {
		names[i] = r.name(one.Point)
	}
	for w := max(width, leastName); w < widest(names); w++ {
		short := make([]string, len(names))
		different := make(map[string]bool)
		for i, name := range names {
			short[i] = elide(name, w)
			different[short[i]] = true
		}
		if len(different) == len(names) {
			return short
		}
	}
	return names
}

// aligned writes the rows as a table.
func (r *comparer) aligned(rows [][viewColumns]piece, used [viewColumns]bool, widths [viewColumns]int) {
	var head [viewColumns]piece
	for i, name := range viewNames {
		head[i] = piece{name, r.faint}
	}
	for _, line := range append([][viewColumns]piece{head}, rows...) {
		var cells []string
		for i, p := range line {
			if used[i] {
				cells = append(cells, pad(p, widths[i], i == viewBytes))
			}
		}
		r.line(strings.Repeat(" ", indentFact) + strings.Join(cells, "  "))
	}
}

// stacked writes the rows one below the other, where a table has no room.
func (r *comparer) stacked(rows [][viewColumns]piece, v compare.View) {
	for i, line := range rows {
		r.flow(indentFact, indentFact+2, piece{r.name(v.Points[i].Point), line[viewPointName].style})
		var pieces []piece
		for column, p := range line[viewAnnouncement:] {
			switch {
			case p.text == none:
				continue
			case p.text == absent, p.text == notSeen, p.text == noAnswer, p.text == notEnded:
				p.text = viewNames[column+1] + " " + p.text
			}
			pieces = append(pieces, p)
		}
		r.flow(indentFact+2, indentFact+4, pieces...)
	}
}

// viewer makes the cells of a view.
type viewer struct {
	*comparer
	s *compare.Session
	v compare.View
}

func (b *viewer) rows() [][viewColumns]piece {
	rows := make([][viewColumns]piece, len(b.v.Points))
	ended := b.endedOtherwise()
	for i, one := range b.v.Points {
		rows[i] = [viewColumns]piece{
			viewPointName:    {b.name(one.Point), b.plain},
			viewAnnouncement: b.announcement(one),
			viewSYNs:         b.syns(one),
			viewAnswered:     b.answer(one),
			viewBytes:        b.bytes(one),
			viewReplied:      b.reply(one),
			viewEnded:        {none, b.faint},
		}
		if ended {
			rows[i][viewEnded] = b.end(one)
		}
	}
	return rows
}

// missing is the cell of what is not there: absent where another point has it.
func (b *viewer) missing(one compare.Sight, has func(compare.Sight) bool) piece {
	switch {
	case !slices.ContainsFunc(b.v.Points, has):
		return piece{none, b.faint}
	case one.Blind != "":
		return piece{notSeen, b.faint}
	}
	return piece{absent, b.bad}
}

func hasAnnouncement(v compare.Sight) bool { return v.Announcement != "" }
func hasSYN(v compare.Sight) bool          { return len(synFrames(v.Conn)) > 0 }
func hasAnswer(v compare.Sight) bool       { return v.Answer != nil }
func hasReply(v compare.Sight) bool        { return v.Reply != nil }

// announcement is the announcement as a point saw it.
func (b *viewer) announcement(one compare.Sight) piece {
	if !hasAnnouncement(one) {
		return b.missing(one, hasAnnouncement)
	}
	at := " " + hashes(one.Announced.Ref)
	if origin := b.origin(); origin != nil && origin.Announcement != one.Announcement {
		return piece{"changed" + at, b.fair}
	}
	word, _, _ := strings.Cut(line(one.Announcement), " ")
	text := shorten(word, leastAnnounced)
	if t := one.Transfer; t != nil && t.Announcement != nil && t.Announcement.Endpoint.IsValid() {
		text += " " + endpointText(t.Announcement.Endpoint, expectedHost(b.s.Session, t))
	}
	return piece{text + at, b.plain}
}

// origin is the sight nearest to whoever announced, that has the announcement.
func (b *viewer) origin() *compare.Sight {
	var out *compare.Sight
	for i := range b.v.Points {
		one := &b.v.Points[i]
		if !hasAnnouncement(*one) {
			continue
		}
		if out == nil || one.Transfer == nil || one.Transfer.Mode == ftp.ModePassive {
			out = one
		}
	}
	return out
}

// syns are the requests to connect.
func (b *viewer) syns(one compare.Sight) piece {
	refs := synFrames(one.Conn)
	switch {
	case len(refs) == 0 && one.Conn != nil && slices.ContainsFunc(b.v.Points, hasSYN):
		return piece{notSeen, b.faint} // what came after it did come
	case len(refs) == 0:
		return b.missing(one, hasSYN)
	}
	text := "SYN "
	if n := max(one.Conn.SYNCount, len(refs)); n > 1 {
		text = countText(int64(n), "SYN") + " "
	}
	return piece{text + hashes(refs...), b.plain}
}

// noAnswer stands where nothing answered a SYN at any point.
const noAnswer = "none"

// answer is what answered them.
func (b *viewer) answer(one compare.Sight) piece {
	switch a := one.Answer; {
	case a != nil:
		dress := b.bad
		text := strings.ToUpper(answerKinds[a.Kind])
		switch a.Kind {
		case ftp.AnswerSYNACK:
			dress = b.plain
		case ftp.AnswerICMP:
			text = fmt.Sprintf("ICMP %d/%d", a.Type, a.Code)
		}
		return piece{text + " " + hashes(a.Ref), dress}
	case !hasSYN(one):
		return piece{none, b.faint}
	case !slices.ContainsFunc(b.v.Points, hasAnswer):
		return piece{noAnswer, b.fair}
	case lived(one):
		return piece{notSeen, b.faint}
	}
	return b.missing(one, hasAnswer)
}

func (b *viewer) bytes(one compare.Sight) piece {
	if one.Bytes == 0 && (one.Conn == nil || !slices.ContainsFunc(b.v.Points, func(v compare.Sight) bool { return v.Bytes > 0 })) {
		return piece{none, b.faint}
	}
	return piece{bytesText(one.Bytes), b.plain}
}

func (b *viewer) reply(one compare.Sight) piece {
	if one.Reply == nil {
		return b.missing(one, hasReply)
	}
	return piece{fmt.Sprintf("%03d ", one.Reply.Code) + hashes(one.Reply.Seen.Ref), b.plain}
}

// blind says why absence proves nothing.
func (b *viewer) blind() {
	var reasons []string
	at := make(map[string][]int)
	for _, one := range b.v.Points {
		if one.Blind == "" {
			continue
		}
		if at[one.Blind] == nil {
			reasons = append(reasons, one.Blind)
		}
		at[one.Blind] = append(at[one.Blind], one.Point)
	}
	for _, why := range reasons {
		names := strings.Join(b.pointNames(at[why]), ", ")
		b.flow(indentFact, indentFact+2, piece{names + ": what is not seen there proves nothing: " + b.said(b.s.Session, why), b.faint})
	}
}

// fewHashes is how many frames a cell names.
const fewHashes = 3

// hashes names frames of the row's own capture: "#18 20 21", of many the first
// and the last: "#18 … 30".
func hashes(refs ...ftp.Ref) string {
	var words []string
	for _, ref := range refs {
		words = append(words, strconv.FormatInt(ref.Frame, 10))
	}
	if n := len(words); n > fewHashes {
		words = []string{words[0], "…", words[n-1]}
	}
	return "#" + strings.Join(words, " ")
}
