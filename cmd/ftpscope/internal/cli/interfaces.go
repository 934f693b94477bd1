package cli

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
)

// newInterfaces makes the command; list is where interfaces come from in place of
// live.Interfaces, for tests.
func newInterfaces(s *Streams, list func() ([]live.Interface, error)) *cobra.Command {
	if list == nil {
		list = live.Interfaces
	}
	format := ""
	cmd := &cobra.Command{
		Use:     "interfaces",
		GroupID: groupMain,
		Short:   "List network interfaces, and whether you may capture from them",
		Long: `Interfaces lists the network interfaces of this host, with their state, what
their frames look like, their addresses, and whether this user may capture
from them. Where not, it says what to do about it.

"any", which only Linux has, is all of them at once: it shows on which one a
packet passed, and often shows it twice, as it comes and as it goes.`,
		Example: `  ftpscope interfaces
  ftpscope interfaces --format json`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			all, err := list()
			if err != nil {
				return err
			}
			if format == formatJSON {
				return interfacesJSON(s, all)
			}
			return interfacesText(s, all)
		},
	}
	choiceFlag(cmd, &format, "format", "format of the list", formatText, formatJSON)
	return cmd
}

// interfaceJSON is what programs are told of an interface.
type interfaceJSON struct {
	Name       string         `json:"name"`
	Index      int            `json:"index"`
	Up         bool           `json:"up"`
	Running    bool           `json:"running"`
	Loopback   bool           `json:"loopback"`
	LinkType   string         `json:"link_type"`
	Addresses  []netip.Prefix `json:"addresses"`
	MayCapture bool           `json:"may_capture"`
	Hint       *string        `json:"hint"`
}

func interfacesJSON(s *Streams, all []live.Interface) error {
	doc := struct {
		Interfaces []interfaceJSON `json:"interfaces"`
	}{make([]interfaceJSON, 0, len(all))}
	for _, i := range all {
		out := interfaceJSON{
			Name: report.UTF8(i.Name), Index: i.Index, Up: i.Up, Running: i.Running, Loopback: i.Loopback,
			LinkType: i.LinkType.String(), Addresses: slices.Concat([]netip.Prefix{}, i.Addresses), MayCapture: i.MayCapture,
		}
		if i.Hint != "" {
			out.Hint = &i.Hint
		}
		doc.Interfaces = append(doc.Interfaces, out)
	}
	enc := json.NewEncoder(s.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

// interfacesText prints a table, each further address on a line of its own, and
// on standard error what to do about those that can't be captured from.
func interfacesText(s *Streams, all []live.Interface) error {
	rows := [][]string{{"name", "state", "link", "capture", "addresses"}}
	var missing []string // hints, each once
	for _, i := range all {
		may := "yes"
		if !i.MayCapture {
			may = "no"
			if !slices.Contains(missing, i.Hint) {
				missing = append(missing, i.Hint)
			}
		}
		row := []string{report.Escape(i.Name), interfaceState(i), interfaceLink(i), may, ""}
		if i.Name == live.Any {
			row[4] = "all of the above"
		}
		for n, a := range i.Addresses {
			if n > 0 {
				rows, row = append(rows, row), make([]string, len(row))
			}
			row[4] = a.String()
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if _, err := s.Out.Write([]byte(b.String())); err != nil {
		return err
	}
	for _, hint := range missing {
		for line := range strings.SplitSeq(hint, "\n") {
			s.hint("%s", line)
		}
	}
	return nil
}

// interfaceState is a word for how an interface is.
func interfaceState(i live.Interface) string {
	switch {
	case i.Name == live.Any:
		return "-"
	case !i.Up:
		return "down"
	case !i.Running:
		return "no carrier"
	}
	return "up"
}

// interfaceLink is a word for what the frames look like.
func interfaceLink(i live.Interface) string {
	if i.Loopback {
		return "loopback"
	}
	return i.LinkType.String()
}

// completesInterfaces completes a flag with the names of interfaces.
func completesInterfaces(cmd *cobra.Command, name string) {
	err := cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		all, err := live.Interfaces()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var words []string
		for _, i := range all {
			about := interfaceState(i)
			if len(i.Addresses) > 0 {
				about += ", " + i.Addresses[0].String()
			}
			words = append(words, cobra.CompletionWithDesc(i.Name, about))
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag was just added
	}
}
