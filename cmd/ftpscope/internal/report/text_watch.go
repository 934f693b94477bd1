package report

import (
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Watch writes what goes on, for a person who watches: a line for each thing that
// happens, and what went wrong in full where it happens first.
type Watch struct {
	text    Text
	where   map[string]string          // by what went wrong: the session or transfer below which it stands in full
	above   map[string]advice          // by advice: where it stands
	summary Summary                    // of sessions that are over
	failed  failureCounts              // of them
	told    map[string]map[string]bool // by session that is not over: what was told of it
	came    map[string]session.Outcome // by transfer of such a session that failed: what it was said to have come to
}

// maxTold bounds what a Watch remembers to have explained. Beyond it, it begins
// anew and explains again.
const maxTold = 1000

// NewWatch makes a Watch that has told nothing.
func NewWatch(t Text) *Watch {
	return &Watch{text: t, where: make(map[string]string), above: make(map[string]advice), told: make(map[string]map[string]bool), came: make(map[string]session.Outcome)}
}

// News is what there is to print of news, with what the engine says of it by now.
func (w *Watch) News(n *session.News, said diagnose.Explanation) string {
	r := w.renderer(n.Session, said)
	switch n.Kind {
	case session.NewsOpened:
		r.happened(n.Session.First.Time, n.Session.ID, piece{"open", r.strong}, piece{pair(n.Session.Client, n.Session.Server), r.plain})
	case session.NewsClosed:
		r.happened(n.Session.Last.Time, n.Session.ID, append([]piece{{"over", r.strong}}, r.life(n.Session)...)...)
	case session.NewsEnded:
		if pieces := w.ended(r, n); pieces != nil {
			r.happened(lastOf(n.Transfer), n.Transfer.ID, pieces...)
		}
		w.fails(n.Transfer)
	case session.NewsLimit:
		for _, notice := range n.Session.Notices[len(n.Session.Notices)-1:] {
			r.happened(n.Session.Now, n.Session.ID, piece{"limit", r.fair}, piece{Escape(notice.Message), r.fair})
		}
	case session.NewsFailing:
		id := n.Session.ID
		pieces := []piece{{"failing", r.bad}, {pair(n.Session.Client, n.Session.Server), r.plain}}
		if n.Transfer != nil {
			id, pieces = n.Transfer.ID, r.transfer(n.Session, n.Transfer)
			w.fails(n.Transfer)
		}
		r.happened(n.Session.Now, id, pieces...)
	}
	w.troubles(r, n.Session)
	return r.String()
}

// ended is what became of a transfer. Where it was told that it fails, and it did, it
// is only what the server says to that; nil for nothing.
func (w *Watch) ended(r *renderer, n *session.News) []piece {
	t := n.Transfer
	if before, told := w.came[t.ID]; !told {
		return r.transfer(n.Session, t)
	} else if before != t.Outcome {
		return append(r.transfer(n.Session, t), r.afterAll())
	}
	if t.Reply == nil {
		return nil
	}
	reply := Escape(UTF8(r.index(n.Session).masker.reply(t.Reply.Text)))
	return []piece{{"over", r.strong}, {"still " + string(t.Outcome), r.outcome(t.Outcome)}, {strconv.Itoa(t.Reply.Code) + " " + reply, r.plain}}
}

// fails notes what a transfer that fails, or was said to, is said to have come to.
func (w *Watch) fails(t *session.Transfer) {
	if _, told := w.came[t.ID]; told || Failed(t.Outcome) && len(w.came) < maxTold {
		w.came[t.ID] = t.Outcome
	}
}

// note notes what was told of a session, and reports whether it was not before.
func (w *Watch) note(id, what string) bool {
	told := w.told[id]
	if told == nil {
		told = make(map[string]bool)
		w.told[id] = told
	}
	if told[what] || len(told) >= maxTold {
		return false
	}
	told[what] = true
	return true
}

// Session is what there is to print of a session that is over, besides what its
// news said: what only its end tells.
func (w *Watch) Session(s *session.Session, said diagnose.Explanation) string {
	r := w.renderer(s, said)
	w.summary.Add(s)
	w.failed.add(s)
	for _, t := range s.Transfers {
		if before, told := w.came[t.ID]; told && before != t.Outcome {
			r.happened(lastOf(t), t.ID, append(r.transfer(s, t), r.afterAll())...)
		}
		delete(w.came, t.ID)
	}
	w.troubles(r, s)
	delete(w.told, s.ID)
	return r.String()
}

// afterAll takes back what was said of a transfer.
func (r *renderer) afterAll() piece {
	return piece{"after all: what was said of it above did not last", r.strong}
}

// End is what there is to print at the end: what was found about the capture, and
// what all came to. The result has no sessions: they were printed.
func (w *Watch) End(res Result, tally Tally) string {
	r := w.text.renderer(res)
	w.troubles(r, nil)
	r.blank()
	r.captures()
	if w.summary.Sessions == 0 {
		r.nothing()
		return r.String()
	}
	r.numbers(w.summary)
	r.failures(w.failed)
	r.flow(0, 2, r.counted(tally.counts())...)
	return r.String()
}

func (w *Watch) renderer(s *session.Session, said diagnose.Explanation) *renderer {
	return w.text.renderer(Result{
		Sessions: []*session.Session{s},
		Said:     Explanations{Sessions: map[string]diagnose.Explanation{s.ID: said}},
	})
}

// happened writes one line: when, to whom, what.
func (r *renderer) happened(at ftp.Time, id string, pieces ...piece) {
	const wide = 9 // of most ids
	lead := r.faint(r.clock(at)) + "  " + id + strings.Repeat(" ", max(wide-len(id), 0)+2)
	r.flowAfter(lead, len("15:04:05")+2+max(wide, len(id))+2, indentWords, pieces...)
}

// transfer is what became of a transfer, in a line.
func (r *renderer) transfer(s *session.Session, t *session.Transfer) []piece {
	line := r.row(s, t)
	var pieces []piece
	for _, column := range []int{colOutcome, colMode, colCommand, colAnnounced, colData, colBytes, colTime, colRate} {
		if p := line[column]; p.text != none && p.text != "" {
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// life is how a session went.
func (r *renderer) life(s *session.Session) []piece {
	pieces := []piece{{pair(s.Client, s.Server), r.plain}, r.userPiece(s), {durationText(span(s.First, s.Last)), r.plain}, r.securityPiece(s), r.statePiece(s)}
	return pieces
}

// lastOf is when a transfer was over.
func lastOf(t *session.Transfer) ftp.Time {
	at := t.Start()
	if r := t.Reply; r != nil {
		at = r.Seen.Time
	}
	if d := t.Data; d != nil && d.Last.Time.After(at) {
		at = d.Last.Time
	}
	return at
}

// troubles writes what went wrong and was not told before.
func (w *Watch) troubles(r *renderer, s *session.Session) {
	e := newExplanation(r)
	e.advised = w.above
	for _, one := range r.troubles() {
		if w.heard(one, s) {
			continue
		}
		key := troubleKey(one)
		if where, ok := w.where[key]; ok {
			r.flow(indentFact, indentFact+2, piece{r.mark(one.finding) + " " + r.said(one.session, one.finding.Headline), r.findingStyle(one.finding)},
				piece{"as " + where, r.faint})
			continue
		}
		if len(w.where) >= maxTold {
			clear(w.where)
			clear(w.above)
		}
		w.where[key] = one.ids()
		r.blank()
		e.trouble(one)
		r.blank()
	}
}

// heard reports whether a trouble was told of, and notes that it is.
func (w *Watch) heard(one *trouble, s *session.Session) bool {
	if s == nil {
		return false
	}
	all := true
	for _, f := range one.all() {
		ids := f.Transfers
		if len(ids) == 0 {
			ids = []string{s.ID}
		}
		for _, id := range ids {
			if w.note(s.ID, string(f.Code)+" "+id) {
				all = false
			}
		}
	}
	return all
}
