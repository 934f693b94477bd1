package report

import (
	"io"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Stream writes the parts of a document as they become final, each on a line
// of its own.
type Stream struct {
	w       io.Writer
	builder Builder
	summary Summary
	tally   Tally
	err     error
}

// NewStream returns a stream that writes to w.
func NewStream(w io.Writer, b Builder) *Stream {
	return &Stream{w: w, builder: b}
}

// The lines of a stream.
type (
	sessionLine struct {
		Type string `json:"type" jsonschema:"enum=session"`
		*Session
	}
	findingLine struct {
		Type string `json:"type" jsonschema:"enum=finding"`
		*Finding
	}
	captureLine struct {
		Type string `json:"type" jsonschema:"enum=capture"`
		*Capture
	}
	summaryLine struct {
		Type string `json:"type" jsonschema:"enum=summary"`
		Summary
	}
)

// Session writes a session and the findings about it.
func (s *Stream) Session(one *session.Session, said diagnose.Explanation) {
	s.summary.Add(one)
	s.line(sessionLine{"session", s.builder.Session(one, said)})
	s.findings(one, said.Findings)
}

func (s *Stream) findings(of *session.Session, findings []*diagnose.Finding) {
	for _, f := range findings {
		s.tally.Add(f)
	}
	for _, f := range s.builder.Findings(of, findings) {
		s.line(findingLine{"finding", f})
	}
}

// Finish writes what is known at the end, and returns the first error of all
// that was written. Of what was said of the sessions it needs nothing any more.
func (s *Stream) Finish(captures []capture.Info, notices []Notice, said Explanations) error {
	s.findings(nil, said.Captures)
	for _, c := range s.builder.Captures(captures, notices, said.Vantages) {
		s.line(captureLine{"capture", c})
	}
	s.summary.Findings = s.tally.counts()
	s.line(summaryLine{"summary", s.summary})
	return s.err
}

// Err is the first error of all that was written.
func (s *Stream) Err() error { return s.err }

func (s *Stream) line(v any) {
	if s.err == nil {
		s.err = encode(s.w, v, "")
	}
}
