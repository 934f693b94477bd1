package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/cli"
	"github.com/ftpscope/ftpscope/samples/workload"
)

// made writes a workload into a file.
func made(t testing.TB, name string, scale float64) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".pcap")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := workload.Write(f, name, scale); err != nil {
		t.Fatal(err)
	}
	return file
}

// line is what these tests read of a line of NDJSON.
type line struct {
	Type      string
	Login     string
	Sessions  int
	Transfers json.RawMessage // of a session; their number in the summary
	Outcomes  map[string]int
}

func lines(t *testing.T, out []byte) (all []line) {
	t.Helper()
	for text := range bytes.Lines(out) {
		var one line
		if err := json.Unmarshal(text, &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// The captures that ftpscope is measured with are read right: what is quick and
// wrong is worth nothing.
func TestWorkloads(t *testing.T) {
	tests := []struct {
		name     string
		scale    float64
		sessions int
		outcomes map[string]int
	}{
		{"haystack", 0.02, 10, map[string]int{"completed": 50}},
		{"bulk", 0.005, 20, map[string]int{"completed": 100}},
		{"storm", 0.01, 200, map[string]int{"completed": 950, "blocked": 50}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := lines(t, run(t, "analyze", "--format", "ndjson", made(t, tt.name, tt.scale)))
			summary := all[len(all)-1]
			if summary.Sessions != tt.sessions || len(summary.Outcomes) != len(tt.outcomes) {
				t.Errorf("%d sessions, %v; want %d, %v", summary.Sessions, summary.Outcomes, tt.sessions, tt.outcomes)
			}
			for outcome, n := range tt.outcomes {
				if summary.Outcomes[outcome] != n {
					t.Errorf("%d %s, want %d", summary.Outcomes[outcome], outcome, n)
				}
			}
		})
	}
}

// A flood of forged packets, more than are kept at once, takes nothing from the
// sessions that go on meanwhile.
func TestFloodTakesNothing(t *testing.T) {
	const honest, transfers = 5, 5
	sessions := 0
	for _, one := range lines(t, run(t, "analyze", "--format", "ndjson", made(t, "flood", 0.05))) {
		if one.Type != "session" || one.Login != "accepted" {
			continue
		}
		sessions++
		var all []struct {
			Outcome string
			Data    struct{ Bytes int }
		}
		if err := json.Unmarshal(one.Transfers, &all); err != nil {
			t.Fatal(err)
		}
		if len(all) != transfers {
			t.Errorf("%d transfers, want %d", len(all), transfers)
		}
		for _, tr := range all {
			if tr.Outcome != "completed" || tr.Data.Bytes != 20_000 {
				t.Errorf("%+v", tr)
			}
		}
	}
	if sessions != honest {
		t.Errorf("%d sessions, want %d", sessions, honest)
	}
}

// Reading ahead, and writing beside the reading, change nothing.
func TestJobs(t *testing.T) {
	for _, name := range []string{"haystack", "storm", "flood"} {
		file := made(t, name, 0.02)
		for _, format := range []string{"ndjson", "json", "text"} {
			one := run(t, "analyze", "--format", format, "--jobs", "1", file)
			all := run(t, "analyze", "--format", format, file)
			if !bytes.Equal(one, all) {
				t.Errorf("%s, %s: with one processor it says something else: %d bytes and %d", name, format, len(one), len(all))
			}
		}
	}
}

// BenchmarkAnalyze is the whole program on the workloads, a tenth as long as .ci/bench
// has them; bytes are those of the capture. cmd/ftpscope/default.pgo is its profile,
// which .ci/profile takes.
func BenchmarkAnalyze(b *testing.B) {
	for _, name := range []string{"haystack", "bulk", "storm", "flood"} {
		b.Run(name, func(b *testing.B) {
			file := made(b, name, 0.1)
			info, err := os.Stat(file)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for b.Loop() {
				s := &cli.Streams{In: strings.NewReader(""), Out: io.Discard, ErrOut: io.Discard, Getenv: func(string) string { return "" }}
				if status := cli.Main([]string{"analyze", "--format", "ndjson", file}, s); status != 0 {
					b.Fatalf("exit status %d", status)
				}
			}
		})
	}
}
