package report

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/session"
)

// Like sessions and like transfers beyond these numbers are summed up: the
// first is shown, of transfers the first few and the last.
const (
	leastAlike = 3
	leastRun   = 12
	runHead    = 3
)

// group is a session and those that went the same way.
type group struct {
	first *session.Session
	rest  []*session.Session
}

// grouped puts sessions that went the same way together, in order of the first
// of each group.
func (r *renderer) grouped() []*group {
	keys := make([]string, len(r.Sessions))
	alike := make(map[string]int)
	for i, s := range r.Sessions {
		keys[i] = r.sessionKey(s)
		alike[keys[i]]++
	}
	var groups []*group
	open := make(map[string]*group)
	for i, s := range r.Sessions {
		if g := open[keys[i]]; g != nil {
			g.rest = append(g.rest, s)
			continue
		}
		g := &group{first: s}
		groups = append(groups, g)
		if alike[keys[i]] > leastAlike && !r.text.Expand {
			open[keys[i]] = g
		}
	}
	return groups
}

// sessionKey is equal for sessions that went the same way between the same
// hosts.
func (r *renderer) sessionKey(s *session.Session) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s|%s|%s|%t%s|%s", s.Client.Addr(), s.Server, s.State, s.Login, s.HasUser, s.User, s.Security)
	if u := unansweredOf(s); u != nil {
		b.WriteString("|" + u.command.Verb)
	}
	b.WriteString(r.told.codes[s.ID] + r.told.sights[s.ID])
	last := ""
	for _, t := range s.Transfers {
		if key := transferKey(t) + r.told.codes[t.ID] + r.told.sights[t.ID]; key != last {
			b.WriteString("|" + key)
			last = key
		}
	}
	return b.String()
}

// transferKey is equal for transfers that went the same way.
func transferKey(t *session.Transfer) string {
	key := fmt.Sprint(t.Mode, " ", t.Outcome)
	if t.Announcement != nil {
		key += " " + t.Announcement.Verb
	}
	if t.Command != nil {
		key += " " + t.Command.Verb
	}
	if t.Reply != nil {
		key += fmt.Sprint(" ", t.Reply.Code)
	}
	return key
}

// alike sums up the rest of a group.
func (r *renderer) alike(g *group) {
	if len(g.rest) == 0 {
		return
	}
	var sum Summary
	for _, s := range g.rest {
		sum.Add(s)
	}
	first, last := g.rest[0], g.rest[len(g.rest)-1]
	pieces := []piece{{fmt.Sprintf("… and %s more like it", countText(int64(len(g.rest)), "session")), r.strong}}
	pieces[0].text = strings.Replace(pieces[0].text, "sessions more", "more sessions", 1)
	pieces = append(pieces, piece{ids(g.rest), r.plain})
	if !first.First.Time.IsZero() {
		pieces = append(pieces, piece{"until " + r.clock(last.Last.Time), r.plain})
	}
	pieces = append(pieces, r.moved(sum)...)
	r.blank()
	r.flow(indentFact, indentFact+2, pieces...)
}

// moved is what the transfers of like sessions came to.
func (r *renderer) moved(sum Summary) []piece {
	if sum.Transfers == 0 {
		return nil
	}
	pieces := []piece{{countText(int64(sum.Transfers), "transfer"), r.plain}}
	for _, c := range sum.Outcomes.counts() {
		pieces = append(pieces, piece{numberText(c.n) + " " + string(c.outcome), r.outcome(c.outcome)})
	}
	if sum.Bytes > 0 {
		pieces = append(pieces, piece{bytesText(sum.Bytes), r.plain})
	}
	return pieces
}

// ids lists the ids of sessions.
func ids(sessions []*session.Session) string {
	all := make([]string, len(sessions))
	for i, s := range sessions {
		all[i] = s.ID
	}
	return idRuns(all)
}

// idRuns lists ids, runs as "s3–s9", not more than a line of them.
func idRuns(ids []string) string {
	var words []string
	for i := 0; i < len(ids); {
		j := i + 1
		for j < len(ids) && number(ids[j]) == number(ids[j-1])+1 {
			j++
		}
		word := ids[i]
		if j-i == 2 {
			word += " " + ids[j-1]
		} else if j-i > 2 {
			word += "–" + ids[j-1]
		}
		words = append(words, word)
		i = j
	}
	if len(words) > maxFrames {
		words = append(words[:maxFrames-1], "…", ids[len(ids)-1])
	}
	return strings.Join(words, " ")
}

// run is how many transfers at the beginning of the list went the same way.
func (r *renderer) run(transfers []*session.Transfer) int {
	if r.text.Expand {
		return 1
	}
	key := func(t *session.Transfer) string { return transferKey(t) + r.told.codes[t.ID] }
	first, n := key(transfers[0]), 1
	for n < len(transfers) && key(transfers[n]) == first {
		n++
	}
	return n
}

// more sums up the transfers in the middle of a run.
func (r *renderer) more(indent int, transfers []*session.Transfer) {
	var bytes int64
	for _, t := range transfers {
		if t.Data != nil {
			bytes += t.Data.Bytes
		}
	}
	text := fmt.Sprintf("… %s more like these, #%d to #%d", numberText(len(transfers)), number(transfers[0].ID), number(transfers[len(transfers)-1].ID))
	if bytes > 0 {
		text += ", " + bytesText(bytes)
	}
	r.flow(indent, indent+2, piece{text, r.faint})
}
