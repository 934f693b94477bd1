package workload_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/ftpscope/ftpscope/samples/workload"
)

// small is a scale at which the tests are done in no time.
const small = 0.002

// Figures that were measured on one machine are compared with those of another:
// the bytes must be the same.
func TestSameBytes(t *testing.T) {
	want := map[string]string{
		"haystack": "8044b4e87ec79828",
		"bulk":     "7d5563110ab15e91",
		"storm":    "40e09787c0095540",
		"flood":    "e1fb19049fcdf40b",
	}
	for _, w := range workload.All() {
		sum := sha256.New()
		if err := workload.Write(sum, w.Name, small); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(sum.Sum(nil))[:16]; got != want[w.Name] {
			t.Errorf("%s: sha256 begins with %s, want %s: figures in README.md are of other bytes", w.Name, got, want[w.Name])
		}
	}
}

// Twice the scale is twice the capture.
func TestScale(t *testing.T) {
	for _, w := range workload.All() {
		one, two := size(t, w.Name, 0.02), size(t, w.Name, 0.04)
		if ratio := float64(two) / float64(one); ratio < 1.9 || ratio > 2.1 {
			t.Errorf("%s: %d bytes, and %d at twice the scale", w.Name, one, two)
		}
	}
}

func size(t *testing.T, name string, scale float64) int {
	t.Helper()
	var out bytes.Buffer
	if err := workload.Write(&out, name, scale); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		scale float64
	}{
		{"needle", 1}, {"storm", 0}, {"storm", -1},
	} {
		if err := workload.Write(io.Discard, tt.name, tt.scale); err == nil {
			t.Errorf("%s at scale %v: no error", tt.name, tt.scale)
		}
	}
	if err := workload.Write(broken{}, "storm", small); err != io.ErrClosedPipe {
		t.Errorf("a writer that fails: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
