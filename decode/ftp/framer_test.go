package ftp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// frame pushes chunks, "GAP" for a gap of 5 bytes, and writes down the lines.
func frame(chunks ...string) string {
	var f Framer
	var out []string
	for _, chunk := range chunks {
		if chunk == "GAP" {
			f.Gap(5)
			continue
		}
		f.Push([]byte(chunk))
		out = append(out, drain(&f)...)
	}
	if line, ok := f.Flush(); ok {
		out = append(out, describe(line))
	}
	if rest := f.Rest(); len(rest) > 0 {
		out = append(out, fmt.Sprintf("rest %q", rest))
	}
	return strings.Join(out, "\n")
}

func drain(f *Framer) (out []string) {
	for line, ok := f.Next(); ok; line, ok = f.Next() {
		out = append(out, describe(line))
	}
	return out
}

func describe(l Line) string {
	s := fmt.Sprintf("%d-%d %q", l.Start, l.End, l.Bytes)
	for _, flag := range []struct {
		set  bool
		name string
	}{{l.Urgent, " urgent"}, {l.Cut, " cut"}, {l.AfterGap, " gap"}, {l.TLS, " TLS"}} {
		if flag.set {
			s += flag.name
		}
	}
	return s
}

func TestFramer(t *testing.T) {
	long := strings.Repeat("x", MaxLine)
	for _, tt := range []struct {
		name   string
		chunks []string
		want   string
		reason string
	}{
		{"one", []string{"NOOP\r\n"}, `0-6 "NOOP"`, ""},
		{"bare LF", []string{"NOOP\n"}, `0-5 "NOOP"`, "inetd-style clients"},
		{"CR CR LF", []string{"NOOP\r\r\n"}, `0-7 "NOOP"`, "broken text mode"},
		{"several", []string{"A\r\nB\r\n"}, "0-3 \"A\"\n3-6 \"B\"", "lftp pipelines"},
		{"split", []string{"RE", "TR x\r", "\nQ"}, "0-8 \"RETR x\"\n8-9 \"Q\" cut", ""},
		{"empty line", []string{"\r\n"}, `0-2 ""`, "servers answer it"},
		{"bare CR", []string{"a\rb\n"}, `0-4 "a\rb"`, "it is kept"},
		{"CR NUL", []string{"a\r\x00b\r\n"}, `0-6 "a\rb"`, "Telnet's CR, RFC 2640 section 3.1"},
		{"NUL", []string{"a\x00b\n"}, `0-4 "a\x00b"`, "only behind CR it is Telnet's"},
		{"abort", []string{"\xff\xf4", "\xff", "\xf2ABOR\r\n"}, `0-10 "ABOR" urgent`, "lab ops-port-vsftpd-abor-urgent"},
		{"abort whole", []string{"\xff\xf4\xff\xf2ABOR\r\n"}, `0-10 "ABOR" urgent`, "in one segment"},
		{"abort, IAC lost", []string{"\xff\xf4\xf2ABOR\r\n"}, `0-9 "ABOR" urgent`, "the urgent byte went out of band"},
		{"abort, gap", []string{"\xff\xf4", "GAP", "\xf2ABOR\r\n"}, `7-14 "ABOR" urgent gap`, "the urgent byte is not in the capture"},
		{"f2 alone", []string{"\xf2BC\r\n"}, `0-5 "\xf2BC"`, "a letter of code page 1251"},
		{"urgent once", []string{"\xff\xf4A\nB\n"}, "0-4 \"A\" urgent\n4-6 \"B\"", "only the next line"},
		{"negotiation", []string{"\xff\xfd", "\x06\xff\xfb\x01NOOP\r\n"}, `0-12 "NOOP"`, "DO, WILL"},
		{"negotiation cut", []string{"\xff\xfd\nA\n"}, "0-3 \"\"\n3-5 \"A\"", "a line end is no option"},
		{"other command", []string{"\xff\xf1NOOP\r\n"}, `0-8 "NOOP"`, "Telnet NOP is not urgent"},
		{"doubled", []string{"RETR \xff\xffx\n"}, `0-9 "RETR \xffx"`, "escaped 255"},
		{"doubled first", []string{"\xff\xffx\n"}, `0-4 "\xffx"`, "escaped 255"},
		{"letter", []string{"RETR a\xffb\n"}, `0-9 "RETR a\xffb"`, "ÿ in Latin-1"},
		{"letters", []string{"RETR \xef\xff\xf2\xfc\n"}, `0-10 "RETR \xef\xff\xf2\xfc"`, "пять in code page 1251"},
		{"letter first", []string{"\xffb\n"}, `0-3 "\xffb"`, "text of a server"},
		{"letter last", []string{"RETR a\xff", "\r\n"}, `0-9 "RETR a\xff"`, "split behind 255"},
		{"letter flushed", []string{"RETR a\xff"}, `0-7 "RETR a\xff" cut`, "255 is the last byte"},
		{"longest", []string{long + "\r\n"}, `0-8194 "` + long + `"`, "just fits"},
		{"longest split", []string{long + "\r", "\n"}, `0-8194 "` + long + `"`, "just fits"},
		{"too long", []string{long + "yz\r\nA\n"}, `0-8196 "` + long + "\" cut\n8196-8198 \"A\"", "cut, and counted"},
		{"too long split", []string{long, "y", "z\r\nA\n"}, `0-8196 "` + long + "\" cut\n8196-8198 \"A\"", "cut, and counted"},
		{"gap", []string{"A\r\nRETR fi", "GAP", "le\r\nB\r\n"}, "0-3 \"A\"\n15-19 \"le\" gap\n19-22 \"B\"", "what follows may be half a line"},
		{"TLS", []string{"A\n\x16\x03\x01\x00"}, "0-2 \"A\"\n2-2 \"\" TLS\nrest \"\\x16\\x03\\x01\\x00\"", "ClientHello"},
		{"TLS split", []string{"A\n\x16", "\x03\x01"}, "0-2 \"A\"\n2-2 \"\" TLS\nrest \"\\x16\\x03\\x01\"", ""},
		{"TLS not", []string{"\x16", "\x04\n"}, `0-3 "\x16\x04"`, "another control character"},
		{"TLS not, whole", []string{"\x16\x04\n"}, `0-3 "\x16\x04"`, "another control character"},
		{"TLS not, alone", []string{"\x17"}, `0-1 "\x17" cut`, ""},
		{"TLS inside", []string{"A\x16\x03\n"}, `0-4 "A\x16\x03"`, "only where a line begins"},
		{"TLS, more", []string{"\x16\x03", "\x01"}, "0-0 \"\" TLS\nrest \"\\x01\"", "what nobody takes is passed over"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := frame(tt.chunks...); got != tt.want {
				t.Errorf("got\n%.200s\nwant\n%.200s\n%s", got, tt.want, tt.reason)
			}
		})
	}
}

func TestFramerRest(t *testing.T) {
	var f Framer
	f.Push([]byte("234 Go ahead\r\n\x16\x03\x03\x00\x01x"))
	line, ok := f.Next()
	if !ok || string(line.Bytes) != "234 Go ahead" || f.Offset() != line.End {
		t.Fatalf("%q %v, offset %d", line.Bytes, ok, f.Offset())
	}
	rest := f.Rest()
	if string(rest) != "\x16\x03\x03\x00\x01x" || f.Offset() != 14 {
		t.Errorf("rest %q at %d", rest, f.Offset())
	}
	f.Skip(int64(len(rest)) + 100)
	f.Push([]byte("200 clear again\r\n22"))
	if line, ok := f.Next(); !ok || line.Start != 120 || line.AfterGap {
		t.Errorf("after CCC: %+v", line)
	}
	if _, ok := f.Next(); ok || f.Pending() != 2 {
		t.Errorf("pending %d, want 2", f.Pending())
	}
	if rest := f.Rest(); string(rest) != "22" || f.Offset() != 137 || f.Pending() != 0 {
		t.Errorf("rest %q at %d", rest, f.Offset())
	}
}

func TestFramerUndrained(t *testing.T) {
	var f Framer
	f.Push([]byte("A\nB\nC"))
	f.Next()
	f.Push([]byte("C\nD\n"))
	f.Push([]byte("E\n"))
	want := "2-4 \"B\"\n4-7 \"CC\"\n7-9 \"D\"\n9-11 \"E\""
	if got := strings.Join(drain(&f), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f.Push([]byte("\x16\x03\x01"))
	f.Next()
	f.Gap(7)
	if f.Offset() != 21 {
		t.Errorf("offset %d behind a gap, want 21", f.Offset())
	}
	f.Push([]byte("\x16"))
	f.Next()
	f.Push([]byte("\x03"))
	if line, ok := f.Next(); !ok || !line.TLS || !line.AfterGap || line.Start != 21 {
		t.Errorf("%+v, %v", line, ok)
	}
	if _, ok := f.Flush(); ok {
		t.Error("TLS is no line")
	}
	f.Gap(1)
	if f.Offset() != 24 {
		t.Errorf("offset %d, want 24", f.Offset())
	}
}

func TestFramerAllocs(t *testing.T) {
	var f Framer
	chunks := [][]byte{[]byte("RETR file\r\nTYPE"), []byte(" I\r"), []byte("\n\xff\xf4\xff"), []byte("\xf2ABOR\r\nSTOR \xff\xff\r\n")}
	run := func() {
		for _, chunk := range chunks {
			f.Push(chunk)
			for _, ok := f.Next(); ok; _, ok = f.Next() {
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkFramer(b *testing.B) {
	chunk := []byte("227 Entering Passive Mode (10,0,0,5,19,137).\r\n")
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	var f Framer
	for b.Loop() {
		f.Push(chunk)
		f.Next()
	}
}

// FuzzFramer holds that how the bytes were cut does not matter.
func FuzzFramer(f *testing.F) {
	for _, seed := range []string{
		"NOOP\r\n", "A\nB\r\r\nC", "\xff\xf4\xff\xf2ABOR\r\n", "\xff\xf4\xf2ABOR\r\n", "RETR \xff\xff\xff\r\n",
		"a\r\x00b\r\n", "\xff\xfd\x06A\n", "234 x\r\n\x16\x03\x01", "\x16\x02\n", "\xff\n\xff\xff\n", "\x14\x14\x03\n", strings.Repeat("\r", 9) + "\n",
	} {
		f.Add([]byte(seed), uint64(0xa5a5), uint16(0))
		f.Add([]byte(seed), uint64(3), uint16(MaxLine-2))
	}
	for _, lines := range spoken(f).whole {
		f.Add([]byte(lines), uint64(0xa5a5), uint16(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, cuts uint64, prefix uint16) {
		if n := int(prefix) % (MaxLine + 8); n > 0 {
			data = append(bytes.Repeat([]byte("p"), n), data...)
		}
		want := frame(string(data))
		var single, cut []string
		tls := false
		from := 0
		for i := range data {
			single = append(single, string(data[i:i+1]))
			if cuts>>(i%64)&1 == 1 {
				cut = append(cut, string(data[from:i]))
				from = i
			}
		}
		cut = append(cut, string(data[from:]))
		tls = strings.Contains(want, " TLS\n")
		for _, chunks := range [][]string{single, cut} {
			got := frame(chunks...)
			if tls { // Rest holds what came since the last Push
				got, _, _ = strings.Cut(got, "\nrest ")
				want, _, _ = strings.Cut(want, "\nrest ")
			}
			if got != want {
				t.Errorf("%q\ngot\n%.400s\nwant\n%.400s", chunks, got, want)
			}
		}
		if strings.Contains(want, "\nrest ") {
			t.Errorf("bytes left over: %.400s", want)
		}
	})
}
