package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

func newMan(s *Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "man [DIR]",
		GroupID: groupMore,
		Short:   "Write the manual pages",
		Long: `Man writes the manual pages of ftpscope, its commands and help topics to a
directory, or without DIR the page ftpscope(1) to standard output.`,
		Example: `  ftpscope man | man -l -
  ftpscope man /usr/local/share/man/man1`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("man takes one DIR, but there is also %q", args[1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := newRoot(s) // a tree of its own, to be changed
			root.InitDefaultCompletionCmd()
			if len(args) == 0 {
				return doc.GenMan(manual(root), manHeader(), s.Out)
			}
			return writeManuals(root, args[0])
		},
	}
}

func manHeader() *doc.GenManHeader {
	return &doc.GenManHeader{Section: "1", Source: "ftpscope " + toolVersion(), Manual: "ftpscope manual"}
}

// manExitStatus is topicExitCodes in short.
const manExitStatus = `

# EXIT STATUS

0 if a report was printed, 1 if something failed, 2 if the command line was not
understood, 3 if --fail-on says that the report is bad news, 130 after an
interrupt. **ftpscope-exit-codes(1)** says more; **ftpscope-formats(1)**,
**ftpscope-signs(1)** and **ftpscope-outcomes(1)** explain the report.
`

// writeManuals writes a page for each command and topic below cmd.
func writeManuals(cmd *cobra.Command, dir string) error {
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	err = doc.GenMan(manual(cmd), manHeader(), f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, sub := range cmd.Commands() {
		if sub.Hidden || sub.Name() == "help" {
			continue
		}
		if err := writeManuals(sub, dir); err != nil {
			return err
		}
	}
	return nil
}

// manual readies a command for its page: what is indented in its text stays as
// it is and is not filled, flags say which words they take, and what reads
// captures says how it ends.
func manual(cmd *cobra.Command) *cobra.Command {
	cmd.DisableAutoGenTag = true
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if c, ok := f.Value.(choice); ok {
			f.Usage += ": " + strings.Join(c.words, ", ")
		} else if f.DefValue == "" {
			f.DefValue = f.Value.Type()
		}
	})
	if !cmd.HasParent() || cmd.Flags().Lookup("fail-on") != nil {
		defer func() { cmd.Long += manExitStatus }()
	}
	var lines []string
	fixed := false
	for line := range strings.SplitSeq(cmd.Long, "\n") {
		indented := strings.HasPrefix(line, "  ")
		if indented != fixed && line != "" {
			if n := len(lines); n > 0 && lines[n-1] != "" {
				lines = append(lines, "")
			}
			fixed = indented
		}
		if indented {
			line = "    " + line
		}
		lines = append(lines, line)
	}
	cmd.Long = strings.Join(lines, "\n")
	return cmd
}
