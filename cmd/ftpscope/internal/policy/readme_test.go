package policy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A command is one that README.md shows in a block marked console or sh:
//
//	$ ftpscope analyze samples/x.pcap
//	the output, if the block shows it
//	…
//
// In a console block what follows a prompt is a command and all else is output;
// in a sh block each line is a command. A line of output that is only "…" stands
// for any number of lines. Comments at the end of a command say more:
// "# exit status 3", or "# not run: needs a network interface".
type command struct {
	line   int
	text   string
	output string // empty where none is shown
	status int
	notRun string // why not
}

// elsewhere is the other programs that README.md may show, and why the test
// does not run them. A command that is not ours and not here is a mistake.
var elsewhere = map[string]string{
	"go test":     "this test is part of it; .ci/run runs it",
	"go install":  "fetches a published version",
	"go build":    "every build is a check of it",
	"go generate": "writes into the tree",
	"git":         "needs the network",
	"cd":          "belongs to git clone",
	"sudo":        "needs a privilege",
	"tcpdump":     "needs a privilege",
	"ssh":         "needs another host",
	"docker":      "needs an engine",
	".ci/run":     "this test is part of it",
}

var (
	runsOurs  = regexp.MustCompile(`^(?:go run \./cmd/ftpscope|ftpscope)(\s|$)`)
	statusIs  = regexp.MustCompile(`\s+# exit status (\d+)$`)
	isNotRun  = regexp.MustCompile(`\s+# not run: (.+)$`)
	otherNote = regexp.MustCompile(`\s+# .*$`)
)

// readCommands returns the commands of a README, and what cannot be read of it.
func readCommands(text string) (commands []command, bad []string) {
	lines := strings.Split(text, "\n")
	block := "" // the mark of the block that we are in, "" outside
	inside := false
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \r")
		if mark, ok := strings.CutPrefix(strings.TrimSpace(line), "```"); ok {
			inside = !inside
			block = ""
			if inside {
				block, _, _ = strings.Cut(mark, " ")
			}
			continue
		}
		if block != "console" && block != "sh" && block != "bash" && block != "shell" {
			continue
		}
		text, prompt := strings.CutPrefix(line, "$ ")
		switch {
		case block == "console" && !prompt:
			if n := len(commands); n > 0 && commands[n-1].line >= 0 {
				commands[n-1].output += line + "\n"
			}
			continue
		case text == "" || strings.HasPrefix(text, "#"):
			continue
		}
		c := command{line: i + 1, text: text}
		for strings.HasSuffix(c.text, `\`) && i+1 < len(lines) {
			i++
			c.text = strings.TrimSuffix(c.text, `\`) + strings.TrimSpace(strings.TrimPrefix(lines[i], "> "))
		}
		if err := c.notes(); err != nil {
			bad = append(bad, fmt.Sprintf("README.md:%d: %v", c.line, err))
		}
		commands = append(commands, c)
	}
	if inside {
		bad = append(bad, "README.md: a block is not closed")
	}
	return commands, bad
}

// notes reads the comment at the end of the command and finds out whether it is
// one to run.
func (c *command) notes() error {
	if m := isNotRun.FindStringSubmatch(c.text); m != nil {
		c.notRun = m[1]
	}
	if m := statusIs.FindStringSubmatch(c.text); m != nil {
		c.status, _ = strconv.Atoi(m[1]) // too many digits: no status is 0 then
	}
	c.text = strings.TrimSpace(otherNote.ReplaceAllString(c.text, ""))
	if c.notRun != "" || runsOurs.MatchString(c.text) {
		return nil
	}
	for start, why := range elsewhere {
		if c.text == start || strings.HasPrefix(c.text, start+" ") {
			c.notRun = why
			return nil
		}
	}
	return fmt.Errorf("%q is no command of ours; if it is right, name it in readme_test.go", c.text)
}

// sameOutput reports whether the output got is the one shown. Blank lines at the
// end do not count.
func sameOutput(shown, got string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(strings.TrimRight(shown, "\n") + "\n") {
		if line == "…\n" {
			pattern.WriteString(`(?s:.*\n)?`)
			continue
		}
		pattern.WriteString(regexp.QuoteMeta(line))
	}
	pattern.WriteString(`\z`)
	return regexp.MustCompile(pattern.String()).MatchString(strings.TrimRight(got, "\n") + "\n")
}

// TestREADME runs what README.md shows and compares the output.
func TestREADME(t *testing.T) {
	top, err := root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands, bad := readCommands(string(text))
	for _, b := range bad {
		t.Error(b)
	}
	starts := func(start string) func(command) bool {
		return func(c command) bool { return strings.HasPrefix(c.text, start) }
	}
	for _, start := range []string{"go run ./cmd/ftpscope", "go test"} {
		if !slices.ContainsFunc(commands, starts(start)) {
			t.Errorf("README.md shows no command that begins with %q", start)
		}
	}
	if runtime.GOOS == "windows" {
		t.Skip("README.md's commands are for a Unix shell")
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to run README.md's commands with")
	}
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", filepath.Join(bin, "ftpscope"), "./cmd/ftpscope")
	build.Dir = top
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	dir := workplace(t, top)
	for _, c := range commands {
		t.Run(fmt.Sprintf("line %d", c.line), func(t *testing.T) {
			if c.notRun != "" {
				t.Skipf("%s: %s", c.text, c.notRun)
			}
			c.run(t, sh, bin, dir)
		})
	}
}

// workplace is a directory that looks like the root, where a command may leave
// files.
func workplace(t *testing.T, top string) string {
	dir := t.TempDir()
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Symlink(filepath.Join(top, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run runs the command with the program in bin and compares what it prints, on
// both outputs as on a terminal.
func (c command) run(t *testing.T, sh, bin, dir string) {
	script := runsOurs.ReplaceAllString(c.text, "ftpscope$1")
	for _, part := range strings.Split(script, " | ")[1:] {
		words := strings.Fields(part)
		if _, err := exec.LookPath(words[0]); err != nil && words[0] != "ftpscope" {
			t.Skipf("%s: no %s on this machine", c.text, words[0])
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, sh, "-c", script)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"COLUMNS=80", "NO_COLOR=1", "TERM=dumb", "TZ=UTC", "LC_ALL=C.UTF-8")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	status := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if status != c.status {
		t.Errorf("README.md:%d: %s: exit status %d, want %d\n%s", c.line, c.text, status, c.status, &out)
	}
	if c.output != "" && !sameOutput(c.output, out.String()) {
		t.Errorf("README.md:%d: %s\nshows:\n%s\nprints:\n%s", c.line, c.text, c.output, &out)
	}
}

func TestREADMEPlanted(t *testing.T) {
	const text = "# x\n```console\n$ go run ./cmd/ftpscope demo\na\n…\nb\n\n$ ftpscope analyze \\\n    x.pcap  # exit status 3\n$ sudo tcpdump -w -\n```\n" +
		"```\n$ rm -rf /\n```\n```sh\ngo test ./...   # half a minute\n\n# a comment\nftpscope sniff eth0  # not run: needs an interface\n```\n"
	commands, bad := readCommands(text)
	if bad != nil {
		t.Errorf("false alarm: %q", bad)
	}
	want := []command{
		{line: 3, text: "go run ./cmd/ftpscope demo", output: "a\n…\nb\n\n"},
		{line: 8, text: "ftpscope analyze x.pcap", status: 3},
		{line: 10, text: "sudo tcpdump -w -", notRun: elsewhere["sudo"]},
		{line: 16, text: "go test ./...", notRun: elsewhere["go test"]},
		{line: 19, text: "ftpscope sniff eth0", notRun: "needs an interface"},
	}
	if !slices.Equal(commands, want) {
		t.Errorf("got  %+v\nwant %+v", commands, want)
	}
	for _, planted := range []string{"```console\n$ ftpscpe demo\n```\n", "```sh\nftpscope demo\n"} {
		if _, bad := readCommands(planted); bad == nil {
			t.Errorf("%q: nothing wrong found", planted)
		}
	}
	for _, c := range []struct {
		shown, got string
		same       bool
	}{
		{"a\nb\n\n", "a\nb\n", true},
		{"a\n…\nb\n", "a\n1\n2\nb\n", true},
		{"a\n…\nb\n", "a\nb\n", true},
		{"a\n…\n", "a\n1\n", true},
		{"a.c\n", "abc\n", false},
		{"a\n", "a\nb\n", false},
		{"a\nb\n", "a\n", false},
		{"…\nb\n", "1\nab\n", false},
	} {
		if got := sameOutput(c.shown, c.got); got != c.same {
			t.Errorf("%q shown, %q printed: got same %v", c.shown, c.got, got)
		}
	}
}
