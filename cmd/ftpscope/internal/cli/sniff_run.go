package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
	"github.com/ftpscope/ftpscope/capture/record"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/metrics"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// idle is how long a connection of which nothing comes any more is kept: what runs
// for weeks would keep those for good whose end it did not see.
const idle = 12 * time.Hour

// sniffer watches an interface.
type sniffer struct {
	o       *sniffOptions
	source  wire
	drop    func() error // gives up privileges, or nil
	sieve   sieve.Config
	narrow  *sieve.Config // of packets that are narrowed here, since the kernel's program is the user's; or nil
	analyse *analysis
	printed *statusLine
	watch   *report.Watch  // text
	stream  *report.Stream // NDJSON
	failed  error          // of what is printed
	record  *record.Recorder
	metrics *metrics.Metrics
	stop    func()         // ends the metrics
	asked   chan os.Signal // for the state
	open    int            // control connections under way
	closed  int            // control connections that were told to be over
	ended   int            // transfers that were told to be over
	failure bool           // something went wrong
	events  int64          // of the interface that were said
	told    time.Time      // when the metrics were told, by the clock
}

// runSniff opens the interface, and watches it.
func runSniff(ctx context.Context, o *sniffOptions) error {
	s := &sniffer{o: o, drop: o.dropPrivileges}
	if err := s.openSource(); err != nil {
		return err
	}
	defer s.source.Close()
	return s.run(ctx)
}

// dropPrivileges gives up what only opening the interface took. Who records stays who
// it is, unless the user says otherwise: the files may go where others may not write.
func (o *sniffOptions) dropPrivileges() error {
	if o.user == "" && o.write != "" && os.Geteuid() == 0 {
		return nil
	}
	err := live.DropPrivileges(o.user)
	if o.user == "" && errors.Is(err, errors.ErrUnsupported) {
		if runtime.GOOS == "linux" {
			o.streams.say("capabilities are kept: this program was built with cgo; build it with CGO_ENABLED=0, or name a --user")
		}
		return nil
	}
	return err
}

// run watches what is open.
func (s *sniffer) run(parent context.Context) error {
	o := s.o
	ctx, stop := interruptible(parent)
	defer stop()
	if o.duration > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, time.Duration(o.duration))
		defer end()
	}
	out, err := openInPlace(o.streams, string(o.output))
	if err != nil {
		return err
	}
	defer out.Drop()
	s.printed = newStatusLine(o.streams, out)
	if o.format == formatNDJSON {
		s.stream = report.NewStream(s.printed, report.Builder{Version: toolVersion(), ShowSecrets: o.showSecrets})
	} else {
		s.watch = report.NewWatch(o.text(out))
	}
	err = s.services()
	if s.stop != nil {
		defer s.stop()
	}
	if err != nil {
		return err
	}
	s.asked = make(chan os.Signal, 1)
	if wanted := stateSignal(); wanted != nil {
		signal.Notify(s.asked, wanted)
		defer signal.Stop(s.asked)
	}
	s.begun()
	err = s.analyze(ctx)
	unrecorded := s.endRecording()
	s.printed.clear()
	if err := errors.Join(err, s.finish(), out.Done(), unrecorded); err != nil {
		return err
	}
	if o.untilFailure && s.failure {
		return statusError(exitFailOn)
	}
	if o.wait {
		return nil
	}
	return s.lost()
}

// services opens the metrics and, when what that took is given up, the recording.
func (s *sniffer) services() (err error) {
	o := s.o
	if o.metrics != "" {
		s.metrics = metrics.New(toolVersion(), string(o.iface))
		at, stop, err := s.metrics.Serve(o.metrics)
		s.stop = stop
		if err != nil {
			return err
		}
		if !o.quiet {
			o.streams.say("metrics at http://%s/metrics", at)
		}
	}
	if s.drop != nil {
		if err := s.drop(); err != nil {
			return err
		}
	}
	if o.write == "" {
		return nil
	}
	s.record, err = record.New(record.Options{
		Path: string(o.write), SnapData: o.snapData, RotateSize: int64(o.rotateSize), RotateTime: time.Duration(o.rotateTime), Keep: o.keep,
		Force: o.force, Interface: string(o.iface), Version: toolVersion(), Filter: s.firstLook(), Stdout: o.streams.Out,
	})
	switch {
	case errors.Is(err, fs.ErrExist):
		return &hintedError{err, "--force writes over it"}
	case errors.Is(err, fs.ErrPermission):
		return &hintedError{err, "the directory has to be one where the user may write whom --user names"}
	}
	return err
}

// begun says what is watched.
func (s *sniffer) begun() {
	if s.o.quiet {
		return
	}
	text := "watching " + string(s.o.iface)
	if !s.o.payload && s.o.filterFile == "" {
		text += ": control connections whole, of data connections their beginnings and ends"
	}
	s.o.streams.say("%s; Ctrl-C ends it", text)
}

// analyze leads the frames through the analysis.
func (s *sniffer) analyze(ctx context.Context) error {
	s.analyse = &analysis{
		decode:  decode.Config{Ports: s.o.ports, Limits: decode.Limits{Idle: idle}},
		limits:  session.Limits{Failed: 1<<31 - 1},
		filter:  report.Filter{Hosts: s.o.hosts, Nets: s.o.nets}, // the kernel does not look into tunnels
		vantage: s.o.side(),
		session: s.session,
		news:    s.news,
		frame:   s.frame,
		failed:  func() error { return s.failed },
	}
	_, err := s.analyse.run(ctx, s)
	return err
}

// enough reports whether what was waited for has happened.
func (s *sniffer) enough() bool { return s.o.untilFailure && s.failure }

// frame is called for each frame that was decoded, and each tick.
func (s *sniffer) frame(f *capture.Frame) {
	s.recordFrame(f)
	if f.Length == 0 {
		s.tick(f.Time)
	}
}

// news prints what happened in a session that is not over.
func (s *sniffer) news(n *session.News, said diagnose.Explanation) {
	switch n.Kind {
	case session.NewsOpened:
		s.open++
	case session.NewsClosed:
		s.open--
		s.closed++
	case session.NewsEnded:
		s.ended++
	}
	bad := n.Kind == session.NewsFailing || n.Kind == session.NewsEnded && report.SeverityOfOutcome(n.Transfer.Outcome) >= report.SeverityError
	for _, f := range said.Findings {
		bad = bad || f.Severity == diagnose.Error
		if s.record != nil {
			s.comment(f)
		}
	}
	if s.stream != nil {
		s.stream.News(n, said)
		s.failed = s.stream.Err()
	} else if !s.o.quiet || bad || wrong(said) {
		s.print(s.watch.News(n, said))
	}
	if bad {
		s.failure = true
	}
}

// wrong reports whether there is something to warn of.
func wrong(said diagnose.Explanation) bool {
	for _, f := range said.Findings {
		if f.Severity != diagnose.Note {
			return true
		}
	}
	return false
}

// session prints a session that is over.
func (s *sniffer) session(one *session.Session, said diagnose.Explanation) {
	for _, f := range said.Findings {
		if s.record != nil {
			s.comment(f)
		}
		if f.Severity == diagnose.Error {
			s.failure = true
		}
	}
	if s.metrics != nil {
		s.metrics.Session(one, said.Findings)
	}
	if s.stream != nil {
		s.stream.Session(one, said)
		s.failed = s.stream.Err()
		return
	}
	s.print(s.watch.Session(one, said))
}

func (s *sniffer) print(text string) {
	if _, err := io.WriteString(s.printed, text); err != nil && s.failed == nil {
		s.failed = err
	}
}

// finish prints what is known at the end.
func (s *sniffer) finish() error {
	a := s.analyse
	said := report.Explanations{Captures: a.said, Vantages: a.vantages}
	if s.stream != nil {
		return s.stream.Finish(s.Info(), a.reading.notices, said)
	}
	s.print(s.watch.End(report.Result{Captures: s.Info(), Notices: a.reading.notices, Said: said, Stats: a.reading.decoder.Stats()}, a.tally))
	return s.failed
}
