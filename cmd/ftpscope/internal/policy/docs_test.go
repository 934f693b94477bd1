package policy

import (
	"fmt"
	"go/ast"
	"path"
	"strings"
)

// maxLines is the longest a source file may be. Above 400 ask why.
const maxLines = 600

// docRules keep the program readable for who comes next.
var docRules = []rule{
	{
		name:  "one doc.go",
		why:   "every package says in its doc.go, and nowhere else, what it does and what it must never do",
		roots: []string{"."},
		tests: true, // a package of tests has a doc.go as well
		check: oneDoc,
	},
	{
		name:  "doc comments",
		why:   "what others can use is documented where it is declared",
		roots: []string{"capture", "decode", "session"},
		check: each(undocumented),
	},
	{
		name:  "short files",
		why:   fmt.Sprintf("one concept per file: above 400 lines ask why, above %d split", maxLines),
		roots: []string{"."},
		tests: true,
		check: each(func(f file) []string {
			if n := f.lines(); n > maxLines && !ast.IsGenerated(f.ast) {
				return []string{f.at(f.ast, "%d lines", n)}
			}
			return nil
		}),
	},
}

// oneDoc wants a doc.go with the package comment, and no other.
func oneDoc(pkg []file) []string {
	var bad []string
	found := false
	for _, f := range pkg {
		has := f.ast.Doc != nil && strings.TrimSpace(f.ast.Doc.Text()) != ""
		switch {
		case path.Base(f.path) == "doc.go":
			found = true
			if !has {
				bad = append(bad, f.at(f.ast, "no package comment"))
			}
		case has && !ast.IsGenerated(f.ast):
			bad = append(bad, f.at(f.ast, "a package comment outside of doc.go"))
		}
	}
	if !found {
		bad = append(bad, pkg[0].dir()+": no doc.go")
	}
	return bad
}

// undocumented returns the exported declarations without a comment. A group of
// constants or variables may have one for all.
func undocumented(f file) []string {
	var bad []string
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && exportedReceiver(d) && d.Doc.Text() == "" {
				bad = append(bad, f.at(d, "%s has no doc comment", d.Name.Name))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if name := undocumentedSpec(d, spec); name != "" {
					bad = append(bad, f.at(spec, "%s has no doc comment", name))
				}
			}
		}
	}
	return bad
}

// undocumentedSpec is the first exported name that spec declares, if neither it
// nor its group has a comment.
func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) string {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		// The comment of a group says nothing of a type in it.
		if s.Name.IsExported() && s.Doc.Text() == "" && (d.Lparen.IsValid() || d.Doc.Text() == "") {
			return s.Name.Name
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && d.Doc.Text()+s.Doc.Text()+s.Comment.Text() == "" {
				return name.Name
			}
		}
	}
	return ""
}

// exportedReceiver reports whether d is a function, or a method of an exported
// type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}
