package report

import (
	"image/color"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/session"
)

// A style dresses a piece of text. Colour is never the only thing that tells.
type style func(string) string

// styles are the ways in which the text dresses what it says. Only the sixteen
// colours of the terminal's own palette are used, so it fits dark and light.
type styles struct {
	plain, strong, faint, good, fair, bad style
}

func newStyles(colour bool) styles {
	if !colour {
		plain := func(s string) string { return s }
		return styles{plain, plain, plain, plain, plain, plain}
	}
	base := lipgloss.NewStyle()
	paint := func(c color.Color) style { return dress(base.Foreground(c)) }
	return styles{
		plain:  dress(base),
		strong: dress(base.Bold(true)),
		faint:  dress(base.Faint(true)),
		good:   paint(lipgloss.Green),
		fair:   paint(lipgloss.Yellow),
		bad:    dress(base.Foreground(lipgloss.Red).Bold(true)),
	}
}

func dress(s lipgloss.Style) style {
	return func(text string) string {
		if text == "" {
			return ""
		}
		return s.Render(text)
	}
}

func (s styles) outcome(o session.Outcome) style {
	return s.severity(SeverityOfOutcome(o))
}

func (s styles) severity(v Severity) style {
	switch v {
	case SeverityNone:
		return s.good
	case SeverityError:
		return s.bad
	}
	return s.fair
}
