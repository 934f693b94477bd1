package policy

import (
	"strings"
	"testing"
)

// planted is source files that break a rule, and some next to them that do not.
var planted = []struct {
	rule  string
	name  string
	files map[string]string // path to source
	want  string            // what the violation says; empty for none
}{
	{"imports of decode/ftp", "a library", src("decode/ftp/x.go", `import _ "golang.org/x/text/unicode"`), "decode/ftp may not import golang.org/x/text/unicode"},
	{"imports of decode/ftp", "its user", src("decode/ftp/x.go", `import _ "`+module+`/session"`), "may not import " + module + "/session"},
	{"imports of decode/ftp", "std and itself", src("decode/ftp/x.go", `import ("net/netip"; _ "`+module+`/decode/ftp/ftptest"); var _ netip.Addr`), ""},
	{"imports of decode/ftp", "a test", src("decode/ftp/x_test.go", `import _ "`+module+`/samples"`, "decode/ftp/y.go", ""), ""},
	{"imports of session", "the decoder", src("session/x.go", `import _ "`+module+`/decode"`), "session may not import " + module + "/decode"},
	{"imports of session", "packets", src("session/diagnose/x.go", `import _ "github.com/google/gopacket/layers"`), "session/diagnose may not import github.com/google/gopacket/layers"},
	{"imports of session", "the vocabulary", src("session/x.go", `import _ "`+module+`/decode/ftp"`), ""},
	{"imports of capture", "the decoder", src("capture/x.go", `import _ "`+module+`/decode/ftp"`), "capture may not import " + module + "/decode/ftp"},
	{"imports of capture", "a decompressor", src("capture/x.go", `import _ "github.com/klauspost/compress/zstd"`), ""},
	{"imports of decode", "the tracker", src("decode/x.go", `import _ "`+module+`/session"`), "decode may not import " + module + "/session"},
	{"imports of decode", "a library", src("decode/x.go", `import _ "github.com/google/gopacket/pcapgo"`), "decode may not import"},
	{"imports of decode", "what it decodes with", src("decode/x.go", `import (_ "github.com/google/gopacket/layers"; _ "`+module+`/capture")`), ""},
	{"imports of samples", "the reader", src("samples/x.go", `import _ "`+module+`/capture"`), "samples may not import"},
	{"imports of samples", "its generator does", src("samples/internal/gen/x.go", `import _ "github.com/google/gopacket"`), ""},
	{"nobody imports cmd", "a package", src("samples/x_test.go", `import _ "`+module+`/cmd/ftpscope/internal/report"`), "samples may not import"},
	{"nobody imports cmd", "cmd itself", src("cmd/ftpscope/x.go", `import _ "`+module+`/cmd/ftpscope/internal/cli"`), ""},
	{"faulty parts of gopacket", "reassembly", src("decode/x.go", `import _ "github.com/google/gopacket/reassembly"`), "gopacket/reassembly"},
	{"faulty parts of gopacket", "below one", src("cmd/x/x.go", `import _ "github.com/google/gopacket/tcpassembly/tcpreader"`), "tcpassembly"},
	{"faulty parts of gopacket", "as an oracle", src("decode/x_test.go", `import _ "github.com/google/gopacket/ip4defrag"`, "decode/y.go", ""), ""},
	{"readers of gopacket/pcapgo", "a reader", src("cmd/x/x.go", `import "github.com/google/gopacket/pcapgo"; var _ = pcapgo.NewNgReader`), "pcapgo.NewNgReader"},
	{"readers of gopacket/pcapgo", "by another name", src("cmd/x/x.go", `import pg "github.com/google/gopacket/pcapgo"; var _ *pg.Reader`), "pcapgo.Reader"},
	{"readers of gopacket/pcapgo", "without a name", src("cmd/x/x.go", `import . "github.com/google/gopacket/pcapgo"`), "cannot be checked"},
	{"readers of gopacket/pcapgo", "a writer", src("cmd/x/x.go", `import "github.com/google/gopacket/pcapgo"; var _ = pcapgo.NewWriter`), ""},
	{"no cgo", "cgo", src("capture/x_test.go", `import "C"`), "may not import C"},
	{"no cgo", "none", src("capture/x.go", `import "unsafe"; var _ unsafe.Pointer`), ""},

	{"no clock", "now", src("session/x.go", `import "time"; var _ = time.Now()`), "session/x.go:2:24: time.Now"},
	{"no clock", "by another name", src("decode/ftp/x.go", `import t "time"; var _ = t.NewTimer(t.Second)`), "time.NewTimer"},
	{"no clock", "without a name", src("decode/x.go", `import . "time"`), "cannot be checked"},
	{"no clock", "arithmetic", src("decode/x.go", `import "time"; func f(t time.Time) time.Time { return t.Add(time.Second) }`), ""},
	{"no clock", "a variable of that name", src("decode/x.go", `import "time"; type c struct{}; func (c) Now() time.Duration { return 0 }; func f(time c) { time.Now() }`), ""},
	{"no goroutine", "one", src("decode/x.go", `func f() { func() { go f() }() }`), "a go statement"},
	{"no goroutine", "a defer", src("session/x.go", `func f() { defer f() }`), ""},
	{"no world", "a file", src("session/x.go", `import _ "os"`), "session may not import os"},
	{"no world", "a host", src("decode/x.go", `import _ "net"`), "decode may not import net"},
	{"no world", "chance", src("decode/x.go", `import _ "math/rand/v2"`), "math/rand/v2"},
	{"no world", "an address", src("decode/x.go", `import _ "net/netip"`), ""},
	{"no printing", "a line", src("capture/x.go", `import "fmt"; func f() { fmt.Println() }`), "fmt.Println"},
	{"no printing", "to the terminal", src("decode/x.go", `import ("fmt"; "os"); func f() { fmt.Fprintln(os.Stderr) }`), "os.Stderr"},
	{"no printing", "a log", src("session/x.go", `import _ "log/slog"`), "session may not import log/slog"},
	{"no printing", "a forgotten trace", src("session/x.go", `func f() { println() }`), "a call of println"},
	{"no printing", "the end", src("samples/x.go", `import "os"; func f() { os.Exit(1) }`), "os.Exit"},
	{"no printing", "reading elsewhere", src("samples/x.go", `import "os"; var _ = os.Stdin`), "os.Stdin"},
	{"no printing", "the capture of the name -", src("capture/x.go", `import "os"; var _ = os.Stdin`), ""},
	{"no printing", "the command", src("cmd/ftpscope/internal/cli/x.go", `import "os"; var _ = os.Stdout`), ""},
	{"no printing", "a text", src("capture/x.go", `import "fmt"; var _ = fmt.Sprint()`), ""},
	{"no panic", "one", src("capture/x.go", `func f() { panic("no") }`), "a call of panic"},
	{"no panic", "a helper for tests", src("capture/capturetest/x.go", `func f() { panic("no") }`, "capture/x.go", ""), ""},
	{"no panic", "a function of that name", src("capture/x.go", `func f(panic func()) { panic() }`), ""},

	{"one doc.go", "none", src("session/x.go", ""), "session: no doc.go"},
	{"one doc.go", "an empty one", map[string]string{"session/doc.go": "package session\n"}, "no package comment"},
	{"one doc.go", "two comments", map[string]string{"session/doc.go": "// Package session is it.\npackage session\n", "session/x.go": "// Package session is this.\npackage session\n"}, "session/x.go:2:1: a package comment outside of doc.go"},
	{"one doc.go", "one", map[string]string{"session/doc.go": "// Package session is it.\npackage session\n", "session/x.go": "// Not of the package.\n\npackage session\n"}, ""},
	{"doc comments", "a function", src("session/x.go", `func New() {}`), "New has no doc comment"},
	{"doc comments", "a method", src("decode/x.go", "// T is it.\ntype T[K any] struct{}\nfunc (*T[K]) M() {}"), "M has no doc comment"},
	{"doc comments", "a type in a group", src("decode/ftp/x.go", "// Both.\ntype (\n\tA int\n)"), "A has no doc comment"},
	{"doc comments", "a constant", src("capture/x.go", "const (\n\tA = 1\n)"), "A has no doc comment"},
	{"doc comments", "all there", src("capture/x.go", "// The letters.\nconst (\n\tA = 1\n)\nvar B = 1 // B is it\n// F does.\nfunc F() {}\nfunc f() {}\ntype t int\nfunc (t) String() string { return \"\" }"), ""},
	{"short files", "a long one", src("session/x_test.go", strings.Repeat("\n", maxLines-1)), "601 lines"},
	{"short files", "a generated one", map[string]string{"session/x.go": "// Code generated by x. DO NOT EDIT.\n\npackage session\n" + strings.Repeat("\n", maxLines)}, ""},
	{"short files", "a short one", src("session/x.go", strings.Repeat("\n", maxLines-2)), ""},
}

// src is files given by path and what follows the package clause.
func src(pathAndBody ...string) map[string]string {
	files := make(map[string]string)
	for i := 0; i < len(pathAndBody); i += 2 {
		files[pathAndBody[i]] = "package x\n" + pathAndBody[i+1] + "\n"
	}
	return files
}

func TestPlanted(t *testing.T) {
	caught, passed := make(map[string]bool), make(map[string]bool)
	known := make(map[string]rule)
	for _, r := range rules {
		known[r.name] = r
	}
	for _, c := range planted {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			r, ok := known[c.rule]
			if !ok {
				t.Fatalf("no rule is called %q", c.rule)
			}
			var files []file
			for name, text := range c.files {
				f, err := parse(name, []byte(text))
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, f)
			}
			r.roots = []string{"."} // a violation is planted in one of them only
			if len(files) == 1 && !covers(known[c.rule], files[0]) {
				t.Fatalf("the rule does not look at %s", files[0].path)
			}
			bad, err := r.apply(files)
			got := strings.Join(bad, "\n")
			switch {
			case err != nil:
				t.Error(err)
			case c.want == "" && got != "":
				t.Errorf("false alarm: %s", got)
			case !strings.Contains(got, c.want):
				t.Errorf("got %q, want %q", got, c.want)
			case c.want == "":
				passed[c.rule] = true
			default:
				caught[c.rule] = true
			}
		})
	}
	for _, r := range rules {
		if !caught[r.name] || !passed[r.name] {
			t.Errorf("rule %q: plant a violation and something next to it that is none", r.name)
		}
	}
}

// covers reports whether one of the rule's roots holds the file.
func covers(r rule, f file) bool {
	for _, top := range r.roots {
		if within(f.dir(), top) {
			return true
		}
	}
	return false
}

func TestNothingToCheck(t *testing.T) {
	for _, r := range rules {
		f, err := parse("elsewhere/x_test.go", []byte("package elsewhere\n"))
		if err != nil {
			t.Fatal(err)
		}
		if r.tests && r.roots[0] == "." {
			continue // looks at this file too
		}
		if _, err := r.apply([]file{f}); err == nil {
			t.Errorf("rule %q holds where it found nothing to check", r.name)
		}
	}
	for _, r := range rules {
		if _, err := r.apply(nil); err == nil {
			t.Errorf("rule %q holds without any file", r.name)
		}
	}
}
