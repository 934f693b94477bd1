package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/samples"
)

// TestStdin: a file on standard input is read as a file, so its size serves the
// bar; anything else ends with the context.
func TestStdin(t *testing.T) {
	data, err := samples.Open("classic-active")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if in, endless := stdin(t.Context(), f); in != f || endless {
		t.Errorf("a file: %T, endless %t", in, endless)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if in, endless := stdin(t.Context(), r); in == r || !endless {
		t.Errorf("a pipe: %T, endless %t", in, endless)
	}
	s, out, errOut := testStreams("")
	s.In, s.ErrTTY = f, true
	if got := Main([]string{"analyze", "-"}, s); got != 0 || !strings.Contains(out.String(), "standard input   ") {
		t.Errorf("exit status %d: %s%s", got, out, errOut)
	}
}

// TestProgressOfFile: of a file the bar shows how much of it was read.
func TestProgressOfFile(t *testing.T) {
	var errOut bytes.Buffer
	p := newProgress(&Streams{ErrOut: &errOut, ErrTTY: true, Getenv: func(string) string { return "" }}, false)
	p.started = time.Now().Add(-progressAfter)
	p.update(250, 1000)
	p.stop()
	if !strings.Contains(errOut.String(), "25%") {
		t.Errorf("no percentage: %q", errOut.String())
	}
}
