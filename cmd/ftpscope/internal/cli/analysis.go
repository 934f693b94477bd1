package cli

import (
	"context"
	"iter"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// analysis leads frames through the decoder to the tracker.
type analysis struct {
	ports   []uint16
	filter  report.Filter
	vantage diagnose.Side                                // where the captures were taken, if the user says it
	session func(*session.Session, diagnose.Explanation) // called for each that the filter lets pass, in order of end
	stop    func() error                                 // asked between frames: why to go no further

	frame func() // called for each frame

	seen            roll // of all sessions
	leftOut         int  // sessions that the filter does not name
	passed          int  // sessions that it leaves out since they did not fail
	passedTransfers int
	harmed          map[int]bool // captures of sessions that a snap length may have harmed
	worst           report.Severity
	reading         *reading

	tally    report.Tally // of the findings that the report shows
	engine   *diagnose.Engine
	captures func() []diagnose.Capture // what is known of them by now
	said     []*diagnose.Finding       // about captures as a whole
	vantages []diagnose.Vantage
}

// run reads the source to its end. It reports whether it was interrupted;
// what was known by then has been given out as well.
func (a *analysis) run(ctx context.Context, src capture.Source) (interrupted bool, err error) {
	a.harmed, a.seen.asked = make(map[int]bool), a.filter.Sessions
	r := newReading(decode.Config{Ports: a.ports})
	a.reading = r
	r.session, r.frame, r.stop = a.emit, a.frame, a.stop
	a.engine = diagnose.New(diagnose.Config{Vantage: a.vantage})
	a.captures = func() []diagnose.Capture { return captures(src.Info(), r.decoder.Captures()) }
	if interrupted, err = r.run(ctx, src); err != nil {
		return false, err
	}
	a.said, a.vantages = a.engine.Finish(a.captures())
	for _, f := range a.said {
		a.tally.Add(f)
	}
	a.worst = max(a.worst, a.tally.Worst())
	return interrupted, a.stop()
}

// emit takes a session that is over.
func (a *analysis) emit(s *session.Session) {
	said := a.engine.Session(s, a.captures())
	a.seen.add(s.ID)
	if !a.filter.Names(s) {
		a.leftOut++
		return
	}
	shown, said := a.filter.Apply(s, said)
	if shown == nil {
		a.passed++
		a.passedTransfers += len(s.Transfers)
		return
	}
	if report.LostToSnap(s) {
		a.harmed[s.First.Capture] = true
	}
	a.reading.notices = append(a.reading.notices, noticesOf(s)...)
	a.worst = max(a.worst, report.SeverityOf(shown))
	for _, f := range said.Findings {
		a.tally.Add(f)
	}
	a.session(shown, said)
}

// noticesOf are the notices about a session.
func noticesOf(s *session.Session) []report.Notice {
	var out []report.Notice
	for _, n := range s.Notices {
		out = append(out, report.Notice{Seen: ftp.Seen{Ref: ftp.Ref{Capture: s.First.Capture}}, Session: s.ID, Notice: n})
	}
	return out
}

// captures joins what the files say of themselves with what was found in them.
func captures(infos []capture.Info, facts []ftp.CaptureFacts) []diagnose.Capture {
	out := make([]diagnose.Capture, len(infos))
	for i, info := range infos {
		out[i] = diagnose.Capture{Name: info.Name, Filters: info.Filters, Drops: info.Drops, Complete: len(info.Problems) == 0}
		if i < len(facts) {
			out[i].CaptureFacts = facts[i]
		}
	}
	return out
}

// nothing is a source of which nothing is known.
type nothing struct{}

func (nothing) Frames(context.Context) iter.Seq2[*capture.Frame, error] {
	return func(func(*capture.Frame, error) bool) {}
}
func (nothing) Info() []capture.Info { return nil }
func (nothing) Close() error         { return nil }
