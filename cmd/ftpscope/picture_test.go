package main

import (
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
)

// pictureSample is what README.md's picture shows.
const pictureSample = "tnftp-epsv-then-eprt"

// picturePath is where the picture is.
const picturePath = "../../.github/demo.svg"

// TestPicture holds the picture in README.md to what the program prints.
func TestPicture(t *testing.T) {
	got := svg("ftpscope analyze "+pictureSample+".pcap", string(run(t, "demo", "--color", "always", pictureSample)))
	if *update {
		if err := os.WriteFile(picturePath, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(picturePath)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the program prints: go test ./cmd/ftpscope -update", picturePath)
	}
	if !strings.Contains(got, "refused") || !strings.Contains(got, `class="c31`) {
		t.Error("the picture shows no colour")
	}
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// svg draws what a terminal would show after a command.
func svg(command, output string) string {
	const charWidth, lineHeight, margin = 8.43, 20, 18
	lines := append([]string{"\x1b[32m$\x1b[m \x1b[1m" + command + "\x1b[m"}, strings.Split(strings.TrimRight(output, "\n"), "\n")...)
	columns := 0
	var text strings.Builder
	for i, line := range lines {
		columns = max(columns, len([]rune(sgr.ReplaceAllString(line, ""))))
		fmt.Fprintf(&text, `<text x="%d" y="%d">%s</text>`+"\n", margin, margin+14+i*lineHeight, spans(line))
	}
	width, height := int(float64(columns)*charWidth)+2*margin, len(lines)*lineHeight+2*margin
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="output of %s">
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d0d7de; white-space: pre }
.c1 { font-weight: bold; fill: #f0f6fc } .c2 { fill: #8b949e } .c31 { fill: #ff7b72; font-weight: bold } .c32 { fill: #56d364 } .c33 { fill: #e3b341 } .c36 { fill: #79c0ff }
</style>
<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>
%s</svg>
`, width, height, html.EscapeString(command), text.String())
}

// spans turns the colours of one line into classes.
func spans(line string) string {
	var b strings.Builder
	class := ""
	put := func(s string) {
		s = html.EscapeString(s)
		if s == "" {
			return
		}
		if class == "" {
			b.WriteString(s)
			return
		}
		fmt.Fprintf(&b, `<tspan class="%s">%s</tspan>`, class, s)
	}
	for {
		at := sgr.FindStringSubmatchIndex(line)
		if at == nil {
			put(line)
			return b.String()
		}
		put(line[:at[0]])
		class = ""
		for code := range strings.SplitSeq(line[at[2]:at[3]], ";") {
			if code != "" && code != "0" {
				class = "c" + code // the last one is the colour
			}
		}
		line = line[at[1]:]
	}
}
