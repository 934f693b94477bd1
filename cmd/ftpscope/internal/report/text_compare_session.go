package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
)

// sessionAt writes a session and what the points saw of its connections.
func (r *comparer) sessionAt(s *compare.Session) {
	r.header(s.Session)
	if failureOf(s.Session) == failureDenied {
		r.deniedLogin(s.Session)
	}
	r.controlFacts(s.Session)
	r.control(s)
	if len(s.Transfers) == 0 && !controlFailed(s.State) {
		r.noTransfers(s.Session)
	}
	r.transfers(s)
	r.unasked(s.Session)
	for _, where := range r.like[s.ID] {
		r.flow(indentFact, indentFact+2, piece{where, r.faint})
	}
}

// control writes what the points saw of the control connection, where they do
// not agree, it failed, or all is wanted. That its addresses are translated is
// said in any case.
func (r *comparer) control(s *compare.Session) {
	if !r.text.Expand {
		r.translation(s.Control)
	}
	absent := slices.ContainsFunc(s.Control.Points, func(v compare.Sight) bool { return v.Conn == nil && v.Blind == "" })
	if r.text.Expand || r.happened(s, s.Control) || absent || controlFailed(s.State) {
		r.flow(indentRow, indentFact, piece{"control connection", r.strong})
		r.view(s, s.Control)
	}
	r.stretches(s, s.Control)
}

// Like transfers up to these numbers are shown one by one: those in full, and
// those of one line.
const (
	fewFull  = 2
	fewLines = leastRun
)

// transfers writes those of a session, like ones together; those that failed
// first, unless all is wanted.
func (r *comparer) transfers(s *compare.Session) {
	order, ranks := make([]int, len(s.Transfers)), make([]int, len(s.Transfers))
	for i := range order {
		order[i], ranks[i] = i, r.rankAt(s, i)
	}
	if !r.text.Expand {
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(ranks[i], ranks[j]) })
	}
	alike := make(map[string][]*session.Transfer)
	keys := make([]string, len(s.Transfers))
	for i, t := range s.Transfers {
		keys[i] = transferKey(t) + r.told.codes[t.ID] + r.told.sights[t.ID]
		alike[keys[i]] = append(alike[keys[i]], t)
	}
	done := make(map[string]int)
	for _, i := range order {
		all, few := alike[keys[i]], fewLines
		full := r.inFull(s, i)
		if full {
			few = fewFull
		}
		done[keys[i]]++
		if done[keys[i]] > 1 && len(all) > few && !r.text.Expand {
			continue
		}
		r.transferAt(s, i, full)
		if len(all) > few && !r.text.Expand {
			r.others(all[1:])
		}
	}
}

// others sums up the transfers that are like the one before.
func (r *comparer) others(all []*session.Transfer) {
	var names []string
	var bytes int64
	for _, t := range all {
		names = append(names, shortID(t.ID))
		if t.Data != nil {
			bytes += t.Data.Bytes
		}
	}
	text := fmt.Sprintf("… and %s more like it: %s", numberText(len(all)), idRuns(names))
	if bytes > 0 {
		text += ", " + bytesText(bytes)
	}
	r.flow(indentFact, indentFact+2, piece{text, r.faint})
}

// shortID is the part of a transfer's id that tells it from others of its
// session.
func shortID(id string) string { return id[strings.LastIndexByte(id, '.')+1:] }

// inFull reports whether what the points saw of a transfer is worth a table: it
// did not go well, something happened to it, or they do not agree about it.
func (r *comparer) inFull(s *compare.Session, i int) bool {
	t, v := s.Transfers[i], s.Views[i]
	return r.text.Expand || Failed(t.Outcome) || wrong(r.told.ofTransfer[t.ID]) ||
		r.happened(s, v) || disagreed(v)
}

// disagreed reports whether a point saw something else of a view than another,
// though it could.
func disagreed(v compare.View) bool {
	first := likeFirst(v)
	return slices.ContainsFunc(v.Points, func(one compare.Sight) bool { return one.Blind == "" && sightKey(one) != first })
}

// transferAt writes one transfer: a line, and in full what each point saw.
func (r *comparer) transferAt(s *compare.Session, i int, full bool) {
	t := s.Transfers[i]
	id := shortID(t.ID)
	pieces := []piece{
		{id + strings.Repeat(" ", max(2, indentFact-indentRow-len(id))) + t.Mode.String(), r.strong},
		{strings.TrimPrefix(announcedText(s.Session, t), none), r.plain},
		{strings.TrimPrefix(sentText(t), none), r.plain},
	}
	if t.Data != nil && t.Data.Bytes > 0 {
		pieces = append(pieces, piece{bytesText(t.Data.Bytes), r.plain})
	}
	pieces = append(pieces, piece{string(t.Outcome), r.outcome(t.Outcome)})
	if !full {
		r.flow(indentRow, indentFact, append(pieces, piece{r.seenAlike(s.Session, s.Views[i]), r.faint})...)
		return
	}
	r.flow(indentRow, indentFact, pieces...)
	r.view(s, s.Views[i])
	r.stretches(s, s.Views[i])
	r.notes(s, t)
}

// seenAlike says at which points a transfer came to the same; what TCP repaired on
// the way is not looked at.
func (r *comparer) seenAlike(s *session.Session, v compare.View) string {
	var same int
	var others []string
	for _, one := range v.Points {
		if sightKey(one) == likeFirst(v) {
			same++
			continue
		}
		text := r.name(one.Point)
		if one.Blind != "" && len(r.path.Order) > 1 {
			text += " (" + r.said(s, one.Blind) + ")"
		}
		others = append(others, text)
	}
	if len(others) == 0 {
		return fmt.Sprintf("same outcome at all %d points", same)
	}
	return fmt.Sprintf("same outcome at %d of %d points, not all seen at %s", same, len(v.Points), strings.Join(others, ", "))
}

// likeFirst is the key of the first point that has something of a view.
func likeFirst(v compare.View) string {
	for _, one := range v.Points {
		if one.Conn != nil || one.Transfer != nil {
			return sightKey(one)
		}
	}
	return ""
}

// sightKey is equal for sights that show the same, whatever the frames are. Of a
// connection that is seen to be open its handshake may be missing.
func sightKey(v compare.Sight) string {
	key := fmt.Sprint(v.Announcement, "|", v.Conn != nil, v.Bytes)
	switch {
	case lived(v):
		key += "|open"
	case v.Answer != nil:
		key += fmt.Sprint("|", v.Answer.Kind)
	}
	if v.Reply != nil {
		key += fmt.Sprint("|", v.Reply.Code)
	}
	return key
}

// lived reports whether a point shows that a connection came up.
func lived(v compare.Sight) bool {
	return v.Conn != nil && (v.Conn.Established.Yes() || v.Conn.Midstream || v.Bytes > 0 || v.Answer != nil && v.Answer.Kind == ftp.AnswerSYNACK)
}
