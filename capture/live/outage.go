package live

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// The codes of a capture.Problem of a live capture.
const (
	// CodeDown: the interface was set down, so nothing was captured.
	CodeDown = "interface-down"
	// CodeGone: the interface vanished.
	CodeGone = "interface-gone"
)

// maxProblems is how many problems an Info holds.
const maxProblems = 100

// outage follows how an interface goes and comes back. It becomes a problem of
// the capture when it is over.
type outage struct {
	name   string
	state  State
	gone   bool      // it vanished in the meantime
	since  time.Time // when it went
	events int64
}

// change notes a state that is not the one before.
func (o *outage) change(in *capture.Info, state State, now time.Time) Event {
	was, text := o.state, ""
	o.state = state
	if was == StateUp {
		o.since, o.gone = now, false
	}
	switch state {
	case StateUp:
		text = fmt.Sprintf("%s is back, after %v", o.name, now.Sub(o.since).Round(10*time.Millisecond))
		o.problem(in, fmt.Sprintf("%s from %s to %s: nothing could be captured in between", o.what(), clock(o.since), clock(now)))
	case StateDown:
		text = o.name + " went down"
		if was == StateGone {
			text = o.name + " is there again, and down"
		}
	case StateGone:
		text = o.name + " vanished"
		o.gone = true
	}
	o.events++
	return Event{Number: o.events, Time: now.UTC(), State: state, Message: text}
}

// end makes a problem of an outage that the capture ends in.
func (o *outage) end(in *capture.Info, because error) {
	if o.state == StateUp {
		return
	}
	text := fmt.Sprintf("%s at %s, and the capture ends there", o.what(), clock(o.since))
	if because != nil {
		text += fmt.Sprintf(": %v", because)
	}
	o.problem(in, text)
}

func (o *outage) what() string {
	if o.gone {
		return o.name + " was gone"
	}
	return o.name + " was down"
}

func (o *outage) problem(in *capture.Info, text string) {
	code := CodeDown
	if o.gone {
		code = CodeGone
	}
	if len(in.Problems) < maxProblems {
		in.Problems = append(in.Problems, capture.Problem{Code: code, Message: text, Frame: in.Packets})
	}
}

// clock is a time as problems have it, to milliseconds.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
