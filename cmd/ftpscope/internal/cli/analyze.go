package cli

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/session"
)

// The formats of a report.
const (
	formatText   = "text"
	formatJSON   = "json"
	formatNDJSON = "ndjson"
)

// analyzeOptions is what analyze and demo need to know.
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
	output      string
	showSecrets bool
	failOn      string
	colour      string
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
  tcpdump -i any -s 0 -U -w - tcp | ftpscope analyze -
  ftpscope analyze --format json ftp.pcap | jq '.sessions[].transfers[].outcome'
  ftpscope analyze --fail-on error nightly.pcap || echo "FTP failed"`,
		Args: someFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			if err := o.check(); err != nil {
				return err
			}
			if run == nil {
				run = runAnalyze
			}
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	outputFlags(cmd, o)
	f.Var(&o.ports, "port", "also take TCP port `N` for a control port (repeatable)")
	f.Var(&o.since, "since", "leave out packets before `TIME`, UTC or RFC 3339")
	f.Var(&o.until, "until", "leave out packets from `TIME` on")
	return cmd
}

// outputFlags adds the flags that say what the report shows, and how.
func outputFlags(cmd *cobra.Command, o *analyzeOptions) {
	f := cmd.Flags()
	choiceFlag(cmd, &o.format, "format", "how to print the report", formatText, formatJSON, formatNDJSON)
	f.StringVar(&o.output, "output", "-", "write the report to `FILE`")
	f.Var(&o.sessions, "session", "show only the session of this `NAME`, like s2 (repeatable)")
	f.BoolVar(&o.onlyFailed, "only-failed", false, "show only sessions and transfers that did not go well")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "show passwords")
	choiceFlag(cmd, &o.failOn, "fail-on", "exit with status 3 if the report shows this or worse",
		report.SeverityNone.String(), report.SeverityNote.String(), report.SeverityWarning.String(), report.SeverityError.String())
	choiceFlag(cmd, &o.colour, "color", "use colour in text", colourAuto, colourAlways, colourNever)
}

func someFiles(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("which capture? no FILE is named").
			with("ftpscope analyze FILE...").
			with("or from standard input: tcpdump -i any -s 0 -U -w - tcp | ftpscope analyze -").
			with("or a sample: ftpscope demo")
	}
	return nil
}

// check finds contradictions between flags.
func (o *analyzeOptions) check() error {
	if since, until := time.Time(o.since), time.Time(o.until); !since.IsZero() && !until.IsZero() && !since.Before(until) {
		return usagef("--since %s is not before --until %s", o.since.String(), o.until.String())
	}
	if o.output == "" {
		return usagef("--output is empty").with("--output - is standard output")
	}
	if out, err := os.Stat(o.output); err == nil && out.Mode().IsRegular() {
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
	ctx, stop := interruptible(ctx)
	defer stop()
	bar := newProgress(o.streams)
	src, err := capture.Open(o.files, capture.Options{
		Stdin: untilDone(ctx, o.streams.In),
		Since: time.Time(o.since), Until: time.Time(o.until),
		Progress: bar.update,
	})
	if err != nil {
		return err
	}
	defer src.Close()
	out, err := openOutput(o.streams, o.output)
	if err != nil {
		return err
	}
	defer out.Drop()

	w := o.writer(out)
	a := &analysis{
		ports:   o.ports,
		filter:  report.Filter{Sessions: o.sessions, OnlyFailed: o.onlyFailed},
		session: w.session,
		stop:    w.err,
	}
	interrupted, err := a.run(ctx, src)
	bar.stop()
	if err != nil {
		return err
	}
	res := report.Result{
		Captures: o.infos(src), Notices: a.notices, LeftOut: a.leftOut,
		Stats: a.stats, Interrupted: interrupted,
	}
	if err := w.finish(res); err != nil {
		return err
	}
	if err := out.Done(); err != nil {
		return err
	}
	o.warn(a, w)
	switch {
	case interrupted:
		return statusError(exitInterrupted)
	case failOn != report.SeverityNone && a.worst >= failOn:
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

// warn says which sessions the user asked for are not there.
func (o *analyzeOptions) warn(a *analysis, w *writer) {
	for _, id := range o.sessions {
		if !w.seen[id] && !o.onlyFailed {
			o.streams.say("there is no session %s", id)
			if n := a.leftOut + len(w.seen); n > 0 {
				o.streams.hint("sessions are s1 to s%d here", n)
			}
		}
	}
}

// writer prints a report in the format that the user chose.
type writer struct {
	options *analyzeOptions
	out     *output
	builder report.Builder
	stream  *report.Stream // for ndjson
	kept    []*session.Session
	seen    map[string]bool
}

func (o *analyzeOptions) writer(out *output) *writer {
	w := &writer{options: o, out: out, seen: make(map[string]bool)}
	w.builder = report.Builder{Version: toolVersion(), ShowSecrets: o.showSecrets}
	if o.format == formatNDJSON {
		w.stream = report.NewStream(out, w.builder)
	}
	return w
}

func (w *writer) session(s *session.Session) {
	if len(w.options.sessions) > 0 {
		w.seen[s.ID] = true
	}
	if w.stream != nil {
		w.stream.Session(s)
		return
	}
	w.kept = append(w.kept, s)
}

func (w *writer) err() error {
	if w.stream != nil {
		return w.stream.Err()
	}
	return nil
}

func (w *writer) finish(res report.Result) error {
	switch w.options.format {
	case formatNDJSON:
		return w.stream.Finish(res.Captures, res.Notices)
	case formatJSON:
		return report.Encode(w.out, w.builder.Document(res.Captures, res.Notices, w.kept))
	}
	s := w.options.streams
	res.Sessions = report.InOrder(w.kept)
	text := report.Text{
		Width:       report.DefaultWidth,
		Colour:      w.options.colour == colourAlways,
		ShowSecrets: w.options.showSecrets,
		Expand:      len(w.options.sessions) > 0,
	}
	if w.out.file == nil {
		text.Colour = s.colour(w.options.colour)
		text.Width = s.columns()
	}
	return text.Write(w.out, res)
}
