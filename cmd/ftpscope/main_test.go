package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/cli"
	"github.com/ftpscope/ftpscope/samples"
)

var update = flag.Bool("update", false, "write what the golden files and scripts expect")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ftpscope": main})
}

// samplesDir is where the samples and their golden reports are.
const samplesDir = "../../samples"

// TestScripts holds the command line to its contract: testdata/script. Scripts
// find the samples in $SAMPLES.
func TestScripts(t *testing.T) {
	dir, err := filepath.Abs(samplesDir)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": checkStatus},
		Setup: func(env *testscript.Env) error {
			env.Setenv("SAMPLES", dir)
			env.Setenv("COLUMNS", "80")
			return nil
		},
	})
}

// checkStatus is "status N COMMAND...": the command must exit with N.
func checkStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = strconv.Itoa(exit.ExitCode())
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// TestSamples holds the report of each sample to the golden files beside it:
// NAME.json, which must fit the schema, and NAME.txt, 80 columns wide.
func TestSamples(t *testing.T) {
	names := samples.Names()
	if len(names) == 0 {
		t.Fatal("there are no samples")
	}
	schema := reportSchema(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			report := run(t, "demo", "--format", "json", name)
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Error(err)
			}
			golden(t, name+".json", report)
			golden(t, name+".txt", run(t, "demo", name))
		})
	}
	if *update {
		return
	}
	for _, pattern := range []string{"*.json", "*.txt"} {
		files, err := filepath.Glob(filepath.Join(samplesDir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if name := filepath.Base(file); samples.File(strings.TrimSuffix(name, filepath.Ext(name))) == "" {
				t.Errorf("%s is the report of no sample", file)
			}
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	goldenAt(t, filepath.Join(samplesDir, name), got)
}

// goldenAt holds what the program prints to a file, or writes it.
func goldenAt(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: go test ./cmd/... -update writes it; read what it says before you commit it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// run runs the program, which must succeed without a word on standard error.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errOut bytes.Buffer
	s := &cli.Streams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut, Getenv: func(string) string { return "" }}
	if status := cli.Main(args, s); status != 0 || errOut.Len() > 0 {
		t.Fatalf("ftpscope %s: exit status %d, %s", strings.Join(args, " "), status, &errOut)
	}
	return out.Bytes()
}

func reportSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(run(t, "schema")))
	if err != nil {
		t.Fatal(err)
	}
	const name = "https://example.com/schema"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
