package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: go test ./cmd/... -update writes it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// TestText holds the text of each scene to its golden file at 80 and 120
// columns: no line may be wider.
func TestText(t *testing.T) {
	for name, scene := range scenes {
		for _, width := range []int{80, 120} {
			file := name + map[int]string{80: "", 120: ".wide"}[width] + ".txt"
			t.Run(file, func(t *testing.T) {
				var b bytes.Buffer
				if err := (Text{Width: width}).Write(&b, scene().result); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(b.String()) {
					if w := lipgloss.Width(strings.TrimSuffix(line, "\n")); w > width {
						t.Errorf("%d columns wide: %s", w, line)
					}
				}
				golden(t, file, b.Bytes())
			})
		}
	}
}

// TestTextColour: colour changes no letter of the text.
func TestTextColour(t *testing.T) {
	for name, scene := range scenes {
		var plain, colour bytes.Buffer
		if err := (Text{Width: 80}).Write(&plain, scene().result); err != nil {
			t.Fatal(err)
		}
		if err := (Text{Width: 80, Colour: true}).Write(&colour, scene().result); err != nil {
			t.Fatal(err)
		}
		if plain.String() == colour.String() {
			t.Errorf("%s: no colour", name)
		}
		if diff := cmp.Diff(plain.String(), stripped(colour.String())); diff != "" {
			t.Errorf("%s: colour changes the text (-plain +colour):\n%s", name, diff)
		}
	}
}

// stripped is text without the sequences that set colours.
func stripped(s string) string {
	var b strings.Builder
	for {
		head, tail, ok := strings.Cut(s, "\x1b[")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		_, s, _ = strings.Cut(tail, "m")
	}
}

func TestJSON(t *testing.T) {
	for _, name := range []string{"mixed", "hostile", "troubled", "accused"} {
		t.Run(name, func(t *testing.T) {
			sc := scenes[name]()
			var b bytes.Buffer
			doc := Builder{Version: "devel"}.Document(sc.result.Captures, nil, sc.sessions, sc.result.Said)
			if err := Encode(&b, doc); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".json", b.Bytes())
			b.Reset()
			stream := NewStream(&b, Builder{Version: "devel"})
			for _, s := range sc.sessions {
				stream.Session(s, sc.result.Said.Sessions[s.ID])
			}
			if err := stream.Finish(sc.result.Captures, nil, sc.result.Said); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".ndjson", b.Bytes())
		})
	}
}
