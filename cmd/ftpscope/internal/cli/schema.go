package cli

import (
	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
)

func newSchema(s *Streams) *cobra.Command {
	format := ""
	cmd := &cobra.Command{
		Use:     "schema",
		GroupID: groupMore,
		Short:   "Print the JSON Schema of the report",
		Long: `Schema prints the JSON Schema (draft 2020-12) of what "analyze --format json"
and "compare --format json" print, or with --format ndjson that of each line of
the stream.`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if format == formatNDJSON {
				return report.EncodeSchema(s.Out, report.LineSchema())
			}
			return report.EncodeSchema(s.Out, report.Schema())
		},
	}
	choiceFlag(cmd, &format, "format", "the format that the schema is of", formatJSON, formatNDJSON)
	return cmd
}
