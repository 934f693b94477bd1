package cli

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// analysis leads frames through the decoder to the tracker, and sessions that are
// over to the engine and into the report. The latter is the clerk's, who may be at
// work beside the former: what is below his name is his until he is done.
type analysis struct {
	decode  decode.Config
	filter  report.Filter
	vantage diagnose.Side                                // where the captures were taken, if the user says it
	beside  bool                                         // explain and write sessions beside the reading
	session func(*session.Session, diagnose.Explanation) // called for each that the filter lets pass, in order of end
	failed  func() error                                 // asked after each: why to go no further
	frame   func(*capture.Frame)                         // called for each frame that was decoded, or nil
	news    func(*session.News, diagnose.Explanation)    // called for what goes on in sessions that are not over, or nil; not with beside
	limits  session.Limits

	reading *reading
	said    []*diagnose.Finding // about captures as a whole
	stopped atomic.Bool         // failed gave a reason

	clerk           *clerk
	engine          *diagnose.Engine
	seen            roll // of all sessions
	leftOut         int  // sessions that the filter does not name
	passed          int  // sessions that it leaves out since they did not fail
	passedTransfers int
	hidden          map[string]bool // of the sessions that passed, those with notices: they are not shown either
	harmed          map[int]bool    // captures of sessions that a snap length may have harmed
	worst           report.Severity
	tally           report.Tally // of the findings that the report shows
	vantages        []diagnose.Vantage
}

// run reads the source to its end. It reports whether it was interrupted;
// what was known by then has been given out as well.
func (a *analysis) run(ctx context.Context, src capture.Source) (interrupted bool, err error) {
	a.harmed, a.hidden, a.seen.asked = make(map[int]bool), make(map[string]bool), a.filter.Sessions
	a.engine = diagnose.New(diagnose.Config{Vantage: a.vantage})
	of := session.Config{Limits: a.limits}
	if a.news != nil {
		of.News = func(n *session.News) { a.tell(src, n) }
	}
	r := newReading(a.decode, of)
	a.reading = r
	a.clerk = newClerk(a.beside, a.report)
	r.frame = a.frame
	r.session = func(s *session.Session) {
		if a.filter.Names(s) && (a.news == nil || len(r.notices) < maxNotices) {
			r.notices = append(r.notices, noticesOf(s)...)
		}
		a.clerk.take(over{s, captureOf(src, r.decoder, s.First.Capture)})
	}
	r.stop = a.stopped.Load
	interrupted, err = r.run(ctx, src)
	a.clerk.wait()
	if err != nil {
		return false, err
	}
	known := make([]diagnose.Capture, len(src.Info()))
	for i := range known {
		known[i] = captureOf(src, r.decoder, i)
	}
	a.said, a.vantages = a.engine.Finish(known)
	for _, f := range a.said {
		a.tally.Add(f)
	}
	a.worst = max(a.worst, a.tally.Worst())
	r.notices = slices.DeleteFunc(r.notices, func(n report.Notice) bool { return a.hidden[n.Session] })
	return interrupted, a.failed()
}

// tell explains news of a session that the filter names, and gives them out.
func (a *analysis) tell(src capture.Source, n *session.News) {
	if !a.filter.Names(n.Session) {
		return
	}
	var said diagnose.Explanation
	if n.Kind != session.NewsOpened && n.Kind != session.NewsLimit {
		in := captureOf(src, a.reading.decoder, n.Session.First.Capture)
		said = a.engine.Preview(n.Session, n.Transfer, n.Place, &in)
	}
	a.news(n, said)
}

// maxNotices is how many notices about sessions are kept of what may go on for weeks.
const maxNotices = 1000

// report explains a session that is over, and gives it out if it is to be shown.
func (a *analysis) report(one *over) {
	s := one.session
	said := a.engine.Session(s, &one.capture)
	a.seen.add(s.ID)
	if !a.filter.Names(s) {
		a.leftOut++
		return
	}
	shown, said := a.filter.Apply(s, said)
	if shown == nil {
		a.passed++
		a.passedTransfers += len(s.Transfers)
		if len(s.Notices) > 0 {
			a.hidden[s.ID] = true
		}
		return
	}
	if report.LostToSnap(s) {
		a.harmed[s.First.Capture] = true
	}
	a.worst = max(a.worst, report.SeverityOf(shown))
	for _, f := range said.Findings {
		a.tally.Add(f)
	}
	a.session(shown, said)
	if a.failed() != nil {
		a.stopped.Store(true)
	}
}

// tick takes a frame that says that time passed.
func (a *analysis) tick(f *capture.Frame) {
	if a.reading != nil {
		a.reading.tick(f)
	}
}

// noticesOf are the notices about a session.
func noticesOf(s *session.Session) []report.Notice {
	var out []report.Notice
	for _, n := range s.Notices {
		out = append(out, report.Notice{Seen: ftp.Seen{Ref: ftp.Ref{Capture: s.First.Capture}}, Session: s.ID, Notice: n})
	}
	return out
}

// captureOf joins what a file says of itself with what was found in it so far.
func captureOf(src capture.Source, d *decode.Decoder, i int) diagnose.Capture {
	info := src.Info()[i]
	return diagnose.Capture{
		Name: info.Name, Filters: info.Filters, HasICMP: sieve.TakesICMP(info.Filters), Drops: info.Drops, Complete: len(info.Problems) == 0,
		CaptureFacts: d.CaptureFacts(i),
	}
}

// nothing is a source of which nothing is known.
type nothing struct{}

func (nothing) Frames(context.Context) iter.Seq2[*capture.Frame, error] {
	return func(func(*capture.Frame, error) bool) {}
}
func (nothing) Info() []capture.Info { return nil }
func (nothing) Close() error         { return nil }
