package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/term"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
)

// Streams are the program's three streams, and what is known of the terminal
// behind them.
type Streams struct {
	In     io.Reader
	Out    io.Writer
	ErrOut io.Writer
	InTTY  bool                // In is a terminal
	OutTTY bool                // Out is a terminal
	ErrTTY bool                // ErrOut is a terminal
	Getenv func(string) string //
	Width  int                 // columns of the terminal behind Out, 0 if not known
}

// System returns the streams of this process.
func System() *Streams {
	s := &Streams{
		In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr,
		InTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTTY: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTTY: term.IsTerminal(int(os.Stderr.Fd())),
		Getenv: os.Getenv,
	}
	if s.OutTTY {
		s.Width, _, _ = term.GetSize(int(os.Stdout.Fd()))
	}
	return s
}

// Narrower and wider windows than these get text of these widths.
const (
	minWidth = 40
	maxWidth = 240
)

// columns is how wide text should be: as the environment has it, else as wide
// as the terminal, else report.DefaultWidth.
func (s *Streams) columns() int {
	width := report.DefaultWidth
	if n, err := strconv.Atoi(s.Getenv("COLUMNS")); err == nil && n > 0 {
		width = n
	} else if s.Width > 0 {
		width = s.Width
	}
	return min(max(width, minWidth), maxWidth)
}

// When to use colour.
const (
	colourAuto   = "auto"
	colourAlways = "always"
	colourNever  = "never"
)

// colour reports whether text on Out should have colour.
func (s *Streams) colour(when string) bool {
	switch when {
	case colourAlways:
		return true
	case colourNever:
		return false
	}
	// https://no-color.org: present and not an empty string
	return s.OutTTY && s.Getenv("NO_COLOR") == "" && s.Getenv("TERM") != "dumb"
}

// say prints a line for the user.
func (s *Streams) say(format string, args ...any) {
	fmt.Fprintf(s.ErrOut, "ftpscope: %s\n", report.Escape(fmt.Sprintf(format, args...)))
}

// hint prints what the user can do.
func (s *Streams) hint(format string, args ...any) {
	fmt.Fprintf(s.ErrOut, "hint: %s\n", report.Escape(fmt.Sprintf(format, args...)))
}
