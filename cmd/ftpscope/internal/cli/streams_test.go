package cli

import (
	"bytes"
	"strings"
	"testing"
)

// testStreams returns streams over buffers, with an environment of
// alternating names and values.
func testStreams(in string, env ...string) (s *Streams, out, errOut *bytes.Buffer) {
	out, errOut = new(bytes.Buffer), new(bytes.Buffer)
	return &Streams{In: strings.NewReader(in), Out: out, ErrOut: errOut, Getenv: func(name string) string {
		for i := 0; i+1 < len(env); i += 2 {
			if env[i] == name {
				return env[i+1]
			}
		}
		return ""
	}}, out, errOut
}

func TestColour(t *testing.T) {
	for _, tt := range []struct {
		name string
		when string
		tty  bool
		env  []string
		want bool
	}{
		{"a terminal", colourAuto, true, nil, true},
		{"a pipe", colourAuto, false, nil, false},
		{"NO_COLOR", colourAuto, true, []string{"NO_COLOR", "1"}, false},
		{"an empty NO_COLOR does not count", colourAuto, true, []string{"NO_COLOR", ""}, true},
		{"a dumb terminal", colourAuto, true, []string{"TERM", "dumb"}, false},
		{"the flag wins over NO_COLOR", colourAlways, false, []string{"NO_COLOR", "1"}, true},
		{"never", colourNever, true, nil, false},
	} {
		s, _, _ := testStreams("", tt.env...)
		s.OutTTY = tt.tty
		if got := s.colour(tt.when); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		width int
		env   string
		want  int
	}{
		{"not a terminal", 0, "", 80},
		{"a terminal", 132, "", 132},
		{"COLUMNS wins", 132, "100", 100},
		{"nonsense in COLUMNS", 132, "wide", 132},
		{"too narrow to write", 10, "", minWidth},
		{"too wide to read", 1000, "", maxWidth},
	} {
		s, _, _ := testStreams("", "COLUMNS", tt.env)
		s.Width = tt.width
		if got := s.columns(); got != tt.want {
			t.Errorf("%s: %d columns, want %d", tt.name, got, tt.want)
		}
	}
}

// TestTerminalIn: a terminal is no capture.
func TestTerminalIn(t *testing.T) {
	s, out, errOut := testStreams("")
	s.InTTY = true
	if got := Main([]string{"analyze", "-"}, s); got != exitUsage || out.Len() > 0 || !strings.Contains(errOut.String(), "hint: pipe a capture") {
		t.Errorf("exit status %d: %s%s", got, out, errOut)
	}
	errOut.Reset()
	if got := Main([]string{"demo"}, s); got != 0 {
		t.Errorf("a sample: exit status %d: %s", got, errOut)
	}
}
