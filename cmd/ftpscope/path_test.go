package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestPaths holds the comparison of each directory of samples/path to the golden
// files in it, and the order of the arguments must not matter to it.
func TestPaths(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(samplesDir, "path", "*", "client.pcap"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%d directories, %v", len(dirs), err)
	}
	schema := reportSchema(t)
	for _, client := range dirs {
		name := filepath.Base(filepath.Dir(client))
		t.Run(name, func(t *testing.T) {
			t.Chdir(filepath.Dir(client))
			files, err := filepath.Glob("*.pcap")
			if err != nil {
				t.Fatal(err)
			}
			report := run(t, append([]string{"compare", "--format", "json"}, files...)...)
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Error(err)
			}
			text := run(t, append([]string{"compare"}, files...)...)
			slices.Reverse(files)
			if got := run(t, append([]string{"compare"}, files...)...); !sameLines(text, got) {
				t.Errorf("with the arguments the other way round:\n%s\nand not\n%s", got, text)
			}
			goldenAt(t, "compare.json", report)
			goldenAt(t, "compare.txt", text)
		})
	}
}

// sameLines reports whether two reports have the same lines, but for the order of
// what they say of each capture at the end.
func sameLines(a, b []byte) bool {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	slices.SortFunc(x, bytes.Compare)
	slices.SortFunc(y, bytes.Compare)
	return slices.EqualFunc(x, y, bytes.Equal)
}
