package samples_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/internal/gen"
)

// Everybody who has the program carries the samples along.
const (
	mostOfOne = 16 << 10
	mostOfAll = 600 << 10
)

// TestGenerated checks that go generate would change nothing, README.md
// included, and that no capture is without its text.
func TestGenerated(t *testing.T) {
	want, err := gen.All(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range want {
		have, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%v; run go generate ./samples", err)
			continue
		}
		if !bytes.Equal(have, data) {
			t.Errorf("%s is not what its text makes; run go generate ./samples", name)
		}
	}
	var captures []string
	for _, pattern := range []string{"*.pcap", "*.pcapng"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		captures = append(captures, names...)
	}
	if len(captures) == 0 {
		t.Fatal("no captures found")
	}
	for _, name := range captures {
		if want[name] == nil {
			t.Errorf("%s has no .ftp; run go generate ./samples", name)
		}
	}
}

func TestNames(t *testing.T) {
	names := samples.Names()
	texts, err := filepath.Glob("*.ftp")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 || len(names) != len(texts) {
		t.Fatalf("%d names for %d files", len(names), len(texts))
	}
	if !slices.IsSorted(names) {
		t.Error("names are not sorted")
	}
	titles := map[string]string{}
	total := 0
	for _, name := range names {
		data, err := samples.Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(data) > mostOfOne {
			t.Errorf("%s: %d bytes, want %d at most", name, len(data), mostOfOne)
		}
		total += len(data)
		title := samples.Describe(name)
		if !strings.HasSuffix(title, ".") {
			t.Errorf("%s: no sentence: %q", name, title)
		}
		if titles[title] != "" {
			t.Errorf("%s and %s have the same title", name, titles[title])
		}
		titles[title] = name
		if file := samples.File(name); !strings.HasPrefix(file, name+".pcap") {
			t.Errorf("%s: file %q", name, file)
		}
	}
	if total > mostOfAll {
		t.Errorf("all captures: %d bytes, want %d at most", total, mostOfAll)
	}
}

func TestUnknownName(t *testing.T) {
	for _, name := range []string{"", "nobody", "../go", "classic-active.pcap", "*"} {
		if _, err := samples.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v", name, err)
		}
		if _, err := samples.Source(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Source(%q): %v", name, err)
		}
		if got := samples.File(name) + samples.Describe(name); got != "" {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func ExampleDescribe() {
	fmt.Println(samples.File("classic-active"))
	fmt.Println(samples.Describe("classic-active"))
	// Output:
	// classic-active.pcap
	// A listing in active mode: the client announces port 1030 (4,6) with PORT and the server connects to it from port 20.
}
