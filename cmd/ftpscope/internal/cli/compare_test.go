package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/samples"
)

// twoPoints writes captures of one session, at the client and at the server, to
// files.
func twoPoints(t *testing.T) (client, server string) {
	t.Helper()
	dir := t.TempDir()
	for name, sample := range map[string]string{"client.pcap": "control-forgotten-client", "server.pcap": "control-forgotten"} {
		data, err := samples.Open(sample)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "client.pcap"), filepath.Join(dir, "server.pcap")
}

// TestCompareFlags: what the command line says arrives in the options.
func TestCompareFlags(t *testing.T) {
	got, err := optionsOf(newCompare, "a.pcap", "b.pcap", "-", "--all", "--format", "json", "--port", "2121", "--session", "s2", "--fail-on", "error", "--show-secrets", "--color", "never", "--output", "x")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.files, []string{"a.pcap", "b.pcap", "-"}) || !got.all || got.format != formatJSON || !slices.Equal(got.ports, []uint16{2121}) ||
		!slices.Equal(got.sessions, []string{"s2"}) || got.failOn != "error" || !got.showSecrets || got.colour != colourNever || got.output != "x" {
		t.Errorf("%+v", got)
	}
	if text := got.text(&output{}); !text.Expand {
		t.Error("--all does not expand the text")
	}
	for _, args := range [][]string{
		{},
		{"a.pcap"},
		{"a.pcap", "a.pcap"},
		{"-", "a.pcap", "-"},
		{"a.pcap", "b.pcap", "--format", "ndjson"},
		{"a.pcap", "b.pcap", "--vantage", "middle"},
		{"a.pcap", "b.pcap", "--since", "2026-01-01"},
		{"a.pcap", "b.pcap", "--only-failed"},
		{"a.pcap", "b.pcap", "--output", ""},
	} {
		if got, err := optionsOf(newCompare, args...); err == nil || got != nil {
			t.Errorf("%q pass", args)
		}
	}
}

// compared is what compare prints of some files.
func compared(t *testing.T, in io.Reader, args ...string) string {
	t.Helper()
	s, out, errOut := testStreams("")
	s.In = in
	if got := Main(append([]string{"compare"}, args...), s); got != exitOK || errOut.Len() > 0 {
		t.Fatalf("%q: exit status %d: %s", args, got, errOut)
	}
	return out.String()
}

// TestComparePoints: each file is a point of its own, whatever the order of the
// names, and one of them may be compressed or come through a pipe.
func TestComparePoints(t *testing.T) {
	client, server := twoPoints(t)
	want := compared(t, nil, client, server)
	for _, line := range []string{"client.pcap → server.pcap\n", "lost between client.pcap and server.pcap", "  packets   ", "ftpscope explain control-lost-during-transfer"} {
		if !strings.Contains(want, line) {
			t.Errorf("no %q in:\n%s", line, want)
		}
	}
	if got := compared(t, nil, server, client); !strings.HasPrefix(got, "client.pcap → server.pcap\n") || !strings.Contains(got, "lost between client.pcap and server.pcap") {
		t.Errorf("the other way round:\n%s", got)
	}
	data, err := os.ReadFile(server)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := compared(t, &packed, client, "-")
	if !strings.HasPrefix(got, "client.pcap → standard input\n") || !strings.Contains(got, "lost between client.pcap and standard input") {
		t.Errorf("through a pipe:\n%s", got)
	}
	for range 5 {
		if again := compared(t, nil, client, server); again != want {
			t.Fatal("it is not the same each time")
		}
	}
}

// TestCompareDocument: in JSON the captures stand as they were named, and frames
// say which of them they are in.
func TestCompareDocument(t *testing.T) {
	client, server := twoPoints(t)
	var doc struct {
		Captures []struct{ Name string }
		Sessions []struct{ Capture int }
		Path     struct {
			Points []int
			Views  []struct {
				Points []struct {
					Capture int
					Reply   *struct{ Frame int }
				}
			}
			Stretches []struct{ Between []int }
		}
	}
	if err := json.Unmarshal([]byte(compared(t, nil, "--format", "json", server, client)), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Captures) != 2 || doc.Captures[0].Name != server || !slices.Equal(doc.Path.Points, []int{1, 0}) {
		t.Errorf("%+v", doc)
	}
	if len(doc.Sessions) != 1 || doc.Sessions[0].Capture != 1 {
		t.Errorf("the session is not that of the client's capture: %+v", doc.Sessions)
	}
	if len(doc.Path.Stretches) == 0 || !slices.Equal(doc.Path.Stretches[0].Between, []int{1, 0}) {
		t.Errorf("%+v", doc.Path.Stretches)
	}
	if last := doc.Path.Views[len(doc.Path.Views)-1].Points; len(last) != 2 || last[0].Reply != nil || last[1].Capture != 0 || last[1].Reply == nil {
		t.Errorf("%+v", last)
	}
}

// TestCompareStatus: the exit status says what became of it.
func TestCompareStatus(t *testing.T) {
	client, server := twoPoints(t)
	dir := t.TempDir()
	link := filepath.Join(dir, "link.pcap")
	if err := os.Symlink(client, link); err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct {
		args []string
		want int
		err  string
	}{
		{[]string{client, server}, exitOK, ""},
		{[]string{"--fail-on", "warning", client, server}, exitFailOn, ""},
		{[]string{"--fail-on", "error", client, server}, exitOK, ""},
		{[]string{"--session", "s1", "--fail-on", "warning", client, server}, exitFailOn, ""},
		{[]string{"--session", "s7", "--fail-on", "warning", client, server}, exitError, "there is no session s7: there is one, s1"},
		{[]string{client, server + ".none"}, exitError, "no such file"},
		{[]string{client}, exitUsage, "there is only"},
		{[]string{client, link}, exitUsage, link + " is the same capture as " + client},
		{[]string{client, server, dir}, exitUsage, "ftpscope compare DIRECTORY/*.pcap"},
		{[]string{dir}, exitUsage, dir + ": is a directory"},
		{[]string{client, server, "--output", server}, exitUsage, "is one of the captures to read"},
	} {
		s, out, errOut := testStreams("")
		if got := Main(append([]string{"compare"}, tt.args...), s); got != tt.want || !strings.Contains(errOut.String(), tt.err) {
			t.Errorf("%q: exit status %d, want %d: %s", tt.args, got, tt.want, errOut)
		}
		if tt.want != exitUsage && !strings.Contains(tt.err, "file") && out.Len() == 0 {
			t.Errorf("%q: no report", tt.args)
		}
	}
}

// TestCompareInterrupt: what is known by then is printed, and says that it is not
// all; before anything is known the report is empty.
func TestCompareInterrupt(t *testing.T) {
	client, server := twoPoints(t)
	data, err := os.ReadFile(server)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{formatText, formatJSON} {
		for _, known := range []int{0, len(data) / 2} {
			s, out, errOut := testStreams("")
			ctx := interruptAfter(t, s, data[:known])
			root := newRoot(s)
			root.SetArgs([]string{"compare", "--format", format, client, "-"})
			if got := status(root.ExecuteContext(ctx)); got != exitInterrupted || out.Len() == 0 {
				t.Errorf("%s, %d bytes: exit status %d; %s%s", format, known, got, out, errOut)
			}
			if complete := strings.Contains(out.String(), `"complete": false`); format == formatJSON && complete != (known > 0) {
				t.Errorf("%d bytes: %s", known, out)
			}
		}
	}
}

// TestShares: the bar shows how much of all files was read.
func TestShares(t *testing.T) {
	client, server := twoPoints(t)
	var errOut bytes.Buffer
	bar := newProgress(&Streams{ErrOut: &errOut, ErrTTY: true, Getenv: func(string) string { return "" }}, false)
	bar.started = time.Now().Add(-progressAfter)
	count := newShares(bar, []string{client, server})
	count.read[0] = count.total / 4 // the bar shows no two updates so soon after each other
	count.of(1)(count.total/4, count.total/2)
	bar.stop()
	if !strings.Contains(errOut.String(), " 50%") && !strings.Contains(errOut.String(), " 49%") {
		t.Errorf("not half: %q", errOut.String())
	}
	if got := newShares(nil, []string{client, "-"}).total; got != -1 {
		t.Errorf("of a pipe %d bytes are known", got)
	}
}

// TestSameBytes: two copies of a capture are one; what is not a regular file or
// holds nothing is not read.
func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	long := bytes.Repeat([]byte("packet"), 40000)
	other := slices.Clone(long)
	other[len(other)-1] = '!'
	a, b := write("a", long), write("b", long)
	for _, tt := range []struct {
		name string
		file string
		want bool
	}{
		{"a copy", b, true},
		{"the last byte", write("c", other), false},
		{"longer", write("d", append(slices.Clone(long), 'x')), false},
		{"none", filepath.Join(dir, "none"), false},
		{"a directory", dir, false},
	} {
		if got := sameBytes(a, tt.file); got != tt.want || sameBytes(tt.file, a) != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if sameBytes(write("e", nil), write("f", nil)) {
		t.Error("two empty files are one capture")
	}
	err := samePoint(a, b)
	if err == nil || !strings.Contains(err.Error(), b+" is the same capture as "+a) || status(err) != exitUsage {
		t.Errorf("%v", err)
	}
}
