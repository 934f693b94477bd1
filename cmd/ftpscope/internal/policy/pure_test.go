package policy

import (
	"go/ast"
	"slices"
	"strings"
)

// pureRules keep the middle of the program a function of the frames: same
// capture, same report, byte for byte.
var pureRules = []rule{
	{
		name:  "no clock",
		why:   "time comes from the frame: a capture read tomorrow, or twice as fast, must give the same report",
		roots: []string{"decode", "session"},
		check: each(clock),
	},
	{
		name:  "no goroutine",
		why:   "the order of events must not hang on a scheduler; concurrency is at the rim, in capture and cmd",
		roots: []string{"decode", "session"},
		check: each(func(f file) []string {
			var bad []string
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if n, ok := n.(*ast.GoStmt); ok {
					bad = append(bad, f.at(n, "a go statement"))
				}
				return true
			})
			return bad
		}),
	},
	{
		name:  "no world",
		why:   "decode and session know no file, no host but as netip.Addr, no chance and no log: all they know comes in, all they say goes out through their results",
		roots: []string{"decode", "session"},
		check: each(func(f file) []string {
			return forbid(f, func(p string) bool {
				return slices.ContainsFunc([]string{"os", "net/http", "log", "math/rand", "crypto/rand", "syscall"}, func(top string) bool {
					return within(p, top)
				}) || p == "net"
			})
		}),
	},
	{
		name:  "no printing",
		why:   "only the command talks to a person; a package reports by what it returns",
		roots: []string{"."},
		check: each(func(f file) []string {
			if within(f.dir(), "cmd") || f.main() {
				return nil
			}
			return printing(f)
		}),
	},
	{
		name:  "no panic",
		why:   "the capture is hostile input: whatever it holds, what could be read is reported",
		roots: []string{"capture", "decode", "session"},
		check: each(func(f file) []string {
			return builtins(f, "panic")
		}),
	},
}

// clocks is the functions of package time that read or wait for a clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// clock returns the uses of a clock.
func clock(f file) []string {
	if f.name("time") == "." {
		return []string{f.at(f.imports()["time"], "package time without its name cannot be checked")}
	}
	var bad []string
	f.selections("time", func(sel *ast.SelectorExpr) {
		if slices.Contains(clocks, sel.Sel.Name) {
			bad = append(bad, f.at(sel, "time.%s", sel.Sel.Name))
		}
	})
	return bad
}

// printing returns what writes to, or reads from, the terminal, or ends the
// program.
func printing(f file) []string {
	bad := forbid(f, func(p string) bool { return within(p, "log") })
	for _, p := range []string{"fmt", "os"} {
		if f.name(p) == "." {
			bad = append(bad, f.at(f.imports()[p], "package %s without its name cannot be checked", p))
		}
	}
	f.selections("fmt", func(sel *ast.SelectorExpr) {
		if n := sel.Sel.Name; strings.HasPrefix(n, "Print") || strings.HasPrefix(n, "Scan") {
			bad = append(bad, f.at(sel, "fmt.%s", n))
		}
	})
	f.selections("os", func(sel *ast.SelectorExpr) {
		n := sel.Sel.Name
		// The capture of the name "-" is standard input.
		if n == "Stdout" || n == "Stderr" || n == "Exit" || n == "Stdin" && !within(f.dir(), "capture") {
			bad = append(bad, f.at(sel, "os.%s", n))
		}
	})
	return append(bad, builtins(f, "print", "println")...)
}

// builtins returns the calls of the named built-in functions.
func builtins(f file, names ...string) []string {
	var bad []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := call.Fun.(*ast.Ident); ok && id.Obj == nil && slices.Contains(names, id.Name) {
			bad = append(bad, f.at(call, "a call of %s", id.Name))
		}
		return true
	})
	return bad
}
