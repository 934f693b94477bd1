package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// report is what was said in NDJSON.
type report struct {
	sessions []liveSession
	lines    []map[string]any // all that analyze says as well
}

// liveSession is what these tests read of a session.
type liveSession struct {
	Control struct {
		Client, Server struct {
			Address string
			Port    int
		}
	}
	Transfers []liveTransfer
}

// liveTransfer is what these tests read of a transfer.
type liveTransfer struct {
	Mode, Outcome string
	Direction     *string
	Data          *struct{ Bytes int64 }
	Command       *struct{ Verb, Argument string }
	Reply         *struct{ Code int }
}

func (tr liveTransfer) fate() fate {
	all := fate{mode: tr.Mode, outcome: tr.Outcome}
	if tr.Direction != nil {
		all.direction = *tr.Direction
	}
	if tr.Data != nil {
		all.bytes = tr.Data.Bytes
	}
	return all
}

// readReport reads NDJSON, of sniff or of analyze. What sniff says before it is
// final (opened, transfer, failure) is left out: it comes again.
func readReport(t *testing.T, ndjson []byte) (all report) {
	t.Helper()
	for text := range bytes.Lines(ndjson) {
		var line map[string]any
		if err := json.Unmarshal(text, &line); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		switch line["type"] {
		case "session":
			var one liveSession
			if err := json.Unmarshal(text, &one); err != nil {
				t.Fatal(err)
			}
			all.sessions = append(all.sessions, one)
			all.lines = append(all.lines, line)
		case "finding", "capture", "summary":
			all.lines = append(all.lines, line)
		}
	}
	if len(all.sessions) == 0 {
		t.Fatalf("no sessions in %q", ndjson)
	}
	return all
}

// ofCapture is what of a capture line tells how it was taken, not what it holds.
var ofCapture = []string{"name", "format", "bytes", "drops"}

// ofNumbering is the numbers of frames and what is counted in frames: a recording
// holds only the packets that matter.
var ofNumbering = []string{"frame", "frames", "first_frame", "last_frame", "filter"}

// plain is the lines of the report by what they are about, without the named fields:
// sessions are written as they end, and two that end at once in either order.
func (r report) plain(without ...string) map[string]any {
	all := make(map[string]any)
	for _, line := range r.lines {
		line := strip(line, without).(map[string]any)
		if line["type"] == "capture" {
			line = strip(line, ofCapture).(map[string]any)
		}
		all[fmt.Sprint(line["type"], " ", line["id"])] = line
	}
	return all
}

// sameMoment lets times, and durations in texts, differ by what two captures of the
// same packet may: each packet socket of the kernel asks the clock for itself.
var sameMoment = cmp.Comparer(func(a, b string) bool {
	if a == b {
		return true
	}
	at, err1 := time.Parse(time.RFC3339Nano, a)
	bt, err2 := time.Parse(time.RFC3339Nano, b)
	if err1 == nil && err2 == nil {
		return at.Sub(bt).Abs() <= momentApart
	}
	if durations.ReplaceAllString(a, "") != durations.ReplaceAllString(b, "") {
		return false
	}
	as, bs := durations.FindAllString(a, -1), durations.FindAllString(b, -1)
	for i := range as {
		ad, err1 := time.ParseDuration(strings.ReplaceAll(as[i], " ", ""))
		bd, err2 := time.ParseDuration(strings.ReplaceAll(bs[i], " ", ""))
		if err1 != nil || err2 != nil || (ad-bd).Abs() > momentApart {
			return false
		}
	}
	return true
})

// momentApart is how far two captures may be apart about a packet: more than that a
// virtual machine is seldom stopped. A text has three digits: 50 ms of 10 s and more.
const momentApart = 50 * time.Millisecond

// durations is how a text writes them.
var durations = regexp.MustCompile(`\b\d+(\.\d+)? (ns|µs|ms|s)\b`)

// strip is a copy of what JSON holds without the named fields.
func strip(v any, names []string) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, one := range v {
			if !slices.Contains(names, k) {
				m[k] = strip(one, names)
			}
		}
		return m
	case []any:
		all := make([]any, len(v))
		for i, one := range v {
			all[i] = strip(one, names)
		}
		return all
	}
	return v
}

// checkSame holds what was said live to what is said of the recording: every field,
// but for the name, format and size of the capture.
func checkSame(t *testing.T, r *recorder, recorded report) {
	live := readReport(t, r.said(t))
	if diff := cmp.Diff(recorded.plain(), live.plain(), sameMoment); diff != "" {
		t.Errorf("of the recording (-) and live (+):\n%s", diff)
	}
	if r.record == "" {
		return
	}
	again := r.point.analyze(t, r.record)
	if diff := cmp.Diff(recorded.plain(ofNumbering...), again.plain(ofNumbering...), sameMoment); diff != "" {
		t.Errorf("of tcpdump's recording (-) and that of sniff (+), without numbers of frames:\n%s", diff)
	}
}

// checkThin holds what is said where the bulk of the data stays in the kernel to what
// is said of the recording: modes, outcomes, byte counts and
// errors; other findings may be missing, and none may be added. It was not told where it captures, and has to have found out.
func checkThin(t *testing.T, r *recorder, recorded report) {
	live := readReport(t, r.said(t))
	if diff := cmp.Diff(recorded.outlines(), live.outlines()); diff != "" {
		t.Errorf("of the recording (-) and live (+):\n%s", diff)
	}
	known := recorded.codes()
	for _, code := range live.codes() {
		if !slices.Contains(known, code) {
			t.Errorf("%s is said, which is not so", code)
		}
	}
	if side := live.side(); r.point.vantage != "" && side != r.point.vantage {
		t.Errorf("captured at %q, want %q", side, r.point.vantage)
	}
}

// side is where the capture was taken, as the report has it.
func (r report) side() string {
	for _, line := range r.lines {
		if vantage, ok := line["vantage"].(map[string]any); ok && line["type"] == "capture" {
			return fmt.Sprint(vantage["side"])
		}
	}
	return ""
}

// codes is those of all findings.
func (r report) codes() (all []string) {
	for _, line := range r.lines {
		if line["type"] == "finding" {
			all = append(all, fmt.Sprint(line["code"]))
		}
	}
	return all
}

// outlines is a line for each transfer, and one for each error that was found.
func (r report) outlines() (all []string) {
	for _, s := range r.sessions {
		for i, tr := range s.Transfers {
			line := fmt.Sprintf("%s:%d transfer %d: %+v", s.Control.Client.Address, s.Control.Client.Port, i+1, tr.fate())
			if tr.Command != nil {
				line += " " + tr.Command.Verb + " " + tr.Command.Argument
			}
			if tr.Reply != nil {
				line += fmt.Sprint(" ", tr.Reply.Code)
			}
			all = append(all, line)
		}
	}
	for _, line := range r.lines {
		if line["type"] == "finding" && line["severity"] == "error" && line["session"] != nil {
			all = append(all, strings.Join([]string{"error", fmt.Sprint(line["session"]), fmt.Sprint(line["code"]), fmt.Sprint(line["transfers"])}, " "))
		}
	}
	slices.Sort(all)
	return all
}
