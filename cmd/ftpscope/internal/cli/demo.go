package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/samples"
)

// demoDefault is the sample that is shown where none is named: the failure
// that FTP is known for.
const demoDefault = "classic-active-blocked"

// newDemo makes the command; run is what it does in place of runAnalyze, for
// tests.
func newDemo(s *Streams, run func(context.Context, *analyzeOptions) error) *cobra.Command {
	o := &analyzeOptions{streams: s}
	list := false
	cmd := &cobra.Command{
		Use:     "demo [NAME]",
		GroupID: groupMain,
		Short:   "Analyze a sample that is built in",
		Long: `Demo analyzes one of the captures that are built into ftpscope, to see what a
report looks like without having a capture, and what a kind of failure looks
like without having the failure. --list names them all.`,
		Example: `  ftpscope demo
  ftpscope demo --list
  ftpscope demo --explain
  ftpscope demo --format json classic-passive`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("demo takes one NAME, but there is also %q", args[1])
			}
			if list && len(args) > 0 {
				return usagef("--list takes no NAME, but there is %q", args[0])
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var words []string
			for _, name := range samples.Names() {
				words = append(words, cobra.CompletionWithDesc(name, samples.Describe(name)))
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listSamples(s)
			}
			name := demoDefault
			if len(args) > 0 {
				name = args[0]
			}
			if o.explain && (o.format != formatText || o.onlyFailed) {
				return usagef("--explain goes neither with --format nor with --only-failed")
			}
			if err := o.sample(name); err != nil {
				return err
			}
			return o.start(cmd.Context(), run)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&list, "list", false, "list the samples")
	outputFlags(cmd, o)
	cmd.Flags().BoolVar(&o.explain, "explain", false, "explain it, as explain does with a capture")
	return cmd
}

// sample makes a sample what the options are about.
func (o *analyzeOptions) sample(name string) error {
	if !slices.Contains(samples.Names(), name) {
		err := usagef("there is no sample %q", name)
		if near := similar(name, samples.Names()); len(near) > 0 {
			err = err.with("there is %s", strings.Join(near, ", "))
		}
		return err.with("ftpscope demo --list names them all")
	}
	data, err := samples.Open(name)
	if err != nil {
		return err
	}
	streams := *o.streams
	streams.In, streams.InTTY = bytes.NewReader(data), false
	o.streams = &streams
	o.files, o.names = []string{capture.Stdin}, []string{samples.File(name)}
	return nil
}

// listSamples prints the names of the samples and what they show.
func listSamples(s *Streams) error {
	width := 0
	for _, name := range samples.Names() {
		width = max(width, len(name))
	}
	indent := "\n" + strings.Repeat(" ", width+2)
	for _, name := range samples.Names() {
		what := samples.Describe(name)
		if room := s.columns() - width - 2; room >= minWidth/2 {
			what = strings.ReplaceAll(lipgloss.Wrap(what, room, ""), "\n", indent)
		}
		if _, err := fmt.Fprintf(s.Out, "%-*s  %s\n", width, name, what); err != nil {
			return err
		}
	}
	return nil
}
