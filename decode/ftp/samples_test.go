package ftp

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples"
)

// speech is what the dialogues of the samples say, each text once.
type speech struct {
	client, server []string // lines with their ends, if they have them
	whole          []string // all lines of one side of one sample
}

var spokenLine = regexp.MustCompile(`^(?:(?:unseen|lost|twice) )*([CS])(?::\w+)?([<>+!=]) ?(.*)$`)

// spoken reads the texts of the samples. Their language is that of
// samples/internal/gen.
func spoken(f *testing.F) speech {
	f.Helper()
	var s speech
	for _, name := range samples.Names() {
		source, err := samples.Source(name)
		if err != nil {
			f.Fatal(err)
		}
		var client, server strings.Builder
		for line := range strings.Lines(source) {
			m := spokenLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
			if m == nil {
				continue
			}
			said, open := unescape(f, m[3])
			if !open && m[2] != "!" {
				said += "\r\n"
			}
			if m[1] == "C" {
				s.client = append(s.client, said)
				client.WriteString(said)
			} else {
				s.server = append(s.server, said)
				server.WriteString(said)
			}
		}
		s.whole = append(s.whole, client.String(), server.String())
	}
	if len(s.client) == 0 || len(s.server) == 0 {
		f.Fatalf("the samples say nothing: %d lines of clients, %d of servers", len(s.client), len(s.server))
	}
	for _, texts := range []*[]string{&s.client, &s.server, &s.whole} {
		slices.Sort(*texts)
		*texts = slices.Compact(*texts)
	}
	return s
}

// unescape resolves the escapes of a line; open is true without a line end.
func unescape(f *testing.F, s string) (said string, open bool) {
	f.Helper()
	var b []byte
	for s != "" {
		switch {
		case s[0] != '\\':
			b, s = append(b, s[0]), s[1:]
		case strings.HasPrefix(s, `\|`):
			s = s[2:]
		case s == `\c`:
			return string(b), true
		default:
			c, _, rest, err := strconv.UnquoteChar(s, '"')
			if err != nil {
				f.Fatalf("escape in %q: %v", s, err)
			}
			b, s = append(b, byte(c)), rest
		}
	}
	return string(b), false
}

// replyTexts returns the texts of the samples' replies with one of the codes.
func replyTexts(f *testing.F, codes ...int) []string {
	f.Helper()
	var texts []string
	for _, line := range spoken(f).server {
		code, _, text, ok := ParseReplyLine([]byte(strings.TrimRight(line, "\r\n")))
		if ok && slices.Contains(codes, code) {
			texts = append(texts, string(text))
		}
	}
	if len(texts) == 0 {
		f.Fatalf("the samples have no reply %v", codes)
	}
	return texts
}
