package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// newHelp makes the command that shows the help of another one, or a topic.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND | TOPIC]",
		GroupID: groupMore,
		Short:   "Help about a command or a topic",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var words []string
			for _, sub := range of.Commands() {
				if !sub.Hidden && sub.Name() != "help" {
					words = append(words, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownTopic(of, args, rest)
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}

// unknownTopic explains words after help that name nothing.
func unknownTopic(of *cobra.Command, args, rest []string) error {
	e := usagef("no command or topic is called %q", strings.Join(args, " "))
	if len(rest) > 0 {
		if near := similar(rest[0], commandNames(of)); len(near) > 0 {
			return e.with("did you mean %s?", strings.Join(near, " or "))
		}
	}
	return e.with("ftpscope help lists them")
}

// commandNames are the names of the commands and topics below a command.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return names
}
