package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

// statusEvery is how long a status stays as it is.
const statusEvery = 500 * time.Millisecond

// statusLine is the last line of a terminal: what goes on at the moment. What is
// printed goes through it, so that both do not mix.
type statusLine struct {
	out   io.Writer // what happens
	err   io.Writer // the terminal of the status, nil for none
	width int
	shown bool
	at    time.Time // of the status that is shown
}

func newStatusLine(s *Streams, out io.Writer) *statusLine {
	l := &statusLine{out: out, width: s.columns()}
	if s.ErrTTY && s.Getenv("TERM") != "dumb" {
		l.err = s.ErrOut
	}
	return l
}

// Write prints above the status.
func (l *statusLine) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	l.clear()
	return l.out.Write(b)
}

// due reports whether it is time for a new status.
func (l *statusLine) due(now time.Time) bool { return l.err != nil && now.Sub(l.at) >= statusEvery }

// show puts a status in the place of the one that is there.
func (l *statusLine) show(now time.Time, text string) {
	if l.err == nil {
		return
	}
	l.at, l.shown = now, true
	if r := []rune(text); len(r) >= l.width {
		text = string(r[:l.width-1])
	}
	fmt.Fprintf(l.err, "\r\x1b[K%s", text)
}

// clear takes the status away.
func (l *statusLine) clear() {
	if l.err != nil && l.shown {
		fmt.Fprint(l.err, "\r\x1b[K")
		l.shown = false
		l.at = time.Time{}
	}
}

// counted is a number of things.
func counted(n int64, thing string) string {
	return humanize.Comma(n) + " " + english.PluralWord(int(min(n, 1<<31-1)), thing, "")
}
