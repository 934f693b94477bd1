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
	encoder encoder
	err     error
}

// maxKept bounds the memory that is kept for the next line, in bytes.
const maxKept = 1 << 20

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
	s.encoder.masker.reset(one, !s.builder.ShowSecrets, s.builder.witnesses[one.ID])
	s.encoder.session(one, said)
	s.flush()
	s.findings(said.Findings)
}

func (s *Stream) findings(findings []*diagnose.Finding) {
	for _, f := range findings {
		s.tally.Add(f)
		s.encoder.finding(f)
		s.flush()
	}
}

// flush writes the line that was encoded.
func (s *Stream) flush() {
	e := &s.encoder
	if s.err == nil {
		_, s.err = s.w.Write(e.out)
	}
	if e.out = e.out[:0]; cap(e.out) > maxKept {
		e.out = nil
	}
}

// Finish writes what is known at the end, and returns the first error of all
// that was written. Of what was said of the sessions it needs nothing any more.
func (s *Stream) Finish(captures []capture.Info, notices []Notice, said Explanations) error {
	s.encoder.masker = masker{} // these are of no session
	s.findings(said.Captures)
	for _, c := range s.builder.Captures(captures, notices, said.Vantages) {
		s.line(captureLine{"capture", c})
	}
	s.summary.Findings = s.tally.counts()
	s.line(summaryLine{"summary", s.summary})
	return s.err
}

// Err is the first error of all that was written.
func (s *Stream) Err() error { return s.err }

// line writes something of which there is little.
func (s *Stream) line(v any) {
	if s.err == nil {
		s.err = encode(s.w, v, "")
	}
}
