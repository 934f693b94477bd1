package report

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// asBuilt holds streams to what encoding/json makes of what a Builder builds.
type asBuilt struct {
	t       *testing.T
	streams []*Stream // with secrets and without; all sessions go through the same ones
	out     bytes.Buffer
}

func newAsBuilt(t *testing.T, b Builder) *asBuilt {
	x := &asBuilt{t: t}
	for _, b.ShowSecrets = range []bool{false, true} {
		x.streams = append(x.streams, NewStream(&x.out, b))
	}
	return x
}

func (x *asBuilt) check(s *session.Session, said diagnose.Explanation) {
	x.t.Helper()
	for _, stream := range x.streams {
		x.out.Reset()
		stream.Session(s, said)
		x.compare(stream, s, said.Findings, sessionLine{"session", stream.builder.Session(s, said)})
	}
}

// checkCaptures checks findings about no session.
func (x *asBuilt) checkCaptures(findings []*diagnose.Finding) {
	x.t.Helper()
	for _, stream := range x.streams {
		x.out.Reset()
		stream.encoder.masker = masker{}
		stream.findings(findings)
		x.compare(stream, nil, findings)
	}
}

func (x *asBuilt) compare(stream *Stream, s *session.Session, findings []*diagnose.Finding, lines ...any) {
	x.t.Helper()
	for _, f := range stream.builder.Findings(s, findings) {
		lines = append(lines, findingLine{"finding", f})
	}
	var want bytes.Buffer
	for _, line := range lines {
		if err := encode(&want, line, ""); err != nil {
			x.t.Fatal(err)
		}
	}
	// A value a line, so that the difference can be read.
	split := func(b *bytes.Buffer) []string { return strings.Split(b.String(), `,"`) }
	if want.String() != x.out.String() {
		x.t.Errorf("not as built, secrets shown: %t (-built +streamed):\n%s", stream.builder.ShowSecrets, cmp.Diff(split(&want), split(&x.out)))
	}
}

func (x *asBuilt) checkAll(sessions []*session.Session, said Explanations) {
	x.t.Helper()
	for _, s := range sessions {
		x.check(s, said.Sessions[s.ID])
	}
	x.checkCaptures(said.Captures)
}

// TestStreamAsBuilt: the stream writes what the document has.
func TestStreamAsBuilt(t *testing.T) {
	for name, scene := range scenes {
		t.Run("scene "+name, func(t *testing.T) {
			sc := scene()
			newAsBuilt(t, Builder{}).checkAll(sc.sessions, sc.result.Said)
		})
	}
	for name, scene := range comparisons {
		t.Run("comparison "+name, func(t *testing.T) {
			c := scene()
			newAsBuilt(t, Builder{witnesses: c.witnesses()}).checkAll(c.sessions(), c.said())
		})
	}
	for _, name := range samples.Names() {
		t.Run("sample "+name, func(t *testing.T) {
			pcap, err := samples.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			res := analyzed(t, pcap)
			newAsBuilt(t, Builder{}).checkAll(res.Sessions, res.Said)
		})
	}
}

// TestStreamCasesAsBuilt: with every finding that there is.
func TestStreamCasesAsBuilt(t *testing.T) {
	files, err := filepath.Glob("../../../../session/diagnose/testdata/*.fires*.ftp")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	x := newAsBuilt(t, Builder{})
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nsample ") {
			continue // which the test above has
		}
		pcap, err := samplestest.Compile(file, string(text))
		if err != nil {
			t.Fatal(err)
		}
		res := analyzed(t, pcap)
		x.checkAll(res.Sessions, res.Said)
		if t.Failed() {
			t.Fatal(file)
		}
	}
}

// failing is a writer that fails from its nth line on.
type failing struct{ n int }

func (w *failing) Write(b []byte) (int, error) {
	if w.n--; w.n < 0 {
		return 0, io.ErrShortWrite
	}
	if bytes.Count(b, []byte("\n")) != 1 || b[len(b)-1] != '\n' {
		panic("not a line")
	}
	return len(b), nil
}

// TestStreamError: each line is written at once, the first error stays, and
// nothing is written behind it.
func TestStreamError(t *testing.T) {
	for n := range 6 {
		w := &failing{n: n}
		sc := troubled()
		stream := NewStream(w, Builder{})
		for _, s := range sc.sessions[:2] {
			stream.Session(s, sc.result.Said.Sessions[s.ID])
		}
		if stream.Err() != io.ErrShortWrite || w.n != -1 {
			t.Errorf("after %d lines: error %v, %d more writes", n, stream.Err(), -w.n-1)
		}
		if err := stream.Finish(sc.result.Captures, nil, sc.result.Said); err != io.ErrShortWrite {
			t.Errorf("after %d lines: error %v at the end", n, err)
		}
	}
}

// TestStreamKeepsLittle: after a very long line its memory is let go.
func TestStreamKeepsLittle(t *testing.T) {
	s := plain("s1")
	s.Commands[0].Argument = strings.Repeat("x", maxKept)
	stream := NewStream(io.Discard, Builder{})
	stream.Session(s, diagnose.Explanation{})
	if n := cap(stream.encoder.out); n > maxKept {
		t.Errorf("%d bytes are kept", n)
	}
}

// TestStreamAllocs: a session like a million others costs no memory.
func TestStreamAllocs(t *testing.T) {
	sc := troubled()
	s := sc.sessions[0]
	said := sc.result.Said.Sessions[s.ID]
	stream := NewStream(io.Discard, Builder{})
	if n := testing.AllocsPerRun(100, func() { stream.Session(s, said) }); n > 0 {
		t.Errorf("%v allocations a session with %d findings, want none", n, len(said.Findings))
	}
	var summary Summary
	var worst Severity
	if n := testing.AllocsPerRun(100, func() {
		shown, _ := Filter{}.Apply(s, said)
		worst = max(worst, SeverityOf(shown))
		if LostToSnap(s) {
			worst = SeverityError
		}
		summary.Add(s)
	}); n > 0 {
		t.Errorf("%v allocations to judge a session, want none", n)
	}
}
