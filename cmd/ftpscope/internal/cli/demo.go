package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

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
  ftpscope demo --format json classic-passive`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("demo takes one NAME, but there is also %q", args[1])
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return samples.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listSamples(s.Out)
			}
			name := demoDefault
			if len(args) > 0 {
				name = args[0]
			}
			if err := o.sample(name); err != nil {
				return err
			}
			if err := o.check(); err != nil {
				return err
			}
			if run == nil {
				run = runAnalyze
			}
			return run(cmd.Context(), o)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&list, "list", false, "list the samples")
	outputFlags(cmd, o)
	return cmd
}

// sample makes a sample what the options are about.
func (o *analyzeOptions) sample(name string) error {
	if !slices.Contains(samples.Names(), name) {
		err := usagef("there is no sample %q", name)
		if similar := similarSamples(name); len(similar) > 0 {
			err = err.with("there is %s", strings.Join(similar, ", "))
		}
		return err.with("ftpscope demo --list names them all")
	}
	data, err := samples.Open(name)
	if err != nil {
		return err
	}
	streams := *o.streams
	streams.In = bytes.NewReader(data)
	o.streams = &streams
	o.files, o.names = []string{capture.Stdin}, []string{samples.File(name)}
	return nil
}

// maxSimilar is how many samples a hint names.
const maxSimilar = 5

// similarSamples are samples in whose name the word occurs.
func similarSamples(word string) []string {
	var similar []string
	for _, name := range samples.Names() {
		if strings.Contains(name, word) && len(similar) < maxSimilar {
			similar = append(similar, name)
		}
	}
	return similar
}

func listSamples(w io.Writer) error {
	width := 0
	for _, name := range samples.Names() {
		width = max(width, len(name))
	}
	for _, name := range samples.Names() {
		if _, err := fmt.Fprintf(w, "%-*s  %s\n", width, name, samples.Describe(name)); err != nil {
			return err
		}
	}
	return nil
}
