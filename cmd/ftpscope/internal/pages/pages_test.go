package pages

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// headings are those of a page, in their order.
var headings = map[Language][]string{
	English: {"WHAT IT MEANS", "HOW IT IS RECOGNISED", "WHAT IT CANNOT TELL", "WHAT TO DO", "TO BE CERTAIN", "SEE ALSO"},
	Spanish: {"QUÉ SIGNIFICA", "CÓMO SE RECONOCE", "LO QUE NO PERMITE SABER", "QUÉ HACER", "PARA ESTAR SEGURO", "VÉASE TAMBIÉN"},
}

var aCode = regexp.MustCompile(`\b[a-z0-9]+(?:-[a-z0-9]+)+\b`)

// TestPages holds every page to the form that they share.
func TestPages(t *testing.T) {
	codes := Codes()
	const diagnoses, sanity = 45, 12
	if len(codes) != diagnoses+sanity {
		t.Errorf("%d codes have a page, the catalogue has %d", len(codes), diagnoses+sanity)
	}
	titles := make(map[string]string)
	for _, l := range Languages() {
		for _, code := range codes {
			name := string(l) + "/" + code
			page, err := Page(code, l)
			if err != nil {
				t.Error(err)
				continue
			}
			if other := titles[Title(code, l)]; other != "" {
				t.Errorf("%s has the title of %s", name, other)
			}
			titles[Title(code, l)] = name
			check(t, name, page, headings[l], codes)
		}
		entries, err := fs.ReadDir(files, string(l))
		if err != nil || len(entries) != len(codes) {
			t.Errorf("%s: %d pages for %d codes, %v", l, len(entries), len(codes), err)
		}
	}
}

func check(t *testing.T, name, page string, headings, codes []string) {
	lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
	if title := lines[0]; title == "" || strings.HasSuffix(title, ".") || utf8.RuneCountInString(title) > 72 {
		t.Errorf("%s: title %q", name, title)
	}
	var got []string
	for i, line := range lines[1:] {
		switch {
		case utf8.RuneCountInString(line) > 76, strings.TrimRight(line, " \t\r") != line:
			t.Errorf("%s:%d: too long, or blanks at its end", name, i+2)
		case line != "" && line[0] != ' ':
			got = append(got, line)
		}
	}
	if !slices.Equal(got, headings) {
		t.Errorf("%s: headings %q, want %q", name, got, headings)
	}
	_, see, _ := strings.Cut(page, headings[len(headings)-1])
	found := 0
	for _, code := range aCode.FindAllString(regexp.MustCompile(`https?://\S+`).ReplaceAllString(see, ""), -1) {
		if slices.Contains(codes, code) {
			found++
		} else if strings.Count(code, "-") > 1 {
			t.Errorf("%s: sees %s, which has no page", name, code)
		}
	}
	if found == 0 {
		t.Errorf("%s: sees no other page", name)
	}
}

func TestNoPage(t *testing.T) {
	for _, code := range []string{"", "nothing", "../en/control-unreachable", "en/control-unreachable"} {
		if _, err := Page(code, English); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", code, err)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	for locale, want := range map[string]Language{
		"": English, "C": English, "POSIX": English, "en_GB.UTF-8": English, "de_DE": English,
		"es": Spanish, "es_ES.UTF-8": Spanish, "es_MX": Spanish, "ES_AR.utf8": Spanish, "es.UTF-8": Spanish,
	} {
		if got := LanguageOf(locale); got != want {
			t.Errorf("%q: %s, want %s", locale, got, want)
		}
	}
}
