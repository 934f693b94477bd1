package report

import (
	"io"
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// TextStream writes what Text.Write writes, but each session as soon as it is over,
// and at the end the rest. So sessions stand in the order in which they ended; and
// where many went the same way, each of them but the first few is short, in place of
// one line for all of them.
type TextStream struct {
	w       io.Writer
	text    Text
	filter  Filter
	sum     Summary
	failed  failureCounts
	tally   Tally
	alike   map[string]*alike   // by renderer.sessionKey
	servers map[netip.Addr]bool // of the sessions so far
	written map[string]string   // which finding of which session was written, by its id
	begun   bool                // something was written
	err     error
}

// alike are sessions that went the same way.
type alike struct {
	first string // id
	count int
}

// maxRemembered bounds each of the memories of a TextStream. Beyond it what went the
// same way is shown in full once more, and what is taken back is not named.
const maxRemembered = 4096

// Stream returns a stream that writes to w sessions that a filter lets pass.
func (t Text) Stream(w io.Writer, filter Filter) *TextStream {
	return &TextStream{
		w: w, text: t, filter: filter,
		alike: make(map[string]*alike), servers: make(map[netip.Addr]bool), written: make(map[string]string),
	}
}

// Session writes a session, with what is said of it. The captures are as they are
// known by now.
func (x *TextStream) Session(s *session.Session, said diagnose.Explanation, captures []capture.Info) {
	x.sum.Add(s)
	x.failed.add(s)
	x.count(s, said.Findings)
	if len(x.servers) >= maxRemembered {
		clear(x.servers)
	}
	x.servers[s.Server.Addr()] = true
	r := x.text.renderer(Result{
		Captures: captures, Sessions: []*session.Session{s}, Filter: x.filter,
		Said: Explanations{Sessions: map[string]diagnose.Explanation{s.ID: said}},
	})
	r.servers = x.servers
	if like := x.like(r.sessionKey(s), s.ID); like != "" {
		r.short(s, like)
	} else {
		r.session(s)
	}
	x.write(r)
}

// count counts findings, and remembers those that may be taken back.
func (x *TextStream) count(s *session.Session, findings []*diagnose.Finding) {
	for _, f := range findings {
		x.tally.Add(f)
		if len(f.Transfers) > 0 && len(x.written) < maxRemembered {
			x.written[f.ID] = string(f.Code) + " of " + s.ID
		}
	}
}

// like is the first session that went the same way, if enough of them are shown in
// full; else it is empty.
func (x *TextStream) like(key, id string) string {
	one := x.alike[key]
	if one == nil {
		if len(x.alike) >= maxRemembered {
			clear(x.alike)
		}
		one = &alike{first: id}
		x.alike[key] = one
	}
	if one.count++; one.count <= leastAlike || x.text.Expand {
		return ""
	}
	return one.first
}

// Finish writes what is known at the end, and returns the first error of all that
// was written. The sessions of the result are those that were written.
func (x *TextStream) Finish(res Result) error {
	res.Sessions = nil
	res.Said.Sessions = nil
	for _, f := range res.Said.Captures {
		x.tally.Add(f)
	}
	r := x.text.renderer(res)
	r.captures()
	if x.sum.Sessions == 0 {
		r.nothing()
	} else {
		r.numbers(x.sum)
		r.failures(x.failed)
		r.captureFindings()
		x.takenBack(r)
		r.explained(x.tally.counts())
	}
	r.interrupted()
	x.write(r)
	return x.err
}

// takenBack names the findings that stand above and do not hold.
func (x *TextStream) takenBack(r *renderer) {
	var names []string
	for _, f := range r.Said.Captures {
		for _, id := range f.Withdraws {
			if name := x.written[id]; name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if n := len(names); n > maxTakenBack {
		names = append(names[:maxTakenBack:maxTakenBack], numberText(n-maxTakenBack)+" more")
	}
	if len(names) > 0 {
		pieces := []piece{{"what is said above does not hold of", r.fair}}
		for _, name := range names {
			pieces = append(pieces, piece{name, r.plain})
		}
		r.flow(indentRow, indentRow+2, pieces...)
	}
}

// maxTakenBack is how many findings that are taken back are named.
const maxTakenBack = 20

// write writes a part, behind an empty line if it is not the first.
func (x *TextStream) write(r *renderer) {
	text := r.String()
	if x.begun {
		text = "\n" + text
	}
	x.begun = true
	if x.err == nil {
		_, x.err = io.WriteString(x.w, text)
	}
}

// Err is the first error of all that was written.
func (x *TextStream) Err() error { return x.err }

// short writes of a session who talked to whom, and that it went as another one.
func (r *renderer) short(s *session.Session, like string) {
	var sum Summary
	sum.Add(s)
	r.header(s)
	r.flow(indentFact, indentFact+2, append([]piece{{"like " + like, r.strong}}, r.moved(sum)...)...)
}
