package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// The formats of a report.
const (
	formatText   = "text"
	formatJSON   = "json"
	formatNDJSON = "ndjson"
)

// analyzeOptions is what the commands that read captures need to know.
type analyzeOptions struct {
	streams     *Streams
	files       []string
	names       []string // what the report calls the files, if not as they are called
	ports       ports
	since       moment
	until       moment
	sessions    sessionIDs
	onlyFailed  bool
	format      string
	output      fileName
	showSecrets bool
	failOn      string
	colour      string
	vantage     string
	explain     bool // only what went wrong, in full
	jobs        int  // processors at most; 0 for all
	all         bool // of several points also what went well, in full
}

// newAnalyze makes the command; run is what it does in place of runAnalyze, for
// tests.
func newAnalyze(s *Streams, run func(context.Context, *analyzeOptions) error) *cobra.Command {
	o := &analyzeOptions{streams: s}
	cmd := &cobra.Command{
		Use:     "analyze FILE...",
		Aliases: []string{"analyse"},
		GroupID: groupMain,
		Short:   "Analyze captures: sessions, transfers, what became of them",
		Long: `Analyze reads packet captures (pcap or pcapng, also compressed by gzip, zstd,
xz, lz4 or bzip2) and reports every FTP session and transfer in them. Several
files are merged by time into one analysis, such as a rotated ring of files.
The name - is standard input.

FTP is found on port 21, on implicit TLS's port 990, on ports named with
--port, and on any other port by its greeting.`,
		Example: `  ftpscope analyze ftp.pcap
  ftpscope analyze --only-failed ring-*.pcapng.zst
  tcpdump -i any -s 0 -U -w - 'tcp or icmp or icmp6' | ftpscope analyze -
  ftpscope analyze --format json ftp.pcap | jq '.sessions[].transfers[].outcome'
  ftpscope analyze --fail-on error nightly.pcap || echo "FTP failed"`,
		Args: someFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return o.start(cmd.Context(), run)
		},
	}
	cmd.Flags().SortFlags = false
	outputFlags(cmd, o)
	readFlags(cmd, o)
	return cmd
}

// outputFlags adds the flags that say what the report shows, and how.
func outputFlags(cmd *cobra.Command, o *analyzeOptions) {
	choiceFlag(cmd, &o.format, "format", "how to print the report", formatText, formatJSON, formatNDJSON)
	showFlags(cmd, o)
	vantageFlag(cmd, o)
	cmd.Flags().BoolVar(&o.onlyFailed, "only-failed", false, "show only sessions and transfers that did not go well")
}

// showFlags adds those that analyze, explain and compare share.
func showFlags(cmd *cobra.Command, o *analyzeOptions) {
	f := cmd.Flags()
	o.output = "-"
	f.Var(&o.output, "output", "write the report to FILE")
	f.Var(&o.sessions, "session", "show only the session of this NAME, like s2 (repeatable)")
	completesNothing(cmd, "session")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "show passwords")
	choiceFlag(cmd, &o.failOn, "fail-on", "exit with status 3 if the report shows this or worse",
		report.SeverityNone.String(), report.SeverityNote.String(), report.SeverityWarning.String(), report.SeverityError.String())
	choiceFlag(cmd, &o.colour, "color", "use colour in text", colourAuto, colourAlways, colourNever)
}

// vantageFlag adds the flag that says where captures were taken.
func vantageFlag(cmd *cobra.Command, o *analyzeOptions) {
	sides := []string{
		vantageAuto, string(diagnose.ClientHost), string(diagnose.NearClient), string(diagnose.InTheMiddle),
		string(diagnose.NearServer), string(diagnose.ServerHost), string(diagnose.Nowhere),
	}
	choiceFlag(cmd, &o.vantage, "vantage", "where the captures were taken: "+strings.Join(sides[1:], ", ")+"; auto finds out", sides...)
}

// portFlag adds the flag that names control ports.
func portFlag(cmd *cobra.Command, o *analyzeOptions) {
	cmd.Flags().Var(&o.ports, "port", "also take TCP port N for a control port (repeatable)")
	completesNothing(cmd, "port")
}

// readFlags adds those that say how captures are read.
func readFlags(cmd *cobra.Command, o *analyzeOptions) {
	portFlag(cmd, o)
	f := cmd.Flags()
	f.Var(&o.since, "since", "leave out packets before TIME: \"2026-01-02 03:04:05\" in UTC, or RFC 3339")
	f.Var(&o.until, "until", "leave out packets from TIME on")
	f.IntVar(&o.jobs, "jobs", 0, "use at most N processors, 0 for all of them; the report is the same")
	completesNothing(cmd, "since", "until", "jobs")
}

// vantageAuto stands for finding out where a capture was taken.
const vantageAuto = "auto"

// side is where the user says that the captures were taken, or empty.
func (o *analyzeOptions) side() diagnose.Side {
	if o.vantage == vantageAuto {
		return ""
	}
	return diagnose.Side(o.vantage)
}

// pipeExample is how to analyze while capturing.
const pipeExample = "tcpdump -i any -s 0 -U -w - 'tcp or icmp or icmp6' | ftpscope analyze -"

func someFiles(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("which capture? no FILE is named").
			with("ftpscope analyze FILE...").
			with("or from standard input: %s", pipeExample).
			with("or a sample: ftpscope demo")
	}
	return nil
}

// start checks the options and runs with them; run stands in for runAnalyze in
// tests, nil elsewhere.
func (o *analyzeOptions) start(ctx context.Context, run func(context.Context, *analyzeOptions) error) error {
	if err := o.check(); err != nil {
		return err
	}
	if run == nil {
		run = runAnalyze
	}
	return run(ctx, o)
}

// check finds contradictions between flags.
func (o *analyzeOptions) check() error {
	if since, until := time.Time(o.since), time.Time(o.until); !since.IsZero() && !until.IsZero() && !since.Before(until) {
		return usagef("--since %s is not before --until %s", o.since.String(), o.until.String())
	}
	if o.jobs < 0 {
		return usagef("--jobs %d: at least one processor is needed", o.jobs)
	}
	if o.output == "" {
		return usagef("--output is empty").with("--output - is standard output")
	}
	if o.streams.InTTY && slices.Contains(o.files, capture.Stdin) {
		return usagef("standard input is a terminal and no capture").
			with("pipe a capture into it: %s", pipeExample)
	}
	if out, err := os.Stat(string(o.output)); err == nil && out.Mode().IsRegular() {
		for _, name := range o.files {
			if in, err := os.Stat(name); err == nil && os.SameFile(in, out) {
				return usagef("--output %s is one of the captures to read", o.output)
			}
		}
	}
	return nil
}

// runAnalyze reads the captures and prints the report.
func runAnalyze(ctx context.Context, o *analyzeOptions) error {
	failOn, err := report.ParseSeverity(o.failOn)
	if err != nil {
		return err
	}
	if o.jobs > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(o.jobs))
	}
	if o.format == formatNDJSON {
		defer collectLess(o.streams.Getenv)()
	}
	ctx, stop, in, bar := o.begin(ctx)
	defer stop()
	var src capture.Source
	set, err := capture.Open(o.files, capture.Options{
		Stdin: in,
		Since: time.Time(o.since), Until: time.Time(o.until),
		Progress:  bar.update,
		ReadAhead: o.jobs != 1,
	})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.Canceled):
		src = nothing{} // interrupted before a capture could be told from something else
	case err != nil:
		return err
	default:
		src = set
	}
	defer src.Close()
	out, err := openOutput(o.streams, string(o.output))
	if err != nil {
		return err
	}
	defer out.Drop()

	pump, _ := in.(*pump)
	piped := o.newPipe(ctx, pump, src)
	w := o.writer(out)
	w.pipe, w.bar = piped, bar
	a := &analysis{
		decode:  decode.Config{Ports: o.ports},
		filter:  report.Filter{Sessions: o.sessions, OnlyFailed: o.onlyFailed},
		vantage: o.side(),
		session: w.session,
		beside:  o.jobs != 1 && !slices.Contains(o.files, capture.Stdin), // who pipes may want each session at once
		failed:  w.err,
	}
	if bar != nil {
		a.frame = bar.frame
	}
	if piped != nil {
		pump.idle = func(waited time.Duration) { piped.idle(waited, a.tick) }
	}
	interrupted, err := a.run(ctx, src)
	bar.stop()
	if err != nil {
		return err
	}
	res := report.Result{
		Captures: o.infos(src), Notices: a.reading.notices,
		Filter: a.filter, LeftOut: a.leftOut, Passed: a.passed, PassedTransfers: a.passedTransfers,
		Since: time.Time(o.since), Until: time.Time(o.until),
		Stats: a.reading.decoder.Stats(), Interrupted: interrupted,
		Said: w.said,
	}
	res.Said.Captures, res.Said.Vantages = a.said, a.vantages
	res.Notices = append(res.Notices, report.SnapNotices(res.Captures, a.harmed)...)
	if err := w.finish(res); err != nil {
		return err
	}
	if err := out.Done(); err != nil {
		return err
	}
	return ended(interrupted, a.seen.missing(), failOn != report.SeverityNone && a.worst >= failOn)
}

// begin gets ready to read: for an interrupt until stop is called, with what "-"
// stands for, and a bar.
func (o *analyzeOptions) begin(parent context.Context) (ctx context.Context, stop context.CancelFunc, in io.Reader, bar *progress) {
	ctx, stop = interruptible(parent)
	in, endless := stdin(ctx, o.streams.In)
	return ctx, stop, in, newProgress(o.streams, endless && slices.Contains(o.files, capture.Stdin))
}

// ended is how a command ends that printed its report: interrupted, without
// sessions that were asked for, or with bad news.
func ended(interrupted bool, missing error, bad bool) error {
	switch {
	case interrupted:
		return statusError(exitInterrupted)
	case missing != nil:
		return missing
	case bad:
		return statusError(exitFailOn)
	}
	return nil
}

// infos describes the captures under the names that the user knows.
func (o *analyzeOptions) infos(src capture.Source) []capture.Info {
	infos := src.Info()
	for i := range infos {
		if i < len(o.names) {
			infos[i].Name = o.names[i]
		}
	}
	return infos
}

// text says how text on an output looks.
func (o *analyzeOptions) text(out *output) report.Text {
	text := report.Text{
		Width:       report.DefaultWidth,
		Colour:      o.colour == colourAlways,
		ShowSecrets: o.showSecrets,
		Expand:      len(o.sessions) > 0 || o.all,
	}
	if out.file == nil {
		text.Colour = o.streams.colour(o.colour)
		text.Width = o.streams.columns()
	}
	return text
}
