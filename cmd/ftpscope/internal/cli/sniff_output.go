package cli

import (
	"io"
	"os"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
)

// openLive opens where the words go while they are said: standard output, or a file
// that is written in place, so that it can be read meanwhile. done closes it, and may
// be called twice.
func openLive(s *Streams, name string) (out io.Writer, done func() error, err error) {
	if name == "-" {
		return s.Out, func() error { return nil }, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, nil, &notWritten{err}
	}
	return f, func() error {
		if f == nil {
			return nil
		}
		err := f.Close()
		f = nil
		return err
	}, nil
}

// notWritten is that the file for what happens could not be opened.
type notWritten struct{ err error }

func (e *notWritten) Error() string { return e.err.Error() }
func (e *notWritten) Unwrap() error { return e.err }

// liveText says how text looks.
func (o *sniffOptions) liveText() report.Text {
	text := report.Text{Width: report.DefaultWidth, Colour: o.colour == colourAlways, ShowSecrets: o.showSecrets}
	if o.output == "-" {
		text.Colour, text.Width = o.streams.colour(o.colour), o.streams.columns()
	}
	return text
}
