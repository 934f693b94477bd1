package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// Main runs the program and returns its exit status.
func Main(args []string, s *Streams) int {
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	if err != nil {
		complain(s, err)
	}
	return status(err)
}

// The groups of commands in the help.
const (
	groupMain = "main"
	groupMore = "more"
)

func newRoot(s *Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "ftpscope",
		Short: "reads a packet capture and tells you, transfer by transfer, who connected to whom, in which mode, and what became of it",
		Long: `ftpscope reads a packet capture and tells you, transfer by transfer, who
connected to whom, in which mode, and what became of it.

  tcpdump -i any -s 0 -w ftp.pcap     # capture where FTP fails, all ports
  ftpscope analyze ftp.pcap           # then look at it
  ftpscope sniff -i eth0              # or watch an interface
  ftpscope compare c.pcap s.pcap      # two captures: where was it lost?
  ftpscope demo                       # or look at a sample first`,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Version:       toolVersion(),
		SilenceErrors: true, // complain prints them
		SilenceUsage:  true,
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.ErrOut)
	root.SetVersionTemplate("ftpscope {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	// As cobra has it, but no line is wider than the window.
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", s.columns())))
	root.AddGroup(&cobra.Group{ID: groupMain, Title: "Commands:"}, &cobra.Group{ID: groupMore, Title: "More:"})
	root.SetHelpCommand(newHelp())
	root.SetCompletionCommandGroupID(groupMore)
	root.AddCommand(newAnalyze(s, nil), newDemo(s, nil), newExplain(s, nil), newCompare(s, nil), newSniff(s, nil), newInterfaces(s, nil), newSchema(s), newVersion(s), newMan(s))
	root.AddCommand(helpTopics()...)
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args, c.RunE = unknownShell, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// flagError explains a flag that is not understood.
func flagError(cmd *cobra.Command, err error) error {
	text := strings.Replace(err.Error(), "invalid argument ", "", 1)
	if head, _, ok := strings.Cut(text, "strconv.ParseBool:"); ok {
		text = head + "it is true or false"
	}
	return usagef("%s", text).with("%s --help lists the flags", cmd.CommandPath())
}

// unknownCommand explains a first word that is no command.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := usagef("unknown command %q", args[0])
	if _, stat := os.Stat(args[0]); stat == nil {
		return err.with("to look into a capture: ftpscope analyze %s", args[0])
	}
	return meant(err, cmd, args[0], "ftpscope help lists the commands")
}

// unknownShell explains a shell that there is no completion for.
func unknownShell(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return meant(usagef("no completion for %q", args[0]), cmd, args[0], cmd.CommandPath()+" lists the shells")
}

// meant hints at the commands that a word is like, or else at the list of them.
func meant(err *usageError, cmd *cobra.Command, word, list string) error {
	if near := similar(word, commandNames(cmd)); len(near) > 0 {
		return err.with("did you mean %s?", strings.Join(near, " or "))
	}
	return err.with("%s", list)
}

// noArguments refuses arguments where a command takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := usagef("%s takes no arguments, but there is %q", cmd.CommandPath(), args[0])
	if cmd.Flags().Lookup("interface") != nil {
		return err.with("an interface is named by -i: %s -i %s", cmd.CommandPath(), args[0])
	}
	return err
}

// topic is a help text that is not about a command.
func topic(name, short, long string) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, Long: fmt.Sprintf("%s\n\n%s", short, strings.Trim(long, "\n"))}
}
