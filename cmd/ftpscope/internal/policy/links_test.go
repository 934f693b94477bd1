package policy

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// link is [words](target) in Markdown.
var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// links returns the targets of a Markdown text that are files, without what
// follows a #, and the line that each stands in.
func links(text string) (targets []string, lines []int) {
	for i, line := range strings.Split(text, "\n") {
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target != "" && !strings.Contains(target, ":") {
				targets = append(targets, target)
				lines = append(lines, i+1)
			}
		}
	}
	return targets, lines
}

// deadLinks returns the links of the file name, from top, that lead nowhere.
func deadLinks(top fs.FS, name, text string) []string {
	var bad []string
	targets, lines := links(text)
	for i, target := range targets {
		at := filepath.ToSlash(filepath.Join(filepath.Dir(name), filepath.FromSlash(target)))
		if _, err := fs.Stat(top, at); err != nil {
			bad = append(bad, fmt.Sprintf("%s:%d: no such file: %s", name, lines[i], target))
		}
	}
	return bad
}

// TestLinks follows the links between our pages and into the code: who renames
// a file finds here who speaks of it.
func TestLinks(t *testing.T) {
	name, err := root()
	if err != nil {
		t.Fatal(err)
	}
	top := os.DirFS(name)
	pages := []string{"README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"}
	more, err := fs.Glob(top, "[^.]*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, more...) {
		text, err := fs.ReadFile(top, page)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, b := range deadLinks(top, page, string(text)) {
			t.Error(b)
		}
	}
}

func TestLinksPlanted(t *testing.T) {
	top := os.DirFS(t.TempDir())
	const text = "[a](https://example.org/x) [b](#here)\n[c](../x.go) [d](y.go#L3)\n"
	got := strings.Join(deadLinks(top, "sub/page.md", text), "; ")
	if want := "sub/page.md:2: no such file: ../x.go; sub/page.md:2: no such file: y.go"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
