package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// toolVersion is the version of the module that the program was built from, or
// "devel" where that is not a release.
func toolVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// revision is the commit that the program was built from, if it is known.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if commit == "" {
		return ""
	}
	return "commit " + commit + changed
}

func newVersion(s *Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		GroupID: groupMore,
		Short:   "Print the version",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			facts := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			if r := revision(); r != "" {
				facts = append([]string{r}, facts...)
			}
			_, err := fmt.Fprintf(s.Out, "ftpscope %s (%s)\n", toolVersion(), strings.Join(facts, ", "))
			return err
		},
	}
}
