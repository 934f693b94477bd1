package cli

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestOutput(t *testing.T) {
	s, _, _ := testStreams("")
	dir := t.TempDir()
	name := filepath.Join(dir, "report.txt")
	link := filepath.Join(dir, "link.txt")
	if err := os.WriteFile(name, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("report.txt", link); err != nil {
		t.Skip(err)
	}
	write := func(text string, done bool) {
		t.Helper()
		out, err := openOutput(s, link)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, text); err != nil {
			t.Fatal(err)
		}
		if done {
			if err := out.Done(); err != nil {
				t.Fatal(err)
			}
		}
		out.Drop()
	}
	is := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("file holds %q, %v; want %q", got, err, want)
		}
	}
	write("half", false)
	is("old") // what is not whole leaves no trace
	write("new", true)
	is("new")
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode changed: %v %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if _, err := openOutput(s, dir); err == nil {
		t.Error("a directory can be written")
	}
	out, err := openOutput(s, os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if out.name != "" {
		t.Error("a device would be replaced by a file")
	}
	out.Drop()
}
