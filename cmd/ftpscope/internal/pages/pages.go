package pages

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed en/*.txt es/*.txt
var files embed.FS

// Language is one that the pages are written in: "en" or "es".
type Language string

// The languages.
const (
	English Language = "en"
	Spanish Language = "es"
)

// Languages lists them, the default first.
func Languages() []Language { return []Language{English, Spanish} }

// Codes lists the codes that have a page, sorted.
func Codes() []string {
	entries, err := fs.ReadDir(files, string(English))
	if err != nil {
		return nil // the embedded directory is always there
	}
	codes := make([]string, 0, len(entries))
	for _, e := range entries {
		codes = append(codes, strings.TrimSuffix(e.Name(), ".txt"))
	}
	slices.Sort(codes)
	return codes
}

// Page is the page of a code. The error matches fs.ErrNotExist where there is
// none.
func Page(code string, l Language) (string, error) {
	if code == path.Base(code) {
		if text, err := files.ReadFile(path.Join(string(l), code+".txt")); err == nil {
			return string(text), nil
		}
	}
	return "", fmt.Errorf("pages: no page for %q: %w", code, fs.ErrNotExist)
}

// Title is the first line of a page, or empty where there is none.
func Title(code string, l Language) string {
	text, _ := Page(code, l)
	title, _, _ := strings.Cut(text, "\n")
	return title
}

// LanguageOf chooses the language of a locale as LC_ALL, LC_MESSAGES and LANG
// give it, such as "es_ES.UTF-8"; English where it is not known.
func LanguageOf(locale string) Language {
	name, _, _ := strings.Cut(strings.ToLower(locale), "_")
	name, _, _ = strings.Cut(name, ".")
	if l := Language(name); slices.Contains(Languages(), l) {
		return l
	}
	return English
}
