package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/net/bpf"

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

// wire is what frames come from while they happen.
type wire interface {
	capture.Source
	Stats() live.Stats
}

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

// openSource opens the interface with the program that is the kernel's first look.
func (s *sniffer) openSource() error {
	o := s.o
	link, err := live.LinkTypeOf(string(o.iface))
	if err != nil {
		return err
	}
	s.sieve = sieve.Config{
		Link: link, Ports: append([]uint16{21, 990}, o.ports...), Payload: o.payload,
		Hosts: o.hosts, Nets: o.nets, VLANs: o.vlans, Plain: runtime.GOOS != "linux",
	}
	program, err := s.program()
	if err != nil {
		return err
	}
	s.source, err = live.Open(live.Options{
		Interface: string(o.iface), Promiscuous: o.promiscuous, Filter: program, Buffer: int(o.buffer), Wait: o.wait,
	})
	return err
}

// program is the user's, or our own.
func (s *sniffer) program() ([]bpf.RawInstruction, error) {
	if s.o.filterFile == "" {
		own, err := s.sieve.Program()
		if err != nil {
			return nil, err
		}
		return bpf.Assemble(own)
	}
	if s.o.narrows() {
		s.narrow = &sieve.Config{Link: s.sieve.Link, Payload: true, Hosts: s.sieve.Hosts, Nets: s.sieve.Nets, VLANs: s.sieve.VLANs}
		if _, err := s.narrow.Program(); err != nil {
			return nil, err
		}
	}
	f, err := os.Open(string(s.o.filterFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := sieve.ReadProgram(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.o.filterFile, err)
	}
	if s.sieve.Link == capture.LinkLinuxSLL2 {
		if raw, err = sieve.Cook(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", s.o.filterFile, err)
		}
	}
	return raw, nil
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

// lost is an error where the watching ended since the interface went.
func (s *sniffer) lost() error {
	for _, in := range s.source.Info() {
		for _, p := range in.Problems {
			if p.Code == live.CodeDown || p.Code == live.CodeGone {
				return &hintedError{errors.New(p.Message), "--wait waits for it"}
			}
		}
	}
	return nil
}

// endRecording closes the recording, and says where the packets are.
func (s *sniffer) endRecording() error {
	if s.record == nil {
		return nil
	}
	s.record.Drops(s.source.Stats().Drops)
	err := s.record.Close()
	if files := s.record.Files(); len(files) > 0 && files[0] != record.Stdout {
		s.o.streams.say("recorded %s in %s", counted(s.record.Stats().Packets, "packet"), strings.Join(files[max(0, len(files)-3):], ", "))
	}
	return err
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

// firstLook is what a recording says of the packets that are in it, and what its
// analysis here is told as well.
func (s *sniffer) firstLook() string {
	if s.o.filterFile != "" {
		return "the program in " + string(s.o.filterFile)
	}
	return s.sieve.Note()
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

// Frames yields what the interface brings, and a tick now and then, so that what
// nobody answers is noticed where much goes on as well.
func (s *sniffer) Frames(ctx context.Context) iter.Seq2[*capture.Frame, error] {
	return func(yield func(*capture.Frame, error) bool) {
		var ticked time.Time
		for f, err := range s.source.Frames(ctx) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case f.Length == 0:
				ticked = f.Time
			case f.Time.Sub(ticked) >= tickEvery, ticked.Sub(f.Time) > clockStep:
				ticked = f.Time
				if !yield(&capture.Frame{Time: f.Time}, nil) || s.enough() {
					return
				}
			}
			if f.Length > 0 && s.narrow != nil && s.narrow.Keep(sieve.Shown(f)) == 0 {
				continue
			}
			if !yield(f, nil) || s.enough() {
				return
			}
		}
	}
}

// clockStep is how far back a frame may be without the clock having been set back:
// else each frame of a second clock that is behind would bring a tick.
const clockStep = time.Second

// enough reports whether what was waited for has happened.
func (s *sniffer) enough() bool { return s.o.untilFailure && s.failure }

// Info describes the capture so far.
func (s *sniffer) Info() []capture.Info {
	infos := s.source.Info()
	if look := s.firstLook(); look != "" && len(infos) == 1 {
		infos[0].Filters = []string{look}
	}
	return infos
}

// Close closes the interface.
func (s *sniffer) Close() error { return s.source.Close() }

// frame is called for each frame that was decoded, and each tick.
func (s *sniffer) frame(f *capture.Frame) {
	if f.Length == 0 {
		if s.record != nil {
			if err := s.record.Frame(f, false); err != nil {
				s.stopRecording(err)
			}
		}
		s.tick(f.Time)
		return
	}
	if s.record == nil {
		return
	}
	matter := s.analyse.reading.decoder.Matter()
	if matter == decode.MatterNone {
		return
	}
	if err := s.record.Frame(f, matter == decode.MatterWhole); err != nil {
		s.stopRecording(err)
	}
}

// stopRecording goes on without it.
func (s *sniffer) stopRecording(err error) {
	s.printed.clear()
	s.o.streams.say("the recording ends here, what goes on is still shown: %v", err)
	s.record.Close()
	s.record = nil
}

// tick is called some times a second, with the time by the frames.
func (s *sniffer) tick(at time.Time) {
	stats := s.source.Stats()
	if s.record != nil {
		s.record.Drops(stats.Drops)
	}
	for _, e := range stats.Events {
		if e.Number > s.events {
			s.events = e.Number
			s.printed.clear()
			s.o.streams.say("%s", e.Message)
		}
	}
	now := time.Now()
	if s.metrics != nil && now.Sub(s.told) >= time.Second {
		s.told = now
		s.metrics.Progress(metrics.Progress{
			Packets: stats.Packets, Drops: stats.Drops, Open: s.open, Last: at, Now: now, Tables: s.tables(),
		})
	}
	if s.printed.due(now) {
		s.printed.show(now, s.status(stats))
	}
	select {
	case <-s.asked:
		s.state(stats)
	default:
	}
}

// status is what goes on, in a line.
func (s *sniffer) status(stats live.Stats) string {
	parts := []string{
		string(s.o.iface), counted(stats.Drops, "drop"), counted(int64(s.open), "session") + " open", humanize.Comma(int64(s.closed)) + " over",
		counted(int64(s.ended), "transfer"), counted(stats.Packets, "packet"),
	}
	return strings.Join(parts, " · ")
}

// tables are the sizes of what is kept.
func (s *sniffer) tables() map[string]int {
	all := s.analyse.reading.decoder.Tables()
	for name, n := range s.analyse.reading.tracker.Tables() {
		all[name] = n
	}
	return all
}

// state prints what is known at the moment, on standard error.
func (s *sniffer) state(stats live.Stats) {
	s.printed.clear()
	s.o.streams.say("%s", s.status(stats))
	n := 0
	for v := range s.analyse.reading.tracker.Live() {
		if n++; n > stateLines {
			fmt.Fprintln(s.o.streams.ErrOut, "  …")
			break
		}
		fmt.Fprintf(s.o.streams.ErrOut, "  %-8s %s\n", v.ID, report.Escape(underWay(v)))
	}
	tables := s.tables()
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(s.o.streams.ErrOut, "  %s: %d\n", name, tables[name])
	}
}

// underWay is who talks to whom in a session, and how far they came.
func underWay(v session.View) string {
	text := fmt.Sprintf("%s → %s %s, %s", v.Client, v.Server, v.State, counted(int64(v.Transfers), "transfer"))
	if v.Latest != nil {
		text += fmt.Sprintf(", the latest under way: %s", v.Latest.Mode)
		if v.Latest.Command != nil {
			text += " " + v.Latest.Command.Verb
		}
	}
	return text
}

// stateLines is how many sessions SIGUSR1 lists.
const stateLines = 20

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

// comment puts a finding to the packets that it rests on.
func (s *sniffer) comment(f *diagnose.Finding) {
	for _, e := range f.Evidence {
		if e.Yes() {
			s.record.Comment(e.Frame, fmt.Sprintf("ftpscope %s: %s (%s)", f.Code, report.Escape(f.Headline), report.Escape(e.Text)))
		}
	}
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
