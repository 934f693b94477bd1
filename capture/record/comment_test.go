package record_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/record"
	"github.com/google/go-cmp/cmp"
)

// comments are the comments in a file, by the live number of their packet.
func comments(t testing.TB, path string) map[int64][]string {
	t.Helper()
	found := make(map[int64][]string)
	eachBlock(t, path, 6, func(options map[uint16][]string) {
		if texts := options[1]; len(texts) > 0 {
			found[int64(binary.LittleEndian.Uint64([]byte(options[5][0])))] = texts
		}
	})
	return found
}

// statistics are the counts of packets received, dropped and delivered that the last
// block of a file tells.
func statistics(t testing.TB, path string) (counts [3]uint64) {
	t.Helper()
	eachBlock(t, path, 5, func(options map[uint16][]string) {
		for i, code := range []uint16{4, 5, 8} {
			counts[i] = binary.LittleEndian.Uint64([]byte(options[code][0]))
		}
	})
	return counts
}

// eachBlock yields the blocks of a kind, packets or statistics, with their options. It
// reads pcapng in a way of its own, that of the specification.
func eachBlock(t testing.TB, path string, kind uint32, yield func(options map[uint16][]string)) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	for len(data) > 0 {
		n := le.Uint32(data[4:])
		block := data[:n]
		data = data[n:]
		if le.Uint32(block) != kind {
			continue
		}
		fixed := uint32(20)
		if kind == 6 {
			fixed = 28 + (le.Uint32(block[20:])+3)/4*4
		}
		options := make(map[uint16][]string)
		for opts := block[fixed : n-4]; len(opts) > 0; {
			code, size := le.Uint16(opts), le.Uint16(opts[2:])
			options[code] = append(options[code], string(opts[4:4+size]))
			opts = opts[4+(size+3)/4*4:]
		}
		yield(options)
	}
}

// wantComments holds what comments a file has.
func wantComments(t testing.TB, path string, want map[int64][]string) {
	t.Helper()
	if want == nil {
		want = map[int64][]string{}
	}
	if diff := cmp.Diff(want, comments(t, path)); diff != "" {
		t.Errorf("comments of %s (-want +got):\n%s", filepath.Base(path), diff)
	}
}

// wantOnly holds that a directory holds these files and no others, such as copies.
func wantOnly(t testing.TB, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// Comments are on their packets, and nothing else has changed.
func TestComments(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.pcapng")
	r := start(t, record.Options{Path: path, Interface: "eth0", Filter: "tcp"})
	frames := sample(20, 61) // data is padded
	frames[7].Direction = capture.DirectionUnknown
	frames[9].Link = capture.LinkLinuxSLL2
	write(t, r, frames...)
	r.Drops(2)
	r.Comment(live(3), "1 SYN, no answer")
	r.Comment(live(7), "first")
	r.Comment(live(7), "second, longer")
	r.Comment(live(7), "first") // two findings cite it alike
	r.Comment(live(19), "last")
	r.Comment(live(3)+1, "a packet that isn't recorded")
	r.Comment(live(20), "one that isn't there at all")
	r.Comment(math.MinInt64, "none")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	end(t, r)

	wantComments(t, path, map[int64][]string{
		live(3): {"1 SYN, no answer"}, live(7): {"first", "second, longer"}, live(19): {"last"},
	})
	got, info := read(t, path)
	same(t, frames, got)
	if info.Drops != 2 || info.Filters[0] != "tcp" {
		t.Errorf("%+v", info)
	}
	if s := r.Stats(); s.Comments != 4 || s.CommentsLost != 3 {
		t.Errorf("stats %+v", s)
	}
	wantOnly(t, dir, "out.pcapng")
	after, err := os.Stat(path)
	if err != nil || after.ModTime().Sub(before.ModTime()) > time.Minute {
		t.Errorf("%v, %v", after.ModTime(), err)
	}
}

// Without comments a file isn't copied.
func TestNoComments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	write(t, r, sample(3, 60)...)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	end(t, r)
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("another file is there, %v", err)
	}
}

// Text from the wire may be long, broken, or an attack on a terminal.
func TestCommentText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	write(t, r, sample(4, 60)...)
	r.Comment(live(0), "two\nlines, \x1b[31mred\x1b[0m, \x00, \xff\xfe")
	r.Comment(live(1), strings.Repeat("ä", 600))
	r.Comment(live(2), strings.Repeat("x", 1024))
	r.Comment(live(3), strings.Repeat("\xff", 5000))
	end(t, r)
	got := comments(t, path)
	if want := "two\nlines, ?[31mred?[0m, ?, ?"; got[live(0)][0] != want {
		t.Errorf("got %q, want %q", got[live(0)][0], want)
	}
	if want := strings.Repeat("ä", 510) + "…"; got[live(1)][0] != want {
		t.Errorf("got %d bytes %q, want %q", len(got[live(1)][0]), got[live(1)], want)
	}
	if want := strings.Repeat("x", 1024); got[live(2)][0] != want {
		t.Errorf("%d bytes, want all", len(got[live(2)][0]))
	}
	if text := got[live(3)][0]; len(text) > 1024 || !utf8.ValidString(text) {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

// There are bounds: 16 comments for a packet, 10,000 in all.
func TestCommentBounds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	frames := sample(700, 60)
	write(t, r, frames...)
	for i := range frames {
		for j := range 20 {
			r.Comment(live(i), fmt.Sprint(j))
		}
	}
	end(t, r)
	if got := len(comments(t, path)[live(0)]); got != 16 {
		t.Errorf("%d comments on a packet, want 16", got)
	}
	if s := r.Stats(); s.Comments != 10_000 || s.CommentsLost != 700*20-10_000 {
		t.Errorf("stats %+v", s)
	}
	got, _ := read(t, path)
	same(t, frames, got)
}

// The largest frame can have all of its comments and is read all the same.
func TestCommentsOnLargest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	frames := sample(1, capture.MaxFrame)
	write(t, r, frames...)
	for i := range 16 {
		r.Comment(live(0), fmt.Sprint(i)+strings.Repeat("x", 1020))
	}
	end(t, r)
	got, info := read(t, path)
	same(t, frames, got)
	if len(info.Comments) != 16 {
		t.Errorf("%d comments", len(info.Comments))
	}
}

// Whoever moved the file away, or put another in its place, is left alone.
func TestCommentsOnMoved(t *testing.T) {
	for _, c := range []struct {
		name    string
		instead []byte
	}{
		{"gone", nil},
		{"another", []byte("precious")},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "out.pcapng")
			r := start(t, record.Options{Path: path})
			frames := sample(3, 60)
			write(t, r, frames...)
			r.Comment(live(1), "lost")
			moved := filepath.Join(dir, "moved.pcapng")
			if err := os.Rename(path, moved); err != nil {
				t.Skip("open files cannot be moved here:", err)
			}
			left := []string{"moved.pcapng"}
			if c.instead != nil {
				left = append(left, "out.pcapng")
				if err := os.WriteFile(path, c.instead, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			end(t, r)
			got, _ := read(t, moved)
			same(t, frames, got)
			wantOnly(t, dir, left...)
			if data, _ := os.ReadFile(path); string(data) != string(c.instead) {
				t.Errorf("in its place: %q", data)
			}
			if s := r.Stats(); s.Comments != 0 || s.CommentsLost != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// Wireshark reads all of it, and tcpdump the packets.
func TestOtherReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path, Interface: "veth7", Filter: "tcp port 21", Version: "1.2.3"})
	frames := sample(3, 60)
	frames[2].Length = 1500
	write(t, r, frames...)
	r.Drops(5)
	r.Comment(live(1), "a finding")
	end(t, r)
	run := func(t *testing.T, name string, args ...string) string {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
		var errors strings.Builder
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Stderr = &errors
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, errors.String())
		}
		return string(out)
	}
	t.Run("tshark", func(t *testing.T) {
		got := run(t, "tshark", "-r", path, "-T", "fields", "-E", "separator=|", "-e", "frame.time_epoch", "-e", "frame.len",
			"-e", "frame.cap_len", "-e", "frame.packet_flags_direction", "-e", "frame.interface_name", "-e", "frame.packet_id", "-e", "frame.comment")
		want := "1795341600.123456789|60|60||veth7|1|\n" +
			"1795341601.123456789|60|60|0x00000001|veth7|3|a finding\n" +
			"1795341602.123456789|1500|60|0x00000002|veth7|5|\n"
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
	t.Run("capinfos", func(t *testing.T) {
		got := run(t, "capinfos", path)
		for _, want := range []string{"nanoseconds (9)", "ftpscope 1.2.3", "Number of packets:   3", "Name = veth7", "Filter string = tcp port 21", "Number of stat entries = 1"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing:\n%s", want, got)
			}
		}
	})
	t.Run("tcpdump", func(t *testing.T) {
		got := run(t, "tcpdump", "-nttr", path, "--nano")
		for i := range frames {
			if want := fmt.Sprintf("179534160%d.123456789 ", i); strings.Count(got, want) != 1 {
				t.Errorf("%q is missing:\n%s", want, got)
			}
		}
	})
}
