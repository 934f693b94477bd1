package policy

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the path of this module.
const module = "github.com/ftpscope/ftpscope"

// A file is one Go source file of this module.
type file struct {
	path string // from the root, with slashes
	fset *token.FileSet
	ast  *ast.File
	src  []byte
}

// dir is the directory of the file's package, from the root.
func (f file) dir() string { return path.Dir(f.path) }

// test reports whether the file serves tests only: it is one, or belongs to a
// package of helpers for tests, named like capturetest.
func (f file) test() bool {
	return strings.HasSuffix(f.path, "_test.go") || strings.HasSuffix(f.dir(), "test")
}

// main reports whether the file belongs to a program.
func (f file) main() bool { return f.ast.Name.Name == "main" }

// lines is the number of lines in the file.
func (f file) lines() int { return bytes.Count(f.src, []byte("\n")) }

// at says where a node is and what is wrong with it.
func (f file) at(n ast.Node, format string, args ...any) string {
	p := f.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d:%d: %s", f.path, p.Line, p.Column, fmt.Sprintf(format, args...))
}

// imports is the paths that the file imports.
func (f file) imports() map[string]*ast.ImportSpec {
	m := make(map[string]*ast.ImportSpec)
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			m[p] = spec
		}
	}
	return m
}

// name is what the file calls the package that it imports from p: "." for a dot
// import, empty where it does not import it.
func (f file) name(p string) string {
	spec := f.imports()[p]
	switch {
	case spec == nil:
		return ""
	case spec.Name != nil:
		return spec.Name.Name
	default:
		return path.Base(p)
	}
}

// selections yields each use in f of a name of the package imported from p.
func (f file) selections(p string, yield func(*ast.SelectorExpr)) {
	name := f.name(p)
	if name == "" {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// An identifier that the parser resolved is a local variable, no package.
		if id, ok := sel.X.(*ast.Ident); ok && id.Name == name && id.Obj == nil {
			yield(sel)
		}
		return true
	})
}

// within reports whether the directory dir is root or lies below it.
func within(dir, root string) bool {
	return root == "." || dir == root || strings.HasPrefix(dir, root+"/")
}

// root is the directory of go.mod.
var root = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
		dir = up
	}
})

// skipped reports whether a directory is none of the module's source.
func skipped(name string) bool {
	return name == "testdata" || name == "vendor" || len(name) > 1 && (name[0] == '.' || name[0] == '_')
}

// tree is every Go source file of the module, those of all systems and build
// tags included, in order of path.
var tree = sync.OnceValues(func() ([]file, error) {
	top, err := root()
	if err != nil {
		return nil, err
	}
	var files []file
	err = filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != top && skipped(d.Name()):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(p) != ".go":
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, p)
		if err != nil {
			return err
		}
		f, err := parse(filepath.ToSlash(rel), src)
		files = append(files, f)
		return err
	})
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, err
})

// parse reads one source file.
func parse(name string, src []byte) (file, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments)
	return file{path: name, fset: fset, ast: tree, src: src}, err
}

// A rule is one house rule on Go sources.
type rule struct {
	name  string
	why   string                    // the reason, printed with each violation
	roots []string                  // directories that it holds in, and below; each must hold files
	tests bool                      // whether it holds for files that serve tests
	check func(pkg []file) []string // violations in the files of one package directory
}

// each is a check that looks at one file at a time.
func each(check func(f file) []string) func([]file) []string {
	return func(pkg []file) []string {
		var bad []string
		for _, f := range pkg {
			bad = append(bad, check(f)...)
		}
		return bad
	}
}

// apply checks files and returns the violations. It is an error if one of the
// rule's directories holds no file to check: such a rule would hold nothing.
func (r rule) apply(files []file) (bad []string, err error) {
	packages := make(map[string][]file)
	found := make(map[string]bool) // roots with a file
	for _, f := range files {
		if f.test() && !r.tests {
			continue
		}
		for _, top := range r.roots {
			if within(f.dir(), top) {
				found[top] = true
				packages[f.dir()] = append(packages[f.dir()], f)
				break
			}
		}
	}
	for _, top := range r.roots {
		if !found[top] {
			return nil, fmt.Errorf("found no files to check in %s", top)
		}
	}
	dirs := make([]string, 0, len(packages))
	for dir := range packages {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		bad = append(bad, r.check(packages[dir])...)
	}
	return bad, nil
}

// rules is all rules on Go sources.
var rules = slices.Concat(importRules, pureRules, docRules)

func TestHouseRules(t *testing.T) {
	files, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			bad, err := r.apply(files)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bad {
				t.Errorf("%s\n\twhy: %s", b, r.why)
			}
		})
	}
}
