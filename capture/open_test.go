package capture_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

func open(t testing.TB, opts capture.Options, names ...string) *capture.Set {
	t.Helper()
	set, err := capture.Open(names, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	good := capturetest.WriteFile(t, "good.pcap", capturetest.PCAP(sample(1)...))
	for _, tt := range []struct {
		name  string
		names []string
		is    error
		want  string
	}{
		{"missing", []string{filepath.Join(dir, "none.pcap")}, fs.ErrNotExist, "none.pcap: no such file or directory"},
		{"missing after a good one", []string{good, filepath.Join(dir, "none.pcap")}, fs.ErrNotExist, "none.pcap"},
		{"directory", []string{dir}, capture.ErrDirectory, dir + ": is a directory"},
		{"nothing", nil, nil, "capture: no capture is named"},
		{"no standard input", []string{"-"}, nil, "capture: standard input is not there"},
	} {
		_, err := capture.Open(tt.names, capture.Options{})
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.HasPrefix(err.Error(), "capture: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := capture.Open([]string{"-", "-"}, capture.Options{Stdin: strings.NewReader(string(capturetest.PCAP()))}); err == nil {
		t.Error("standard input twice: no error")
	}
	if _, err := capture.Open([]string{"-"}, capture.Options{Stdin: iotest.ErrReader(io.ErrClosedPipe)}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("unreadable standard input: %v", err)
	}
	if os.Getuid() != 0 {
		os.Chmod(good, 0)
		if _, err := capture.Open([]string{good}, capture.Options{}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("permission: %v", err)
		}
	}
}

func TestNotCapture(t *testing.T) {
	erf := []byte{0, 0, 0, 0, 0, 0, 0, 0x65, 2, 4, 0, 80, 0, 0, 0, 62}
	tar := make([]byte, 512)
	copy(tar, "name")
	copy(tar[257:], "ustar")
	for _, tt := range []struct {
		name, data, found string
		hint              bool
	}{
		{"empty", "", "an empty file", true},
		{"text", "10:00:00.000 IP 10.0.0.1.21 > 10.0.0.2.999: Flags [S]\n", `text that begins with "10:00:00.000 IP 10.0.0.1.21 > 10.0.0.2.9"`, true},
		{"escapes", "\n\x1b[31mred\n", `text that begins with "\x1b[31mred"`, true},
		{"UTF-8 text", "für\n" + strings.Repeat("ü", 400), `text that begins with "für"`, true},
		{"snoop", "snoop\x00\x00\x00\x00\x00\x00\x02", "a snoop capture (Solaris)", true},
		{"Network Monitor", "GMBU\x00\x02", "a Network Monitor 2 capture", true},
		{"ERF", string(erf), "what may be an ERF capture (Endace)", true},
		{"zip", "PK\x03\x04....", "a zip archive", true},
		{"tar", string(tar), "a tar archive", true},
		{"zeros", "\x00\x00\x00\x00", "nothing but zeros", false},
		{"other", "\x01\x02\x03", "data that begins with 01 02 03", false},
		{"cut pcap", string(capturetest.PCAP()[:10]), "a pcap file that is cut off within its file header (10 of 24 bytes)", false},
		{"cut pcapng", string(capturetest.PCAPNG()[:10]), "a pcapng file that is cut off within its file header (10 of 28 bytes)", false},
		{"damaged pcapng", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00zzzz" + strings.Repeat("\x00", 16), "a pcapng file with a damaged header: after frame 0 at byte 0: section header without a byte-order magic: 7a 7a 7a 7a", false},
		{"text in gzip", string(compress(t, "gzip", []byte("hello"))), `text that begins with "hello", inside gzip data`, true},
		{"nothing in gzip", string(compress(t, "gzip", nil)), "nothing inside gzip data", false},
		{"cut gzip", "\x1f\x8b\x08", "gzip data that is cut off before anything of a capture", false},
		{"bad gzip", "\x1f\x8bnonsense here", "gzip data that can't be decompressed: gzip: invalid header", false},
	} {
		_, _, err := tryRead(t, []byte(tt.data))
		bad, ok := errors.AsType[*capture.NotCaptureError](err)
		if !ok || !errors.Is(err, capture.ErrNotCapture) {
			t.Errorf("%s: got error %v", tt.name, err)
			continue
		}
		if bad.Found != tt.found || (bad.Hint != "") != tt.hint || bad.Name != "-" {
			t.Errorf("%s: found %q, hint %q; want %q", tt.name, bad.Found, bad.Hint, tt.found)
		}
		if want := "capture: standard input: not a pcap or pcapng capture: found " + tt.found; err.Error() != want {
			t.Errorf("%s: message %q, want %q", tt.name, err, want)
		}
	}
}

// The newest file of a rotated ring is empty at first: it must not keep the
// others from being read. None that is a capture is an error still.
func TestOneOfSeveralIsNoCapture(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		good := capturetest.WriteFile(t, "a.pcap", capturetest.PCAP(sample(5)...))
		empty := capturetest.WriteFile(t, "b.pcap", nil)
		set := open(t, way, empty, good)
		n := 0
		for _, err := range set.Frames(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		in := set.Info()
		if n != 5 || !in[1].Complete || in[0].Complete || len(in[0].Problems) != 1 || in[0].Problems[0].Code != capture.CodeUnreadable || !strings.Contains(in[0].Problems[0].Message, "an empty file") {
			t.Errorf("%d frames, %+v", n, in)
		}
		if _, err := capture.Open([]string{empty, empty}, way); !errors.Is(err, capture.ErrNotCapture) {
			t.Errorf("two empty files: %v", err)
		}
	})
}

func TestSinceUntil(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		frames := sample(5)
		frames[1].Time = ts.AddDate(1, 0, 0) // out of order
		var noTime capture.Frame
		noTime.Data, noTime.Link = []byte("no time"), capture.LinkEthernet
		name := capturetest.WriteFile(t, "a.pcapng", capturetest.PCAPNG(append(frames, noTime)...))
		way.Since, way.Until = frames[2].Time, frames[4].Time
		set := open(t, way, name)
		got, err := capturetest.Collect(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int64
		for _, f := range got {
			numbers = append(numbers, f.Number)
		}
		if len(numbers) != 3 || numbers[0] != 3 || numbers[1] != 4 || numbers[2] != 6 {
			t.Errorf("frames %v, want 3, 4 and 6", numbers)
		}
		in := set.Info()[0]
		if in.Packets != 6 || !in.Last.Equal(frames[1].Time) || !in.First.Equal(frames[0].Time) || !in.Complete {
			t.Errorf("all frames count: %+v", in)
		}
	})
}

// An interrupt is noticed within a few hundred frames.
func TestCancel(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		name := capturetest.WriteFile(t, "a.pcap", capturetest.PCAP(random(5, 1000)...))
		for _, names := range [][]string{{name}, {name, name}} {
			set := open(t, way, names...)
			ctx, cancel := context.WithCancel(t.Context())
			frames, errs := 0, 0
			for _, err := range set.Frames(ctx) {
				if err != nil {
					errs++
					if !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
					continue
				}
				if frames++; frames == 2 {
					cancel()
				}
			}
			cancel()
			if frames < 2 || frames > 300 || errs != 1 {
				t.Errorf("%d frames and %d errors, want 2 to 300 and 1", frames, errs)
			}
			if in := set.Info()[0]; in.Complete || len(in.Problems) != 0 {
				t.Errorf("an interrupt is neither an end nor a problem: %+v", in)
			}
			if _, err := capturetest.Collect(t.Context(), set); !errors.Is(err, context.Canceled) {
				t.Errorf("called again: %v", err)
			}
		}
		set := open(t, way, name)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got, err := capturetest.Collect(ctx, set); len(got) != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before: %d frames, %v", len(got), err)
		}
	})
}

// A context ends even what yields no frames at all.
func TestCancelWithoutFrames(t *testing.T) {
	head := newNG(le).buf
	filler := newNG(le).block(99, make([]byte, 100)).buf[28:]
	ctx, cancel := context.WithCancel(t.Context())
	endless := readerFunc(func(p []byte) (int, error) {
		if len(head) > 0 {
			n := copy(p, head)
			head = head[n:]
			return n, nil
		}
		cancel()
		n := copy(p, filler)
		filler = append(filler[n:], filler[:n]...)
		return n, nil
	})
	set := open(t, capture.Options{Stdin: endless}, "-")
	if _, err := capturetest.Collect(ctx, set); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A pipe gives each frame as soon as it is there.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	data := capturetest.PCAP(sample(3)...)
	w.Write(data[:24])
	set := open(t, capture.Options{Stdin: r}, "-")
	rest, size := data[24:], 16+15
	w.Write(rest[:size])
	frames := 0
	for _, err := range set.Frames(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		frames++
		// Only now comes the next.
		rest = rest[size:]
		size++
		if len(rest) > 0 {
			w.Write(rest[:size])
		} else {
			w.Close()
		}
	}
	if in := set.Info()[0]; frames != 3 || !in.Complete || in.Bytes != int64(len(data)) {
		t.Errorf("%d frames, %+v", frames, in)
	}
}

// A read error is a problem of that capture, with a code of its own.
func TestReadError(t *testing.T) {
	data := capturetest.PCAP(sample(3)...)
	set := open(t, capture.Options{Stdin: io.MultiReader(strings.NewReader(string(data)), iotest.ErrReader(errors.New("disk on fire")))}, "-")
	got, err := capturetest.Collect(t.Context(), set)
	in := set.Info()[0]
	if err != nil || len(got) != 3 || in.Complete || len(in.Problems) != 1 || in.Problems[0].Code != capture.CodeUnreadable ||
		in.Problems[0].Message != "after frame 3 at byte 120: reading failed: disk on fire" {
		t.Errorf("%d frames, %v, %+v", len(got), err, in.Problems)
	}
}

func TestBreakAndGoOn(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		name := capturetest.WriteFile(t, "a.pcap", capturetest.PCAP(sample(5)...))
		set := open(t, way, name)
		for range set.Frames(t.Context()) {
			break
		}
		got, err := capturetest.Collect(t.Context(), set)
		if err != nil || len(got) != 4 || got[0].Number != 2 {
			t.Errorf("%d frames, %v", len(got), err)
		}
		if got, err := capturetest.Collect(t.Context(), set); len(got) != 0 || err != nil {
			t.Errorf("every frame is yielded once: %d more, %v", len(got), err)
		}
		if err := set.Close(); err != nil {
			t.Error(err)
		}
		if err := set.Close(); err != nil {
			t.Error(err)
		}
		if _, err := capturetest.Collect(t.Context(), set); !errors.Is(err, capture.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestProgress(t *testing.T) {
	eachWay(t, func(t *testing.T, way capture.Options) {
		frames := random(3, 600)
		a := capturetest.WriteFile(t, "a.pcap", capturetest.PCAP(frames[:300]...))
		damaged := capturetest.PCAP(frames[300:]...)
		damaged = append(damaged[:len(damaged)/2:len(damaged)/2], make([]byte, len(damaged)/2)...)
		b := capturetest.WriteFile(t, "b.pcap", damaged)
		for _, names := range [][]string{{a}, {a, b}} {
			var size int64
			for _, n := range names {
				st, _ := os.Stat(n)
				size += st.Size()
			}
			var last int64
			calls := 0
			way.Progress = func(read, total int64) {
				if read <= last || total != size {
					t.Errorf("%d after %d, total %d, want %d", read, last, total, size)
				}
				last = read
				calls++
			}
			set := open(t, way, names...)
			if calls > 0 {
				t.Error("called by Open")
			}
			if _, err := capturetest.Collect(t.Context(), set); err != nil {
				t.Fatal(err)
			}
			if last != size || calls > int(size>>18)+1 {
				t.Errorf("%d of %d bytes in %d calls", last, size, calls)
			}
		}
		total := int64(0)
		way.Stdin, way.Progress = onlyReader{strings.NewReader(string(damaged))}, func(_, n int64) { total = n }
		set := open(t, way, a, "-")
		if _, err := capturetest.Collect(t.Context(), set); err != nil || total != -1 {
			t.Errorf("with a pipe: total %d, want -1; %v", total, err)
		}
	})
}
