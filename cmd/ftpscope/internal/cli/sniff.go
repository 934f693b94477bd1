package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/capture/record"
)

// sniffOptions is what sniff needs to know.
type sniffOptions struct {
	analyzeOptions // streams, ports, format, output, secrets, colour, vantage

	iface        ifaceName
	quiet        bool
	duration     timeSpan // how long; 0 for until it is interrupted
	untilFailure bool

	payload     bool
	promiscuous bool
	buffer      size
	hosts       addresses
	nets        prefixes
	vlans       vlans
	filterFile  fileName
	wait        bool
	user        string

	write      fileName
	force      bool
	snapData   int
	rotateSize size
	rotateTime timeSpan
	keep       int

	metrics string
}

// newSniff makes the command; run is what it does in place of runSniff, for tests.
func newSniff(s *Streams, run func(context.Context, *sniffOptions) error) *cobra.Command {
	o := &sniffOptions{analyzeOptions: analyzeOptions{streams: s}}
	if run == nil {
		run = runSniff
	}
	cmd := &cobra.Command{
		Use:     "sniff -i INTERFACE",
		GroupID: groupMain,
		Short:   "Watch an interface: each transfer as it ends, each failure as soon as it is certain",
		Long:    sniffLong(),
		Example: `  ftpscope sniff -i eth0
  ftpscope sniff -i any --until-failure -w failed.pcapng
  ftpscope sniff -i eth0 --host 192.0.2.10 --payload --for 10m
  ftpscope sniff -i eth0 --format ndjson | jq 'select(.type == "failure")'
  ftpscope sniff -i eth0 -w ring.pcapng --rotate-size 100MB --keep 20 --quiet --metrics 127.0.0.1:9120`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.VarP(&o.iface, "interface", "i", "watch the interface of this NAME; any for all (ftpscope interfaces lists them)")
	f.Var(&o.duration, "for", "end after this TIME, such as 10m or 8h")
	f.BoolVar(&o.untilFailure, "until-failure", false, "end with status 3 when something went wrong")
	choiceFlag(cmd, &o.format, "format", "how to print what happens", formatText, formatNDJSON)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "in text, print only what went wrong, and the summary")
	o.output = "-"
	f.Var(&o.output, "output", "write what happens to FILE")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "show passwords")
	choiceFlag(cmd, &o.colour, "color", "use colour in text", colourAuto, colourAlways, colourNever)
	vantageFlag(cmd, &o.analyzeOptions)
	portFlag(cmd, &o.analyzeOptions)
	f.Var(&o.hosts, "host", "watch only packets from or to this ADDRESS (repeatable)")
	f.Var(&o.nets, "net", "watch only packets from or to this NETWORK, like 192.0.2.0/24 (repeatable)")
	f.Var(&o.vlans, "vlan", "watch only packets of this VLAN, 0 to 4094 (repeatable)")
	f.BoolVar(&o.payload, "payload", false, "take all of every TCP packet, also of data connections: see above")
	f.Var(&o.filterFile, "filter-file", "let the kernel filter by the program in FILE, the output of: tcpdump -i INTERFACE -ddd EXPRESSION")
	f.BoolVarP(&o.promiscuous, "promiscuous", "p", false, "take also packets that are for others")
	o.buffer = live.DefaultBuffer
	f.Var(&o.buffer, "buffer", "let packets wait in SIZE of memory")
	f.BoolVar(&o.wait, "wait", false, "where the interface goes down or away, wait for it; it must be there at first")
	f.StringVar(&o.user, "user", "", "be the user `NAME` once the interface is open; without it the capabilities are dropped, unless there is a recording to write")
	f.VarP(&o.write, "write", "w", "record the packets that matter in FILE, a pcapng")
	f.BoolVar(&o.force, "force", false, "write over the file that is there")
	f.IntVar(&o.snapData, "snap-data", record.DefaultSnapData, "record so many `BYTES` of each packet of a data connection, from its frame's beginning")
	f.Var(&o.rotateSize, "rotate-size", "begin another file after SIZE")
	f.Var(&o.rotateTime, "rotate-time", "begin another file after this TIME")
	f.IntVar(&o.keep, "keep", 0, "keep the latest `N` files (default all)")
	f.StringVar(&o.metrics, "metrics", "", "serve Prometheus metrics and /healthz at `ADDRESS`, like 127.0.0.1:9120; a session counts there when nothing more can come of it, half a minute to three minutes after its end")
	completesNothing(cmd, "for", "host", "net", "vlan", "buffer", "snap-data", "rotate-size", "rotate-time", "keep", "metrics")
	completesInterfaces(cmd, "interface")
	return cmd
}

// check finds contradictions between flags.
func (o *sniffOptions) check(cmd *cobra.Command) error {
	rotates := o.rotateSize > 0 || o.rotateTime > 0
	switch {
	case o.iface == "":
		return usagef("which interface? none is named").
			with("ftpscope interfaces lists them").
			with("ftpscope sniff -i any watches all")
	case o.write == "" && rotates:
		return usagef("--rotate-size and --rotate-time are about a recording").with("name its file: --write FILE")
	case o.write == "" && (cmd.Flags().Changed("snap-data") || cmd.Flags().Changed("keep") || o.force):
		return usagef("--snap-data, --keep and --force are about a recording").with("name its file: --write FILE")
	case cmd.Flags().Changed("keep") && (o.keep < 1 || !rotates):
		return usagef("--keep %d: it says how many of the files are kept that --rotate-size or --rotate-time make", o.keep)
	case o.snapData < record.MinSnapData:
		return usagef("--snap-data %d: of less than %d bytes the headers are not whole", o.snapData, record.MinSnapData)
	case o.write == "-" && (o.output == "-" || rotates):
		return usagef("--write -: standard output is where the report goes").with("--output FILE sends the report elsewhere")
	case o.filterFile == "-":
		return usagef("--filter-file -: it is read from a file")
	case o.filterFile != "" && (o.payload || len(o.vlans) > 0):
		return usagef("--filter-file says what passes: --payload and --vlan are for our own program").with("put it into the expression: tcpdump -i %s -ddd 'vlan 5 and (tcp or icmp)'", o.iface)
	case o.quiet && o.format == formatNDJSON:
		return usagef("--quiet is about text").with("of NDJSON choose lines by their type: jq 'select(.type == \"failure\")'")
	}
	return nil
}

// narrows reports whether only some packets are to be watched.
func (o *sniffOptions) narrows() bool { return len(o.hosts)+len(o.nets)+len(o.vlans) > 0 }
