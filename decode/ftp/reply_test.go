package ftp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestParseReplyLine(t *testing.T) {
	for _, tt := range []struct {
		line   string
		code   int
		more   bool
		text   string
		ok     bool
		reason string
	}{
		{"226 Done", 226, false, "Done", true, ""},
		{"211-Features:", 211, true, "Features:", true, ""},
		{"226", 226, false, "", true, "text is optional"},
		{"226 ", 226, false, "", true, ""},
		{"226-", 226, true, "", true, ""},
		{"220Welcome", 220, false, "Welcome", true, "sample: zeek ftp-missing-space-after-reply-code"},
		{"220\tWelcome", 220, false, "Welcome", true, ""},
		{"631 bWFnaWM=", 631, false, "bWFnaWM=", true, "RFC 2228 section 5"},
		{"2201 x", 0, false, "", false, "a number, not a code"},
		{"099 x", 0, false, "", false, "first digit"},
		{"700 x", 0, false, "", false, "first digit"},
		{"260 x", 0, false, "", false, "second digit"},
		{"22x x", 0, false, "", false, "third digit"},
		{" 220 x", 0, false, "", false, "a line of text"},
		{"22", 0, false, "", false, "short"},
		{"", 0, false, "", false, "empty"},
	} {
		code, more, text, ok := ParseReplyLine([]byte(tt.line))
		if code != tt.code || more != tt.more || string(text) != tt.text || ok != tt.ok {
			t.Errorf("ParseReplyLine(%q) = %d %v %q %v: %s", tt.line, code, more, text, ok, tt.reason)
		}
	}
}

// assemble feeds lines and writes down what comes out; a line that begins with
// ">" is sent after the server received another command.
func assemble(lines string) string {
	var a ReplyAssembler
	var out strings.Builder
	write := func(r Assembled) {
		fmt.Fprintf(&out, "%d %q lines %d-%d n=%d", r.Code, r.Text, r.First.Frame, r.Last.Frame, r.Lines)
		if r.Cut {
			out.WriteString(" cut")
		}
		if r.Unended {
			out.WriteString(" unended")
		}
		out.WriteByte('\n')
	}
	for i, line := range strings.Split(lines, "\n") {
		if line == "GAP" {
			a.Gap()
			continue
		}
		line, moved := strings.CutPrefix(line, ">")
		a.Line([]byte(line), Seen{Ref: Ref{Frame: int64(i + 1)}}, moved)
		for r, ok := a.Next(); ok; r, ok = a.Next() {
			write(r)
		}
	}
	open := a.Open()
	if r, ok := a.Flush(); ok != open {
		out.WriteString("Open and Flush differ\n")
	} else if ok {
		write(r)
	}
	return out.String()
}

func TestReplyAssembler(t *testing.T) {
	for _, tt := range []struct{ name, lines, want, reason string }{
		{"single", "220 Hello", `220 "Hello" lines 1-1 n=1`, ""},
		{"two", "150 Go\n226 Done", "150 \"Go\" lines 1-1 n=1\n226 \"Done\" lines 2-2 n=1", ""},
		{
			"RFC 959", "123-First line\nSecond line\n  234 A line beginning with numbers\n123 The last line",
			`123 "First line\nSecond line\n  234 A line beginning with numbers\nThe last line" lines 1-4 n=4`, "section 4.2",
		},
		{"prefixed", "230-a\n230-b\n230 c", `230 "a\nb\nc" lines 1-3 n=3`, "wu-ftpd and ProFTPD repeat the code"},
		{"FEAT", "211-Features:\n EPSV\n211 End", `211 "Features:\n EPSV\nEnd" lines 1-3 n=3`, "vsftpd"},
		{"bare end", "211-x\n211", `211 "x\n" lines 1-2 n=2`, "no text in the last line"},
		{"other code is text", "220-a\n331 b\n220 c", `220 "a\n331 b\nc" lines 1-3 n=3`, "the server has received no other command"},
		{
			"unended", "211-a\n b\n>150 Go\n226 Done",
			"211 \"a\\n b\" lines 1-2 n=2 unended\n150 \"Go\" lines 3-3 n=1\n226 \"Done\" lines 4-4 n=1", "the server has moved on",
		},
		{"moved, own code", "211-a\n>211 b", `211 "a\nb" lines 1-2 n=2`, "pipelined, but well ended"},
		{"moved, number in text", "211-a\n>150 files\n211 b", "211 \"a\" lines 1-1 n=1 unended\n150 \"files\" lines 2-2 n=1\n211 \"b\" lines 3-3 n=1", "the price of guessing"},
		{"moved, hyphen", "211-a\n>230-b\n>230 c", "211 \"a\\n230-b\" lines 1-2 n=2 unended\n230 \"c\" lines 3-3 n=1", "only code and blank end a reply"},
		{"moved, same word", "211-a\n>150Go\n>211 b", `211 "a\n150Go\nb" lines 1-3 n=3`, "no blank"},
		{"no code", "hello", `0 "hello" lines 1-1 n=1`, ""},
		{"flush", "220-a\nb", `220 "a\nb" lines 1-2 n=2 unended`, "the stream ends"},
		{"gap", "220-a\nGAP\n220 b", `220 "a\nb" lines 1-3 n=2 cut`, "the end came after the gap"},
		{"gap outside", "220 a\nGAP\n220-b\n220 c", "220 \"a\" lines 1-1 n=1\n220 \"b\\nc\" lines 3-4 n=2", "nothing was open"},
		{"same code unseparated", "220-a\n220Welcome\n220 c", `220 "a\n220Welcome\nc" lines 1-3 n=3`, "text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.TrimSuffix(assemble(tt.lines), "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, tt.want, tt.reason)
			}
		})
	}
}

func TestReplyAssemblerBound(t *testing.T) {
	var a ReplyAssembler
	line := bytes.Repeat([]byte("x"), 1000)
	a.Line([]byte("211-"), Seen{}, false)
	for range 200 {
		a.Line(line, Seen{}, false)
	}
	a.Line([]byte("211 end"), Seen{}, false)
	r, ok := a.Next()
	if !ok || len(r.Text) != MaxReplyText || !r.Cut || r.Unended || r.Lines != 202 {
		t.Errorf("%v, %d bytes, cut %v, unended %v, %d lines", ok, len(r.Text), r.Cut, r.Unended, r.Lines)
	}
	a.Line([]byte("220-"), Seen{}, false)
	if cap(a.text) > keepReplyText {
		t.Errorf("keeps %d bytes after a long reply", cap(a.text))
	}
}

func TestReplyAssemblerAllocs(t *testing.T) {
	var a ReplyAssembler
	lines := [][]byte{[]byte("211-Features:"), []byte(" EPSV"), []byte("211 End"), []byte("226 Done")}
	run := func() {
		for _, line := range lines {
			a.Line(line, Seen{}, false)
			a.Next()
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzReplyAssembler(f *testing.F) {
	for _, seed := range []string{"220 a\n", "220-a\nb\n220 c", "211-a\n>150 b\n226 c", "x\n", "227 (1,2,3,4,5,6)", "229 (|||5|)", "211-\nGAP\n211"} {
		f.Add([]byte(seed))
	}
	for _, lines := range spoken(f).whole {
		f.Add([]byte(strings.ReplaceAll(lines, "\r\n", "\n")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a ReplyAssembler
		lines, counted := 0, 0
		check := func(r Assembled) {
			counted += r.Lines
			if r.Code != 0 && (r.Code < 100 || r.Code > 659) || r.Lines < 1 || len(r.Text) > max(MaxReplyText, len(data)) {
				t.Errorf("%+v", r)
			}
			if ann, err := r.Announcement(); err == nil && ann.Verb != "" && ann.Endpoint.Port() == 0 {
				t.Errorf("%q: port 0", r.Text)
			}
			Quoted257(r.Text)
			STOUName(r.Code, r.Text)
		}
		for line := range bytes.SplitSeq(data, []byte{'\n'}) {
			line, moved := bytes.CutPrefix(line, []byte{'>'})
			lines++
			a.Line(line, Seen{}, moved)
			for r, ok := a.Next(); ok; r, ok = a.Next() {
				check(r)
			}
		}
		if r, ok := a.Flush(); ok {
			check(r)
		}
		if lines != counted {
			t.Errorf("%d lines in, %d out", lines, counted)
		}
	})
}
