package diagnose_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// report is what a capture came to.
type report struct {
	sessions  []*session.Session
	explained []diagnose.Explanation // of each session
	findings  []*diagnose.Finding    // of all sessions, and of the capture
	vantages  []diagnose.Vantage
	captures  []diagnose.Capture // as they are known at the end
}

// taken is a capture in memory.
type taken struct {
	frames   []capture.Frame
	captures []diagnose.Capture // without facts
	thin     bool               // most packets of data connections are not in it
}

func read(t testing.TB, pcap []byte) taken {
	t.Helper()
	src, err := capture.Open([]string{"-"}, capture.Options{Stdin: bytes.NewReader(pcap)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var c taken
	for f, err := range src.Frames(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		kept := *f
		kept.Data = bytes.Clone(f.Data)
		c.frames = append(c.frames, kept)
	}
	for _, info := range src.Info() {
		c.captures = append(c.captures, diagnose.Capture{Name: info.Name, Filters: info.Filters, Drops: info.Drops, Complete: len(info.Problems) == 0})
	}
	return c
}

// analyze reads a capture and explains it.
func analyze(t *testing.T, pcap []byte, config diagnose.Config) report {
	t.Helper()
	return read(t, pcap).explain(config)
}

// explain says what there is to say about the capture.
func (c taken) explain(config diagnose.Config) report {
	tracker := session.New(session.Config{})
	decoder := decode.New(decode.Config{}, tracker)
	for i := range c.captures {
		if c.thin {
			decoder.Thin(i)
		}
	}
	engine := diagnose.New(config)
	captures := func() []diagnose.Capture {
		out := slices.Clone(c.captures)
		for i, facts := range decoder.Captures() {
			out[i].CaptureFacts = facts
		}
		return out
	}
	var r report
	emit := func(s *session.Session) {
		e := engine.Session(s, &captures()[s.First.Capture])
		r.sessions = append(r.sessions, s)
		r.explained = append(r.explained, e)
		r.findings = append(r.findings, e.Findings...)
	}
	handle := func(ev *ftp.Event) { tracker.Handle(ev, emit) }
	for _, f := range c.frames {
		decoder.Decode(&f, handle)
	}
	decoder.Finish(handle)
	tracker.Finish(emit)
	r.captures = captures()
	last, vantages := engine.Finish(r.captures)
	r.findings, r.vantages = append(r.findings, last...), vantages
	return r
}

// A testCase is a dialogue in testdata, CODE.fires….ftp or CODE.near….ftp, whose
// comments say what is to be found in it:
//
//	# want CODE SEVERITY WHERE OBSERVATION/LOCATION/CAUSE [TRANSFERS]
//	# not CODE
//	# says CODE TEXT
//	# never TEXT
//	# vantage SIDE
//
// A file whose only other line is "sample NAME" is about that sample. * stands
// for anything.
type testCase struct {
	file    string
	want    [][]string
	not     []string
	says    [][2]string // code, part of one of its texts
	never   []string    // part of no text
	config  diagnose.Config
	capture []byte
}

func readCase(t *testing.T, file string) testCase {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{file: file}
	var rest []string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(strings.TrimPrefix(line, "#"))
		switch {
		case strings.HasPrefix(line, "# want "):
			c.want = append(c.want, words[1:])
		case strings.HasPrefix(line, "# not "):
			c.not = append(c.not, words[1:]...)
		case strings.HasPrefix(line, "# says "):
			code, part, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "# says ")), " ")
			c.says = append(c.says, [2]string{code, part})
		case strings.HasPrefix(line, "# never "):
			c.never = append(c.never, strings.TrimSpace(strings.TrimPrefix(line, "# never ")))
		case strings.HasPrefix(line, "# vantage "):
			c.config.Vantage = diagnose.Side(words[1])
		case !strings.HasPrefix(line, "#") && len(words) > 0:
			rest = append(rest, line)
		}
	}
	if len(rest) == 1 {
		if name, ok := strings.CutPrefix(strings.TrimSpace(rest[0]), "sample "); ok {
			if c.capture, err = samples.Open(name); err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	if c.capture, err = samplestest.Compile(file, string(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

// fields are those of a want line that a finding has.
func fields(f *diagnose.Finding) []string {
	confidences := []string{string(f.Observation.Confidence), string(f.Location.Confidence), string(f.Cause.Confidence)}
	return append([]string{string(f.Code), string(f.Severity), string(f.Location.Where), strings.Join(confidences, "/")}, f.Transfers...)
}

func matches(want, got []string) bool {
	for i, w := range want {
		if i >= len(got) || w != "*" && w != got[i] {
			return false
		}
	}
	return len(want) <= 4 || len(want) == len(got)
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".ftp"), func(t *testing.T) {
			c := readCase(t, file)
			if len(c.want)+len(c.not)+len(c.says)+len(c.never) == 0 {
				t.Fatal("nothing is wanted")
			}
			r := analyze(t, c.capture, c.config)
			checkAll(t, r)
			var all []string
			for _, f := range r.findings {
				all = append(all, strings.Join(fields(f), " "))
				if slices.Contains(c.not, string(f.Code)) {
					t.Errorf("%s is not to be found: %s\n  %s", f.Code, f.Headline, strings.Join(fields(f), " "))
				}
			}
			for _, says := range c.says {
				said := func(text string) bool { return strings.Contains(text, says[1]) }
				if !slices.ContainsFunc(r.findings, func(f *diagnose.Finding) bool {
					return string(f.Code) == says[0] && slices.ContainsFunc(texts(f), said)
				}) {
					t.Errorf("%s does not say %q", says[0], says[1])
				}
			}
			for _, f := range r.findings {
				for _, text := range texts(f) {
					if i := slices.IndexFunc(c.never, func(part string) bool { return strings.Contains(text, part) }); i >= 0 {
						t.Errorf("%s says %q: %s", f.Code, c.never[i], text)
					}
				}
			}
			for _, want := range c.want {
				if !slices.ContainsFunc(r.findings, func(f *diagnose.Finding) bool { return matches(want, fields(f)) }) {
					t.Errorf("not found: %s\nfound:\n  %s", strings.Join(want, " "), strings.Join(all, "\n  "))
				}
			}
		})
	}
}

// texts are all that a finding says.
func texts(f *diagnose.Finding) []string {
	out := append([]string{f.Headline, f.Observation.Text, f.Location.Text, f.Cause.Text, f.Next, f.Filter}, f.Unknown...)
	for _, ev := range f.Evidence {
		out = append(out, ev.Text)
	}
	for _, r := range f.Remedies {
		out = append(out, r.Text)
	}
	return out
}

// checkAll holds findings to what every finding must be.
func checkAll(t *testing.T, r report) {
	t.Helper()
	outcome := make(map[string]session.Outcome)
	for _, s := range r.sessions {
		for _, tr := range s.Transfers {
			outcome[tr.ID] = tr.Outcome
		}
	}
	ids := make(map[string]bool)
	for _, f := range r.findings {
		if f.ID == "" || ids[f.ID] {
			t.Errorf("%s: id %q", f.Code, f.ID)
		}
		ids[f.ID] = true
		for _, id := range f.Transfers {
			if o, ok := outcome[id]; !ok || o == session.OutcomeCompleted && f.Severity == diagnose.Error {
				t.Errorf("%s (%s) is about %s, which is %q", f.Code, f.Severity, id, o)
			}
		}
		for what, text := range map[string]string{"headline": f.Headline, "observation": f.Observation.Text, "location": f.Location.Text, "cause": f.Cause.Text} {
			if text == "" {
				t.Errorf("%s: no %s", f.Code, what)
			}
			if strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s ends with a full stop: %q", f.Code, what, text)
			}
			if strings.Contains(text, "%!") {
				t.Errorf("%s: %s: %q", f.Code, what, text)
			}
		}
		if len(f.Headline) > 100 {
			t.Errorf("%s: the headline is %d characters long: %q", f.Code, len(f.Headline), f.Headline)
		}
		if f.Location.Where == "" || f.Observation.Confidence == "" || f.Location.Confidence == "" || f.Cause.Confidence == "" || f.Severity == "" || f.Count == 0 {
			t.Errorf("%s is not whole: %+v", f.Code, f)
		}
		checkModest(t, f)
		if f.Session != "" && len(f.Evidence) == 0 {
			t.Errorf("%s: no evidence", f.Code)
		}
		for _, ev := range f.Evidence {
			if ev.Frame == 0 || ev.Text == "" {
				t.Errorf("%s: evidence %+v", f.Code, ev)
			}
		}
	}
	for _, f := range r.findings {
		for _, id := range append(slices.Clone(f.Because), f.Withdraws...) {
			if !ids[id] {
				t.Errorf("%s: no finding %s", f.Code, id)
			}
		}
	}
}

// absent are codes that rest on what was not seen.
var absent = []diagnose.Code{
	diagnose.PassiveUnanswered, diagnose.PassiveNoAttempt, diagnose.ActiveUnanswered, diagnose.ActiveNeverSeen, diagnose.HandshakeNotCompleted,
}

// checkModest wants no place that is certain by absence alone, and nothing of
// firewalls in what is wrong with captures.
func checkModest(t *testing.T, f *diagnose.Finding) {
	t.Helper()
	if slices.Contains(absent, f.Code) && (f.Location.Confidence == diagnose.Certain || f.Cause.Confidence == diagnose.Certain) {
		t.Errorf("%s is %s where and %s why", f.Code, f.Location.Confidence, f.Cause.Confidence)
	}
	if !strings.HasPrefix(string(f.Code), "capture-") {
		return
	}
	texts := append([]string{f.Headline, f.Location.Text, f.Cause.Text, f.Next}, f.Unknown...)
	for _, r := range f.Remedies {
		texts = append(texts, r.Text)
	}
	for _, text := range texts {
		if strings.Contains(text, "firewall") || strings.Contains(text, "packet filter") || strings.Contains(text, "blocked") {
			t.Errorf("%s says %q", f.Code, text)
		}
	}
}

// TestSamples holds what is said of every sample to what must hold for all.
func TestSamples(t *testing.T) {
	for _, name := range samples.Names() {
		t.Run(name, func(t *testing.T) {
			pcap, err := samples.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			checkAll(t, analyze(t, pcap, diagnose.Config{}))
		})
	}
}

// TestEachCode wants a case in which each code is found, and one in which it is
// not though it nearly would be.
func TestEachCode(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range diagnose.Codes() {
		fires, near := false, false
		for _, file := range files {
			c := readCase(t, file)
			name, about, _ := strings.Cut(filepath.Base(file), ".")
			if name != string(code) {
				continue
			}
			fires = fires || strings.HasPrefix(about, "fires") && slices.ContainsFunc(c.want, func(w []string) bool { return w[0] == name })
			near = near || strings.HasPrefix(about, "near") && slices.Contains(c.not, name)
		}
		if !fires || !near {
			t.Errorf("%s: found in a case %t, nearly found in another %t", code, fires, near)
		}
	}
}
