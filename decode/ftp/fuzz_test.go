package ftp

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// FuzzQuoted257 holds that a path is what stands behind the first quote, and
// that every path can be told.
func FuzzQuoted257(f *testing.F) {
	for _, seed := range append(replyTexts(f, 257), `"/a"""`, `"/srv""`, `""`, `/srv`) {
		f.Add([]byte(seed))
	}
	quote := func(path string) string { return `"` + strings.ReplaceAll(path, `"`, `""`) + `"` }
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		path, ok := Quoted257(text)
		if !bytes.Equal(text, before) {
			t.Fatal("changed its input")
		}
		at := max(0, bytes.IndexByte(text, '"'))
		if ok && !bytes.HasPrefix(text[at:], []byte(quote(path))) || !ok && path != "" {
			t.Errorf("Quoted257(%q) = %q, %v", text, path, ok)
		}
		if again, ok := Quoted257([]byte(quote(string(text)) + " created")); !ok || again != string(text) {
			t.Errorf("%q quoted reads %q, %v", text, again, ok)
		}
	})
}

// FuzzSTOUName holds that a name is a trimmed part of one line, and that every
// such name can be told by either reply.
func FuzzSTOUName(f *testing.F) {
	for _, code := range []int{125, 150, 226, 250} {
		for _, text := range replyTexts(f, code) {
			f.Add(code, []byte(text))
		}
	}
	f.Add(226, []byte("Transfer complete (unique file name:a(1).txt)."))
	f.Add(250, []byte("(unique file name: ))\n)"))
	f.Add(150, []byte("file: x\ny"))
	f.Fuzz(func(t *testing.T, code int, text []byte) {
		before := bytes.Clone(text)
		name, ok := STOUName(code, text)
		if !bytes.Equal(text, before) {
			t.Fatal("changed its input")
		}
		if ok != (name != "") || strings.Trim(name, " ") != name || strings.Contains(name, "\n") || !bytes.Contains(text, []byte(name)) {
			t.Errorf("STOUName(%d, %q) = %q, %v", code, text, name, ok)
		}
		if ok && !slices.Contains([]int{125, 150, 226, 250}, code) {
			t.Errorf("a name in reply %d: %q", code, text)
		}
		want := strings.Trim(string(text), " ")
		if strings.Contains(want, "\n") {
			return
		}
		for code, reply := range map[int]string{150: "FILE: " + want, 226: "Done (unique file name:" + want + ")."} {
			if got, _ := STOUName(code, []byte(reply)); got != want {
				t.Errorf("STOUName(%d, %q) = %q, want %q", code, reply, got, want)
			}
		}
	})
}

// FuzzFirstCommand holds that what a whole line decided stays decided, whatever
// comes behind it, and that the waiting ends. Before the line is whole, control
// bytes and length decide, which may turn out otherwise.
func FuzzFirstCommand(f *testing.F) {
	for _, seed := range slices.Concat(spoken(f).client, spoken(f).whole, []string{
		"AUTH PLAIN AGFi\r\n", "MODE READER\r\n", "\r\n\r\nNOOP\r\nEHLO x\r\n", "\x16\x03\x01", strings.Repeat("NOOP\r\n", 200),
	}) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		last := FirstCommand(payload)
		if last == VerdictMore && len(payload) > maxFirst {
			t.Errorf("waits for more than %d bytes", len(payload))
		}
		decided := VerdictMore
		for i, c := range payload[:min(len(payload), maxFirst)] {
			v := FirstCommand(payload[:i+1])
			switch {
			case decided != VerdictMore && v != decided:
				t.Fatalf("%q was %v, is %v", payload[:i+1], decided, v)
			case c == '\n':
				decided = v
			case decided == VerdictMore && v == VerdictFTP:
				t.Fatalf("%q: FTP without a whole line", payload[:i+1])
			}
		}
		if decided != VerdictMore && last != decided {
			t.Errorf("%q was %v, is %v", payload, decided, last)
		}
	})
}

// FuzzLooksLikeGreeting holds that the first line decides, and that it is a
// reply.
func FuzzLooksLikeGreeting(f *testing.F) {
	for _, seed := range append(spoken(f).server, "220\r\n", "220 mail ESMTP\r\n", "220 ftp\r\n220 SMTP gateway\r\n", "2201 x", "22\n0") {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		greets := LooksLikeGreeting(payload)
		line, _, whole := bytes.Cut(payload, []byte{'\n'})
		if code, _, _, ok := ParseReplyLine(line); greets && (!ok || code != 220 && code != 120) {
			t.Errorf("%q: a greeting that is reply %d", payload, code)
		}
		if first := payload[:min(len(payload), len(line)+1)]; whole && LooksLikeGreeting(first) != greets {
			t.Errorf("%q alone is a greeting: %v, with more: %v", first, !greets, greets)
		}
	})
}

// FuzzLooksLikeMidstream holds that the first line decides, and that it holds an
// announcement of the speaker.
func FuzzLooksLikeMidstream(f *testing.F) {
	for _, seed := range slices.Concat(spoken(f).client, spoken(f).server, []string{
		"227 Logout.\r\n", "227-(1,2,3,4,5,6)\r\n", "PORT 1,2,3,4,5,6", "lprt 4,4,10,0,0,1,2,4,1\n", "PAST 1,2,3,4,5,6\r\n", "PORT \n",
	}) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		speaker, ok := LooksLikeMidstream(payload)
		line, _, whole := bytes.Cut(payload, []byte{'\n'})
		first := payload[:min(len(payload), len(line)+1)]
		if s, again := LooksLikeMidstream(first); again != ok || ok && s != speaker {
			t.Errorf("%q: %v of %v, with more %v of %v", first, again, s, ok, speaker)
		}
		if !ok {
			return
		}
		if !whole {
			t.Errorf("%q has no line end", payload)
		}
		var a Announcement
		var err error
		if speaker == Initiator {
			c, _ := ParseCommand(trimCR(line))
			a, err = c.Announcement()
		} else {
			code, _, text, _ := ParseReplyLine(trimCR(line))
			a, err = Reply{Code: code, Text: text}.Announcement()
		}
		if err != nil || a.Verb == "" || (a.Mode() == ModeActive) != (speaker == Initiator) {
			t.Errorf("%q of %v: %+v, %v", payload, speaker, a, err)
		}
	})
}
