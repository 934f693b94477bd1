package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/session/compare"
)

// newCompare makes the command; run is what it does in place of runCompare, for
// tests.
func newCompare(s *Streams, run func(context.Context, *analyzeOptions) error) *cobra.Command {
	o := &analyzeOptions{streams: s}
	cmd := &cobra.Command{
		Use:     "compare CLIENT SERVER [MIDDLE...]",
		GroupID: groupMain,
		Short:   "Compare captures of two points: where was a packet lost",
		Long: `Compare takes captures of the same traffic from two or more points of its path,
one file for each, and says between which of them a packet was lost, answered
by somebody else, or changed. The files may stand in any order: compare finds
out which point is nearer to the client. Their clocks need not agree, and
addresses may be translated between them.

For each transfer that did not go well there is a table with a line for each
point: the announcement, the SYN, what answered it, the bytes and the final
reply, as seen there, and how the connection ended, where points have another
RST. Below it stand the stretch of the path on which it happened, and the
explanation. What failed comes first; with --all everything stands in the order
of time. Losses that TCP repaired are not compared.

The captures must be of the same attempts: begin all of them, try, end them.
Several files of one point are to be merged first (mergecap -w ONE FILES...).
The name - is standard input.`,
		Example: `  ftpscope compare client.pcap server.pcap
  ftpscope compare client.pcap server.pcap firewall-in.pcap firewall-out.pcap
  ftpscope compare --all --session s2 client.pcap server.pcap
  ssh fw tcpdump -ni any -s 0 -U -w - | ftpscope compare client.pcap -
  ftpscope compare --format json client.pcap server.pcap | jq '.path.stretches'`,
		Args: somePoints,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			if run == nil {
				run = runCompare
			}
			return o.start(cmd.Context(), run)
		},
	}
	cmd.Flags().SortFlags = false
	choiceFlag(cmd, &o.format, "format", "how to print the report", formatText, formatJSON)
	showFlags(cmd, o)
	cmd.Flags().BoolVar(&o.all, "all", false, "show also what went well in full, and all that is alike, in the order of time")
	portFlag(cmd, o)
	return cmd
}

// somePoints wants two captures or more, each of a point of its own.
func somePoints(_ *cobra.Command, args []string) error {
	for _, name := range args {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return usagef("%s: is a directory", name).with("name the files in it: ftpscope compare DIRECTORY/*.pcap")
		}
	}
	if len(args) < 2 {
		err := usagef("compare takes two captures or more, each of another point")
		if len(args) == 1 {
			err = usagef("compare takes two captures or more, but there is only %s", args[0])
		}
		return err.with("ftpscope compare client.pcap server.pcap").
			with("one capture: ftpscope analyze client.pcap")
	}
	for i, name := range args {
		for _, before := range args[:i] {
			if err := samePoint(before, name); err != nil {
				return err.with("each file is a capture point of its own, as of the client and of the server")
			}
		}
	}
	return nil
}

// samePoint says that two names are of one capture, if they are.
func samePoint(before, name string) *usageError {
	switch {
	case before == name:
		return usagef("%s is named twice", name)
	case sameFile(before, name):
		return usagef("%s is the same capture as %s", name, before)
	case sameBytes(before, name):
		return usagef("%s is the same capture as %s: they hold the same bytes", name, before)
	}
	return nil
}

// runCompare reads the captures, compares them and prints the report.
func runCompare(ctx context.Context, o *analyzeOptions) error {
	failOn, err := report.ParseSeverity(o.failOn)
	if err != nil {
		return err
	}
	ctx, stop, in, bar := o.begin(ctx)
	defer stop()
	all, err := openPoints(o, in, bar)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		all, err = nil, nil // interrupted before a capture could be told from something else
	}
	if err != nil {
		return err
	}
	defer closePoints(all)
	out, err := openOutput(o.streams, string(o.output))
	if err != nil {
		return err
	}
	defer out.Drop()
	err = readPoints(ctx, all)
	bar.stop()
	if err != nil {
		return err
	}
	interrupted := errors.Is(ctx.Err(), context.Canceled)
	seen := roll{asked: o.sessions}
	res := comparison(all, report.Filter{Sessions: o.sessions}, &seen)
	res.Interrupted = interrupted
	if o.format == formatJSON {
		b := report.Builder{Version: toolVersion(), ShowSecrets: o.showSecrets}
		err = report.Encode(out, b.Comparison(res))
	} else {
		err = o.text(out).Compare(out, res)
	}
	if err != nil {
		return err
	}
	if err := out.Done(); err != nil {
		return err
	}
	return ended(interrupted, seen.missing(), failOn != report.SeverityNone && res.Worst() >= failOn)
}

// comparison compares what was read, and has of it what a filter lets pass.
func comparison(all []*point, filter report.Filter, seen *roll) report.Comparison {
	var res report.Comparison
	points := make([]compare.Point, len(all))
	harmed := make(map[int]bool)
	names := report.PointNames(fileNames(all))
	for i, p := range all {
		points[i] = p.point(names[i])
		res.Captures = append(res.Captures, p.info())
		res.Notices = append(res.Notices, p.reading.notices...)
		res.Points = append(res.Points, report.PointFacts{Name: names[i], Sessions: len(p.sessions), Stats: p.reading.decoder.Stats()})
		for _, s := range p.sessions {
			harmed[i] = harmed[i] || report.LostToSnap(s)
		}
	}
	res.Notices = append(res.Notices, report.SnapNotices(res.Captures, harmed)...)
	res.Filter, res.Path = filter, compare.Compare(points)
	for _, s := range res.Path.Sessions {
		seen.add(s.ID)
	}
	res.Path, res.LeftOut = filter.Path(res.Path)
	return res
}
