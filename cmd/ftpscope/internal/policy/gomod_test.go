package policy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goMod returns what is wrong with a go.mod.
func goMod(text string) []string {
	var bad []string
	found := false
	block := ""
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch {
		case words[0] == ")":
			block = ""
			continue
		case block != "":
			words = append([]string{block}, words...)
		case len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		}
		switch words[0] {
		case "replace", "exclude":
			bad = append(bad, fmt.Sprintf("go.mod:%d: %s: holds for this checkout only, go install ignores or refuses it", i+1, words[0]))
		case "toolchain", "tool":
			bad = append(bad, fmt.Sprintf("go.mod:%d: %s: raises versions for users; tools are pinned in .ci/tools.mod", i+1, words[0]))
		case "go":
			found = true
			if words[1] != "1.26.0" {
				bad = append(bad, fmt.Sprintf("go.mod:%d: go %s: want 1.26.0, which any Go 1.26 builds", i+1, words[1]))
			}
		}
	}
	if !found {
		bad = append(bad, "go.mod: no go directive")
	}
	return bad
}

func TestGoMod(t *testing.T) {
	top, err := root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range goMod(string(text)) {
		t.Error(b)
	}
}

func TestGoModPlanted(t *testing.T) {
	const good = "module m\n\ngo 1.26.0\n\nrequire (\n\ta.b/tool v1.0.0 // indirect; replace it\n)\n"
	if bad := goMod(good); bad != nil {
		t.Errorf("false alarm: %q", bad)
	}
	for _, c := range []struct{ text, want string }{
		{good + "replace a.b/c => ../c\n", "go.mod:8: replace"},
		{good + "replace (\n\ta.b/c => ../c\n)\n", "go.mod:9: replace"},
		{good + "exclude a.b/c v1.0.0\n", "exclude"},
		{good + "tool a.b/c\n", "tools are pinned in .ci/tools.mod"},
		{good + "toolchain go1.26.8\n", "toolchain"},
		{"module m\n\ngo 1.26.8\n", "want 1.26.0"},
		{"module m\n", "no go directive"},
	} {
		if bad := strings.Join(goMod(c.text), "\n"); !strings.Contains(bad, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, bad, c.want)
		}
	}
}

// licences is words of the licences that go with ours in a binary, by name.
var licences = []struct{ name, words string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"BSD", "redistribution and use in source and binary forms, with or without modification, are permitted"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"},
}

// licence is the name of the licence with this text, empty for others.
func licence(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, ">", " ")), " ")) // some quote it, as Markdown does
	text = strings.ReplaceAll(text, "license, version", "license version")
	for _, l := range licences {
		if strings.Contains(text, l.words) {
			return l.name
		}
	}
	return ""
}

// moduleLicence finds the licence of the module in dir.
func moduleLicence(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		name, _, _ := strings.Cut(strings.ToUpper(e.Name()), ".")
		if !slices.Contains([]string{"LICENSE", "LICENCE", "COPYING"}, name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		if l := licence(string(text)); l != "" {
			return l, nil
		}
		return "", fmt.Errorf("%s: none of the licences that we may ship", e.Name())
	}
	return "", fmt.Errorf("no licence file")
}

// TestLicences checks our licence, and that of each module in the binary: they
// are shipped with it.
func TestLicences(t *testing.T) {
	top, err := root()
	if err != nil {
		t.Fatal(err)
	}
	if l, err := moduleLicence(top); l != "Apache-2.0" {
		t.Errorf("LICENSE: got %q, want Apache-2.0 (%v)", l, err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", "./cmd/ftpscope")
	cmd.Dir = top
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	lines := strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' || r == '\t' })
	checked := make(map[string]bool)
	for i := 0; i+1 < len(lines); i += 2 {
		mod, dir := lines[i], lines[i+1]
		if checked[mod] {
			continue
		}
		checked[mod] = true
		l, err := moduleLicence(dir)
		if err != nil {
			t.Errorf("%s: %v", mod, err)
		}
		t.Logf("%-12s %s", l, mod)
	}
	if len(checked) < 2 {
		t.Error("found no modules to check")
	}
}

func TestLicencesPlanted(t *testing.T) {
	for text, want := range map[string]string{
		"GNU GENERAL PUBLIC LICENSE\nVersion 3":                                             "",
		"Mozilla Public License Version 2.0":                                                "",
		"Apache License\n      Version 2.0, January 2004":                                   "Apache-2.0",
		"Licensed under the Apache License, Version 2.0 (the":                               "Apache-2.0",
		"Permission is hereby granted, free of charge,\nto any person\nobtaining a copy of": "MIT",
	} {
		if got := licence(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if _, err := moduleLicence(t.TempDir()); err == nil {
		t.Error("a module without a licence passes")
	}
}
