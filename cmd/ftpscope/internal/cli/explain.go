package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/pages"
)

// langAuto stands for the language of the locale.
const langAuto = "auto"

// newExplain makes the command; run is what it does with captures in place of
// runAnalyze, for tests.
func newExplain(s *Streams, run func(context.Context, *analyzeOptions) error) *cobra.Command {
	o := &analyzeOptions{streams: s, explain: true, format: formatText}
	var list bool
	lang := ""
	cmd := &cobra.Command{
		Use:     "explain FILE... | CODE",
		GroupID: groupMain,
		Short:   "Explain what went wrong: in captures, or one of the ways in general",
		Long: `Explain reads captures as analyze does and shows only what went wrong, in full:
the packets that matter, control and data connection side by side, what was
seen, where on the path it happened, why, how sure each of these is, what
cannot be known from this capture, and what to do. What went wrong in the same
way many times is explained once.

With a CODE in place of files it prints the page about that diagnosis: what it
means, by which packets it is recognised, what they cannot tell, and what to do
at the client, the server and the firewall. --list names them all. The pages
are there in English and Spanish.`,
		Example: `  ftpscope explain ftp.pcap
  ftpscope explain --session s2 --vantage client-host ftp.pcap
  ftpscope explain passive-syn-unanswered
  ftpscope explain --list
  ftpscope explain --lang es active-syn-unanswered`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case list && len(args) > 0:
				return usagef("--list takes no CODE, but there is %q", args[0])
			case !list && len(args) == 0:
				return usagef("what to explain? no FILE and no CODE is named").with("a capture: ftpscope explain FILE...").with("or a sample: ftpscope demo --explain").with("ftpscope explain --list names the codes")
			case list || aboutCode(args):
				return onlyFlags(cmd, "list", "lang")
			case len(args) > 1 && slices.ContainsFunc(args, func(a string) bool { return slices.Contains(pages.Codes(), a) }):
				return usagef("explain takes either captures or one CODE").with("a page: ftpscope explain passive-syn-unanswered").with("captures: ftpscope explain FILE...")
			case cmd.Flags().Changed("lang"):
				return usagef("--lang is the language of the pages; what is said of captures is in English")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			var codes []string
			for _, code := range pages.Codes() {
				codes = append(codes, cobra.CompletionWithDesc(code, pages.Title(code, language(s, lang))))
			}
			return codes, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			l := language(s, lang)
			switch {
			case list:
				return listPages(s, l)
			case aboutCode(args):
				text, err := pages.Page(args[0], l)
				if errors.Is(err, fs.ErrNotExist) {
					return noPage(args[0])
				}
				if err == nil {
					_, err = fmt.Fprint(s.Out, text)
				}
				return err
			}
			o.files = args
			return o.start(cmd.Context(), run)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if strings.HasSuffix(err.Error(), "flag: --format") {
			return usagef("%v", err).with("explain writes text; ftpscope analyze --format json has the findings too")
		}
		return flagError(cmd, err)
	})
	showFlags(cmd, o)
	vantageFlag(cmd, o)
	readFlags(cmd, o)
	cmd.Flags().BoolVar(&list, "list", false, "list all codes with their titles")
	choiceFlag(cmd, &lang, "lang", "language of a page; auto is that of the locale", langAuto, string(pages.English), string(pages.Spanish))
	return cmd
}

// aboutCode reports whether the arguments are one word that is meant as a code: it
// is one, or it looks like one and no file has that name.
func aboutCode(args []string) bool {
	if len(args) != 1 || args[0] == capture.Stdin {
		return false
	}
	if slices.Contains(pages.Codes(), args[0]) {
		return true
	}
	if _, err := os.Stat(args[0]); err == nil || strings.ContainsAny(args[0], "./\\") {
		return false
	}
	return true
}

// onlyFlags is an error if other flags than these are set.
func onlyFlags(cmd *cobra.Command, names ...string) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(names, f.Name) {
			err = usagef("--%s is about captures, but no FILE is named", f.Name)
		}
	})
	return err
}

// language is the one asked for, or else that of the locale.
// https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02
func language(s *Streams, lang string) pages.Language {
	if lang != langAuto {
		return pages.Language(lang)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := s.Getenv(name); locale != "" {
			return pages.LanguageOf(locale)
		}
	}
	return pages.English
}

func listPages(s *Streams, l pages.Language) error {
	for _, code := range pages.Codes() {
		if _, err := fmt.Fprintf(s.Out, "%s\n    %s\n", code, pages.Title(code, l)); err != nil {
			return err
		}
	}
	return nil
}

// noPage is the error for a code that has no page.
func noPage(code string) error {
	err := usagef("no diagnosis has the code %q, and no file has that name", code)
	if isOutcome(code) {
		return err.with("it is an outcome: ftpscope help outcomes")
	}
	if near := similar(code, pages.Codes()); len(near) > 0 {
		err = err.with("there is %s", strings.Join(near, ", "))
	}
	return err.with("ftpscope explain --list names them all")
}

// isOutcome reports whether a word is one that reports have for what became of
// a transfer.
func isOutcome(word string) bool {
	for line := range strings.Lines(topicOutcomes) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), "  "); ok && name != "" && name == word {
			return true
		}
	}
	return false
}
