package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/pages"
)

// langAuto stands for the language of the locale.
const langAuto = "auto"

func newExplain(s *Streams) *cobra.Command {
	var list bool
	lang := ""
	cmd := &cobra.Command{
		Use:     "explain CODE",
		GroupID: groupMain,
		Short:   "Explain one of the ways in which FTP fails",
		Long: `Explain prints the page of a diagnosis: what it means, by which packets it is
recognised, what they cannot tell, and what to do at the client, the server
and the firewall. --list names them all.

The pages are there in English and Spanish.`,
		Example: `  ftpscope explain passive-syn-unanswered
  ftpscope explain --list
  ftpscope explain --lang es active-syn-unanswered`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case list && len(args) > 0:
				return usagef("--list takes no CODE, but there is %q", args[0])
			case !list && len(args) == 0:
				return usagef("which diagnosis? no CODE is named").with("ftpscope explain --list names them all")
			case len(args) > 1:
				return usagef("explain takes one CODE, but there is also %q", args[1])
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var codes []string
			for _, code := range pages.Codes() {
				codes = append(codes, cobra.CompletionWithDesc(code, pages.Title(code, language(s, lang))))
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			l := language(s, lang)
			if list {
				return listPages(s, l)
			}
			text, err := pages.Page(args[0], l)
			if errors.Is(err, fs.ErrNotExist) {
				return noPage(args[0])
			}
			if err == nil {
				_, err = fmt.Fprint(s.Out, text)
			}
			return err
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&list, "list", false, "list all codes with their titles")
	choiceFlag(cmd, &lang, "lang", "language of the page; auto is that of the locale", langAuto, string(pages.English), string(pages.Spanish))
	return cmd
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
	err := usagef("no diagnosis has the code %q", code)
	if _, stat := os.Stat(code); stat == nil {
		return err.with("to look into a capture: ftpscope analyze %s", code)
	}
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
