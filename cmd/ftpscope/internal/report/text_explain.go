package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Explain writes only what went wrong, in full: what was seen, where, why, how
// sure that is, what cannot be known and what to do. It says so in a line if
// nothing did.
func (t Text) Explain(w io.Writer, res Result) error {
	r := t.renderer(res)
	r.why = true
	r.explain()
	r.interrupted()
	_, err := io.WriteString(w, r.String())
	return err
}

func (r *renderer) explain() {
	troubles := r.troubles()
	e := newExplanation(r)
	for _, one := range troubles {
		r.blank()
		e.trouble(one)
	}
	riddles := r.riddles()
	r.blank()
	if len(r.Sessions) == 0 || len(troubles) > 0 || len(riddles) > 0 || r.flawed() {
		r.captures()
	}
	if len(r.Sessions) == 0 && len(troubles) == 0 {
		r.nothing()
		return
	}
	r.unexplained(riddles)
	switch {
	case len(troubles) > 0:
		r.found(troubles)
	case len(riddles) == 0:
		r.nothingWrong()
	}
}

// flawed reports whether something is wrong with a capture.
func (r *renderer) flawed() bool {
	for _, c := range r.Captures {
		if len(c.Problems) > 0 || !c.Complete {
			return true
		}
	}
	for _, n := range r.Notices {
		if n.Session == "" {
			return true
		}
	}
	return false
}

// explanation writes explanations, and remembers what the earlier ones said.
type explanation struct {
	*renderer
	ladders map[string]string // code of the finding below which this ladder stands
	passed  map[string]bool   // ids of sessions below which stands what must pass

	advised map[string]advice          // where this advice stands; nil where it is always said in full
	source  func(*trouble) (point int) // the capture that a display filter is of, or -1; nil of one point
}

func newExplanation(r *renderer) *explanation {
	return &explanation{renderer: r, ladders: make(map[string]string), passed: make(map[string]bool)}
}

// Where the words of an explanation begin, and the lines that are to be copied.
const (
	indentWords = 12
	indentCopy  = 4
)

// trouble writes one explanation.
func (e *explanation) trouble(one *trouble) {
	f, s := one.finding, one.session
	e.flow(0, 2, piece{e.mark(f) + " " + e.said(s, f.Headline), e.findingStyle(f)})
	at := piece{"", e.faint}
	if began := one.began(); !began.IsZero() {
		at.text = "at " + e.clock(began)
	}
	e.flow(2, 2, piece{string(f.Code), e.strong}, piece{e.files(one), e.plain}, piece{one.ids(), e.plain}, piece{one.hosts(), e.faint}, e.login(one), at)
	for _, b := range one.because {
		e.word("because", e.said(s, b.Headline)+sure(b.Cause.Confidence), string(b.Code))
	}
	frames := ""
	switch {
	case e.points != nil: // each stands below with its name
	case s == nil:
		frames = e.frames(0, refsOf(f)...)
	case !e.packets(one):
		frames = e.frames(s.First.Capture, refsOf(f)...)
	}
	e.blank()
	e.seen(one, frames)
	switch {
	case e.points != nil:
		e.proofs(one)
	case s == nil:
		for _, v := range f.Evidence {
			e.flow(indentWords, indentWords+2, piece{e.frames(-1, v.Ref), e.faint}, piece{e.said(s, v.Text), e.plain})
		}
	}
	if s != nil || len(one.like) == 0 { // else the files are named above
		e.word("where", e.said(s, f.Location.Text)+sure(f.Location.Confidence))
	}
	e.word("why", e.said(s, f.Cause.Text)+sure(f.Cause.Confidence))
	for _, b := range one.because {
		e.word("", e.said(s, b.Cause.Text)+sure(b.Cause.Confidence))
	}
	e.word("works", e.works(one))
	for i, u := range f.Unknown {
		e.word(onlyFirst("unknown", i), e.said(s, u))
	}
	e.word("find out", e.said(s, f.Next))
	e.example(s, f.NextCommand)
	e.line("")
	e.remedies(one)
	e.mustPass(one)
	e.filter(one, e.said(s, f.Filter))
	e.word("more", "ftpscope explain "+string(f.Code))
}

// seen writes what was seen: of findings about several captures in each of them.
func (e *explanation) seen(one *trouble, frames string) {
	if one.session != nil || len(one.like) == 0 || e.points == nil {
		f := one.finding
		e.word("seen", e.said(one.session, f.Observation.Text)+sure(f.Observation.Confidence), frames)
		return
	}
	for i, f := range one.all() {
		text := e.said(nil, f.Observation.Text) + sure(f.Observation.Confidence)
		if names := e.filesOf(f); names != "" {
			text = names + ": " + text
		}
		e.word(onlyFirst("seen", i), text)
	}
}

// files names the captures that a finding about captures is about, where each is
// a point of its own.
func (e *explanation) files(one *trouble) string {
	if one.session != nil || e.points == nil {
		return ""
	}
	var names []string
	for _, f := range one.all() {
		if text := e.filesOf(f); text != "" {
			names = append(names, text)
		}
	}
	return strings.Join(names, ", ")
}

func (e *explanation) filesOf(f *diagnose.Finding) string {
	var names []string
	for _, p := range e.capturesOf(f) {
		names = append(names, e.shortName(p))
	}
	return strings.Join(names, ", ")
}

// login says of the one session that an explanation is about that nobody is seen
// to have logged in.
func (e *explanation) login(one *trouble) piece {
	s := one.session
	switch {
	case s == nil || len(one.like) > 0 || controlFailed(s.State) || s.Security != session.SecurityNone || s.Login == session.LoginAccepted:
		return piece{"", e.plain}
	case s.Login == session.LoginDenied:
		return piece{"login denied", e.bad}
	}
	return piece{"login not seen", e.fair}
}

// packets writes the ladder of a trouble, unless it stands above, and reports
// whether all packets are on it that its finding rests on.
func (e *explanation) packets(one *trouble) bool {
	rungs := e.climb(one)
	refs := refsOf(one.finding)
	if t := one.transfer; t != nil && t.Data != nil && t.Data.Conn != nil {
		done := t.Data.Conn.Established.Ref // the ladder ends the handshake with SYN-ACK
		refs = slices.DeleteFunc(refs, func(ref ftp.Ref) bool { return ref == done })
	}
	all := onRungs(rungs, refs)
	lines := e.ladder(rungs)
	if len(lines) == 0 {
		return all
	}
	e.blank()
	text := one.session.ID + strings.Join(lines, "\n")
	if above, ok := e.ladders[text]; ok {
		e.flow(2, 2, piece{"the packets are those under " + above, e.faint})
		return all
	}
	e.ladders[text] = string(one.finding.Code)
	for _, line := range lines {
		e.line(line)
	}
	return all
}

func onlyFirst(word string, i int) string {
	if i > 0 {
		return ""
	}
	return word
}

// label is a word, and blanks up to where its text begins.
func (e *explanation) label(word string) string {
	return "  " + word + strings.Repeat(" ", max(indentWords-2-len(word), 1))
}

// word writes a labelled text, and what belongs to it, behind the label.
func (e *explanation) word(label string, text string, more ...string) {
	if text == "" {
		return
	}
	pieces := []piece{{text, e.plain}}
	for _, m := range more {
		pieces = append(pieces, piece{m, e.faint})
	}
	e.flowAfter(e.faint(e.label(label)), indentWords, indentWords, pieces...)
}

// example writes lines to be copied: they are not broken, except comments.
func (e *explanation) example(s *session.Session, text string) {
	left := strings.Repeat(" ", indentCopy)
	for line := range strings.Lines(text) {
		line = e.said(s, strings.TrimRight(line, "\n"))
		comment, ok := strings.CutPrefix(line, "# ")
		if !ok {
			e.line(left + line)
			continue
		}
		room := e.width - indentCopy - len("# ")
		for _, part := range wrapped(comment, room, room) {
			e.line(left + e.faint("# "+part))
		}
	}
}

// remedies writes what can be done: first what worked in the same session, then
// that of the causes, which are nearer to what is wrong. Within an explanation
// nothing is said twice, nor is an aside in parentheses.
func (e *explanation) remedies(one *trouble) {
	own, proven := one.finding.Remedies, 0
	if len(one.finding.Works) > 0 && len(own) > 0 && own[0].Who == diagnose.ForClient {
		proven = 1
	}
	all := slices.Clone(own[:proven])
	for _, b := range one.because {
		all = append(all, b.Remedies...)
	}
	all = append(all, own[proven:]...)
	if len(all) == 0 {
		return
	}
	if above := e.above(one, all); above != "" {
		e.flow(2, 2, piece{"what to do", e.strong}, piece{"as above (" + above + ")", e.plain})
		e.line("")
		return
	}
	first := piece{"", e.fair}
	if one.onlyPossible() {
		first.text = "the cause is only possible: find out first, then change"
	}
	e.flow(2, 2, piece{"what to do", e.strong}, first)
	var seen []diagnose.Remedy
	asides := make(map[string]bool)
	for _, who := range []diagnose.Who{diagnose.ForCapture, diagnose.ForClient, diagnose.ForServer, diagnose.ForFirewall} {
		label := string(who)
		for _, remedy := range all {
			if remedy.Who != who || slices.ContainsFunc(seen, func(r diagnose.Remedy) bool { return sameAdvice(r, remedy) }) {
				continue
			}
			seen = append(seen, remedy)
			text := remedy.Text
			if at := strings.LastIndex(text, " ("); at > 0 && strings.HasSuffix(text, ")") {
				aside := text[at:]
				if asides[aside] {
					text = text[:at]
				}
				asides[aside] = true
			}
			e.word(label, e.said(one.session, text))
			e.example(one.session, remedy.Example)
			label = ""
		}
	}
	e.line("")
}

// advice is where some advice stands.
type advice struct {
	session string // id, empty below a finding about captures
	code    string
}

// above is where the same advice stands already: the session, or the code if it is
// the same session. Else it is noted that it stands here.
func (e *explanation) above(one *trouble, all []diagnose.Remedy) string {
	if e.advised == nil {
		return ""
	}
	here := advice{code: string(one.finding.Code)}
	if one.session != nil {
		here.session = one.session.ID
	}
	key := strconv.FormatBool(one.onlyPossible())
	for _, r := range all {
		key += fmt.Sprintf("|%s|%q|%q", r.Who, e.said(one.session, r.Text), e.said(one.session, r.Example))
	}
	before, ok := e.advised[key]
	switch {
	case !ok:
		e.advised[key] = here
		return ""
	case before.session == "" || before.session == here.session:
		return before.code
	}
	return before.session
}

// sameAdvice reports whether two remedies are one, whatever is said beside the
// lines to be copied.
func sameAdvice(a, b diagnose.Remedy) bool {
	return a == b || a.Who == b.Who && a.Example == b.Example && a.Example != ""
}

// mustPass writes what a firewall must let pass, once for a session, where a
// connection did not open.
func (e *explanation) mustPass(one *trouble) {
	s := one.session
	if s == nil || e.passed[s.ID] || !e.shut(one) {
		return
	}
	e.passed[s.ID] = true
	for i, line := range needLines(e.Said.Sessions[s.ID].Needs, e.width-indentWords) {
		e.line(e.faint(e.label(onlyFirst("must pass", i))) + line)
	}
}

// shut reports whether a trouble is about a connection that did not open.
func (e *explanation) shut(one *trouble) bool {
	if len(one.finding.Transfers) == 0 {
		return notOpened(one.session)
	}
	return slices.ContainsFunc(one.finding.Transfers, func(id string) bool {
		t := e.told.transfers[id]
		return t != nil && dataNotOpened(t)
	})
}

// filter writes the display filter, and which of several captures it is for; it is
// not broken.
func (e *explanation) filter(one *trouble, text string) {
	if text == "" {
		return
	}
	if e.source != nil {
		if p := e.source(one); p >= 0 {
			e.word("wireshark", "in "+e.shortName(p)+":")
			e.line(strings.Repeat(" ", indentCopy) + text)
			return
		}
	}
	if lipgloss.Width(text) <= e.width-indentWords {
		e.line(e.faint(e.label("wireshark")) + text)
		return
	}
	e.line("  " + e.faint("wireshark"))
	e.line(strings.Repeat(" ", indentCopy) + text)
}

// maxWorks is how many transfers are named that went well.
const maxWorks = 3

// works says which transfers of the session went well in another way.
func (e *explanation) works(one *trouble) string {
	var words []string
	for _, id := range one.finding.Works {
		t := e.told.transfers[id]
		switch {
		case t == nil:
			continue
		case len(words) == maxWorks:
			return strings.Join(append(words, "…"), "; ")
		}
		text := t.ID + ", " + t.Mode.String()
		if t.Announcement != nil {
			text += " (" + t.Announcement.Verb + ")"
		}
		if one.transfer != nil {
			if d := t.Start().Sub(one.transfer.Start()); d >= 0 {
				text += ", " + durationText(d) + " later"
			} else {
				text += ", " + durationText(-d) + " earlier"
			}
		}
		words = append(words, text)
	}
	return strings.Join(words, "; ")
}
