package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMan(t *testing.T) {
	dir := t.TempDir()
	s, out, errOut := testStreams("")
	if got := Main([]string{"man", dir}, s); got != 0 || out.Len() > 0 {
		t.Fatalf("exit status %d, %s %s", got, out, errOut)
	}
	for _, name := range []string{"ftpscope.1", "ftpscope-analyze.1", "ftpscope-demo.1", "ftpscope-exit-codes.1", "ftpscope-signs.1", "ftpscope-completion-bash.1"} {
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if !strings.HasPrefix(string(page), ".nh\n.TH") {
			t.Errorf("%s is no manual page: %.40s", name, page)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "ftpscope-analyze.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"text, json, ndjson", ".SH EXIT STATUS", "since\\fP=TIME"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("ftpscope-analyze.1 does not say %q:\n%s", want, page)
		}
	}
	if got := Main([]string{"man"}, s); got != 0 || !strings.Contains(out.String(), "ftpscope analyze ftp.pcap") {
		t.Errorf("exit status %d, %s", got, out)
	}
	if got := Main([]string{"man", filepath.Join(dir, "none")}, s); got != exitError {
		t.Errorf("a directory that is not there: exit status %d", got)
	}
}
