package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is a flag that takes one of some words.
type choice struct {
	word  *string
	words []string
}

func (c choice) String() string { return *c.word }

// Type lists the words; of many of them the usage has to.
func (c choice) Type() string {
	if all := strings.Join(c.words, "|"); len(all) <= maxChoice {
		return all
	}
	return "WORD"
}

// maxChoice is the width up to which help shows the words in the place of a
// flag's value.
const maxChoice = 40

func (c choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("it is one of %s", strings.Join(c.words, ", "))
	}
	*c.word = s
	return nil
}

// choiceFlag adds a flag that takes one of some words, the first by default.
func choiceFlag(cmd *cobra.Command, word *string, name, usage string, words ...string) {
	*word = words[0]
	cmd.Flags().Var(choice{word, words}, name, usage)
	err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag was just added
	}
}

// ports is a flag that takes TCP ports.
type ports []uint16

func (p *ports) String() string {
	var words []string
	for _, n := range *p {
		words = append(words, strconv.Itoa(int(n)))
	}
	return strings.Join(words, ",")
}

func (p *ports) Type() string { return "N" }

func (p *ports) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("a port is a number from 1 to 65535")
		}
		*p = append(*p, uint16(n))
	}
	return nil
}

// sessionIDs is a flag that takes names of sessions.
type sessionIDs []string

func (v *sessionIDs) String() string { return strings.Join(*v, ",") }
func (v *sessionIDs) Type() string   { return "NAME" }

func (v *sessionIDs) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		number, ok := strings.CutPrefix(word, "s")
		if n, err := strconv.ParseUint(number, 10, 63); !ok || err != nil || "s"+strconv.FormatUint(n, 10) != word {
			return fmt.Errorf("sessions are named s1, s2, …")
		}
		*v = append(*v, word)
	}
	return nil
}

// moment is a flag that takes a time.
type moment time.Time

// momentLayouts are the forms in which a time may be given; UTC where it says
// nothing else.
var momentLayouts = []string{
	time.DateTime, "2006-01-02 15:04", time.DateOnly,
	"2006-01-02T15:04:05", "2006-01-02T15:04", time.RFC3339, "2006-01-02T15:04Z07:00",
}

func (m *moment) String() string {
	if time.Time(*m).IsZero() {
		return ""
	}
	return time.Time(*m).Format(time.RFC3339Nano)
}

func (m *moment) Type() string { return "TIME" }

func (m *moment) Set(s string) error {
	for _, layout := range momentLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			*m = moment(t.UTC())
			return nil
		}
	}
	return fmt.Errorf("a time is one of 2026-01-02, \"2026-01-02 03:04\", \"2026-01-02 03:04:05\", the same with T for the blank (all UTC), or 2026-01-02T03:04:05+01:00")
}

// fileName is a flag that takes the name of a file.
type fileName string

func (n *fileName) String() string { return string(*n) }
func (n *fileName) Type() string   { return "FILE" }

func (n *fileName) Set(s string) error {
	*n = fileName(s)
	return nil
}

var _, _, _, _, _ pflag.Value = choice{}, (*ports)(nil), (*sessionIDs)(nil), (*moment)(nil), (*fileName)(nil)

// completesNothing is for flags whose values nobody can guess: file names would
// be wrong.
func completesNothing(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if err := cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions); err != nil {
			panic(err) // the flag was just added
		}
	}
}
