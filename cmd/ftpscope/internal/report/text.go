package report

import (
	"io"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// Text writes a report for a person at a terminal.
type Text struct {
	Width       int  // columns; DefaultWidth if 0
	Colour      bool //
	ShowSecrets bool // also where a reply repeats a password
	Expand      bool // list also what is like its neighbours
}

// DefaultWidth is the width of text that does not go to a terminal.
const DefaultWidth = 80

// Result is what an analysis came to.
type Result struct {
	Captures []capture.Info
	Notices  []Notice
	Sessions []*session.Session // in order, without those that a filter left out
	Filter   Filter             // what the report is about
	Said     Explanations       // of them and of the captures
	LeftOut  int                // sessions that Filter does not name
	Passed   int                // sessions that Filter.OnlyFailed left out

	PassedTransfers int       // their transfers
	Since           time.Time // packets before it were left out; zero for no limit
	Until           time.Time // packets from it on were left out; zero for no limit
	Stats           decode.Stats
	Interrupted     bool
}

// Write writes the report.
func (t Text) Write(w io.Writer, res Result) error {
	r := t.renderer(res)
	r.sessions()
	r.summary()
	_, err := io.WriteString(w, r.String())
	return err
}

// renderer begins a text about a result.
func (t Text) renderer(res Result) *renderer {
	r := &renderer{
		page:   page{width: max(t.Width, 0)},
		styles: newStyles(t.Colour),
		text:   t,
		Result: res,

		servers: make(map[netip.Addr]bool),
		told:    tell(res),
	}
	r.causes = r.told.under(SeverityNone)
	if r.width == 0 {
		r.width = DefaultWidth
	}
	for _, c := range res.Captures {
		if last := ftp.TimeOf(c.Last); last.After(r.end) {
			r.end = last
		}
		if first := ftp.TimeOf(c.First); !first.IsZero() && (r.start.IsZero() || first.Before(r.start)) {
			r.start = first
		}
	}
	for _, s := range res.Sessions {
		r.servers[s.Server.Addr()] = true
	}
	return r
}

// renderer holds a text while it is written.
type renderer struct {
	page
	styles
	Result
	text  Text
	why   bool     // say of everything why it is believed
	start ftp.Time // of the first packet of all captures
	end   ftp.Time // of the last packet of all captures

	servers map[netip.Addr]bool // of all sessions
	told    *told
	causes  map[string]bool // ids of findings that stand below others
	indexed *index          // of the session that is being written

	names     []string                      // of the captures, as the command line has them
	points    []string                      // what the captures are called, escaped, where each is a point of its own
	witnesses map[string][]*session.Session // a session as each point has it, by id
}

// clock is the time of day in UTC, with the date where the captures span more
// than one.
func (r *renderer) clock(t ftp.Time) string {
	if r.start.Std().Format(time.DateOnly) != r.end.Std().Format(time.DateOnly) {
		return t.Std().Format(time.DateTime)
	}
	return t.Std().Format(time.TimeOnly)
}

// arrow points from whoever opens a connection to whoever it is opened to.
const arrow = " → "

// pair is a connection as "client → server".
func pair(from, to netip.AddrPort) string { return from.String() + arrow + to.String() }

// span is the time from one packet to another, or -1 if one was not seen.
func span(from, to ftp.Seen) time.Duration {
	if !from.Yes() || !to.Yes() || from.Time.IsZero() || to.Time.IsZero() {
		return -1
	}
	return to.Time.Sub(from.Time)
}
