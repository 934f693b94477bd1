package policy

import (
	"go/ast"
	"slices"
	"strings"
)

// importRules say which way imports run: see the picture in decode's and
// session's doc.go. They look at the sources of all systems, and at tests only
// where said.
var importRules = []rule{
	{
		name:  "imports of decode/ftp",
		why:   "it is the vocabulary that everything shares, session too: what it imports, all import",
		roots: []string{"decode/ftp"},
		check: each(only(ours("decode/ftp"))),
	},
	{
		name:  "imports of session",
		why:   "the heart of the program knows no packet library, no file and no screen; what it needs comes in events",
		roots: []string{"session"},
		check: each(only(ours("decode/ftp"), ours("session"))),
	},
	{
		name:  "imports of capture",
		why:   "capture is the left end of the pipeline: it hands out frames and knows nothing of what becomes of them",
		roots: []string{"capture"},
		check: each(only(ours("capture"), others)),
	},
	{
		name:  "imports of decode",
		why:   "decode turns frames into events with gopacket's layers and the standard library; sessions are made from the events, not before",
		roots: []string{"decode"},
		check: each(only(ours("capture"), ours("decode"), exactly("github.com/google/gopacket", "github.com/google/gopacket/layers"))),
	},
	{
		name:  "imports of samples",
		why:   "the tests of every package use the samples: if they imported one of them, its tests could not",
		roots: []string{"samples"},
		check: each(func(f file) []string {
			if f.dir() != "samples" { // its generator is nobody's import
				return nil
			}
			return only(ours("samples"))(f)
		}),
	},
	{
		name:  "nobody imports cmd",
		why:   "a package imports only what lies to its left, and the command is the right end; what others need belongs in a package of its own",
		roots: []string{"."},
		tests: true,
		check: each(func(f file) []string {
			if within(f.dir(), "cmd") {
				return nil
			}
			return forbid(f, func(p string) bool { return ours("cmd")(p) })
		}),
	},
	{
		name:  "faulty parts of gopacket",
		why:   "reassembly and tcpassembly merge and reorder streams and add flags to the program, ip4defrag refuses legal fragments and knows no IPv6, pcap needs cgo: streams, fragments and files are read by code of ours",
		roots: []string{"."},
		check: each(func(f file) []string {
			return forbid(f, func(p string) bool {
				rest, ok := strings.CutPrefix(p, "github.com/google/gopacket/")
				part, _, _ := strings.Cut(rest, "/")
				return ok && slices.Contains([]string{"reassembly", "tcpassembly", "ip4defrag", "pcap"}, part)
			})
		}),
	},
	{
		name:  "readers of gopacket/pcapgo",
		why:   "they cut link types to 8 bits, refuse snap length 0, allocate what a header claims and skip interfaces; capture reads files, pcapgo only writes them",
		roots: []string{"."},
		check: each(pcapgoReaders),
	},
	{
		name:  "no cgo",
		why:   "go run and go test work on a machine that has Go and nothing else",
		roots: []string{"."},
		tests: true,
		check: each(func(f file) []string {
			return forbid(f, func(p string) bool { return p == "C" })
		}),
	},
}

// ours matches the package in a directory of this module and those below it.
func ours(dir string) func(string) bool {
	return func(p string) bool { return within(p, module+"/"+dir) }
}

// others matches every package outside of this module.
func others(p string) bool { return !within(p, module) }

// exactly matches the named packages.
func exactly(paths ...string) func(string) bool {
	return func(p string) bool { return slices.Contains(paths, p) }
}

// std matches the standard library: its paths begin with a word without a dot.
func std(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".") && p != "C"
}

// only allows the standard library and what one of the matchers allows. A
// directory with a narrower rule of its own keeps that one.
func only(allowed ...func(string) bool) func(file) []string {
	return func(f file) []string {
		return forbid(f, func(p string) bool {
			return !std(p) && !slices.ContainsFunc(allowed, func(ok func(string) bool) bool { return ok(p) })
		})
	}
}

// forbid returns the imports of f that match.
func forbid(f file, match func(string) bool) []string {
	var bad []string
	for p, spec := range f.imports() {
		if match(p) {
			bad = append(bad, f.at(spec, "%s may not import %s", f.dir(), p))
		}
	}
	slices.Sort(bad)
	return bad
}

// pcapgoReaders returns the uses of what pcapgo reads with.
func pcapgoReaders(f file) []string {
	const pcapgo = "github.com/google/gopacket/pcapgo"
	if f.name(pcapgo) == "." {
		return []string{f.at(f.imports()[pcapgo], "pcapgo without its name cannot be checked")}
	}
	var bad []string
	f.selections(pcapgo, func(sel *ast.SelectorExpr) {
		if n := sel.Sel.Name; strings.Contains(n, "Reader") || strings.Contains(n, "Handle") || strings.HasPrefix(n, "NewSnoop") {
			bad = append(bad, f.at(sel, "pcapgo.%s reads", n))
		}
	})
	return bad
}
