package record_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/record"
	"github.com/google/go-cmp/cmp"
)

// Everything that a frame says is read back.
func TestFrames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	frames := sample(10, 333)
	frames[1].Length = 1500 // the kernel showed less
	frames[2].Link = capture.LinkLinuxSLL2
	frames[3].Link = capture.LinkRaw
	frames[4].Time = frames[3].Time.Add(-time.Hour) // the clock was set back
	frames[5].Data, frames[5].Length = bytes.Repeat([]byte{9}, capture.MaxFrame), capture.MaxFrame
	frames[6].Data, frames[6].Length = []byte{1}, 1

	r := start(t, record.Options{Path: path, Interface: "eth0", Filter: "host 192.0.2.1", Version: "1.2.3"})
	write(t, r, frames...)
	r.Drops(7)
	end(t, r)

	got, info := read(t, path)
	same(t, frames, got)
	want := capture.Info{
		Name: path, Format: "pcapng",
		LinkTypes:  []capture.LinkType{capture.LinkEthernet, capture.LinkLinuxSLL2, capture.LinkRaw},
		SnapLength: capture.MaxFrame,
		Packets:    10, Bytes: r.Stats().Bytes, Truncated: 1, Drops: 7,
		Filters: []string{"host 192.0.2.1"},
		First:   frames[4].Time, Last: frames[9].Time, Complete: true,
	}
	if diff := cmp.Diff(want, info); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	if want := []string{path}; !slices.Equal(r.Files(), want) {
		t.Errorf("files %q, want %q", r.Files(), want)
	}
	if s := r.Stats(); s.Packets != 10 {
		t.Errorf("stats %+v", s)
	}
	// Nineteen frames came, every second was recorded.
	if got, want := statistics(t, path), [3]uint64{26, 7, 19}; got != want {
		t.Errorf("received, dropped, delivered: %d, want %d", got, want)
	}
}

// The samples of the program are recorded as they are.
func TestSamples(t *testing.T) {
	paths, err := filepath.Glob("../../samples/*.pcap*")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d samples, %v", len(paths), err)
	}
	for _, sample := range paths {
		want, _ := read(t, sample)
		path := filepath.Join(t.TempDir(), "out.pcapng")
		r := start(t, record.Options{Path: path})
		write(t, r, want...)
		end(t, r)
		got, _ := read(t, path)
		same(t, want, got)
	}
}

// Of data only the headers are kept, and how long the packet was.
func TestSnapData(t *testing.T) {
	for _, c := range []struct {
		name       string
		snap, want int
	}{
		{"unsaid", 0, 128},
		{"said", 100, 100},
		{"more than there is", 2000, 1500},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out.pcapng")
			r := start(t, record.Options{Path: path, SnapData: c.snap})
			frames := sample(2, 1500)
			for i := range frames {
				if err := r.Frame(&frames[i], i == 1); err != nil {
					t.Fatal(err)
				}
			}
			end(t, r)
			got, _ := read(t, path)
			frames[0].Data = frames[0].Data[:c.want]
			same(t, frames, got)
		})
	}
}

// A frame longer than what any reader takes is cut, and says so.
func TestTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	frames := sample(1, capture.MaxFrame+1)
	r := start(t, record.Options{Path: path})
	write(t, r, frames...)
	end(t, r)
	got, _ := read(t, path)
	frames[0].Data = frames[0].Data[:capture.MaxFrame]
	same(t, frames, got)
}

// Times that the format can't say become 1970, others are kept.
func TestTimes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	epoch := time.Unix(0, 0).UTC()
	frames := sample(5, 60)
	far := time.Date(2500, 1, 1, 0, 0, 0, 1, time.UTC)
	for i, at := range []time.Time{{}, epoch.Add(-1), epoch.Add(1), far, far.AddDate(1000, 0, 0)} {
		frames[i].Time = at
	}
	r := start(t, record.Options{Path: path})
	write(t, r, frames...)
	end(t, r)
	got, _ := read(t, path)
	for _, i := range []int{0, 1, 4} {
		frames[i].Time = epoch
	}
	same(t, frames, got)
}

// What is there at any time, as after a crash, is a whole capture; and nothing is older
// than a second, by the frames' time, or than a tick.
func TestCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	want := func(n int, when string) {
		t.Helper()
		if got, _ := read(t, path); len(got) != n {
			t.Fatalf("%s: %d frames, want %d", when, len(got), n)
		}
	}
	frames := sample(7, 60)
	for i := range frames {
		frames[i].Time = ts
	}
	want(0, "at first")
	write(t, r, frames[0])
	want(1, "after the first frame")
	write(t, r, frames[1:3]...)
	want(1, "within the same second")
	frames[3].Time = ts.Add(time.Second)
	write(t, r, frames[3])
	want(4, "a second later")
	frames[4].Time = ts.Add(time.Second)
	write(t, r, frames[4])
	write(t, r, capture.Frame{Time: ts.Add(time.Second + 250*time.Millisecond)})
	want(5, "after a tick")
	frames[5].Time = ts.Add(time.Second + 300*time.Millisecond)
	write(t, r, frames[5])
	want(5, "shortly after it")
	frames[6].Time = ts.Add(-time.Hour)
	write(t, r, frames[6])
	want(7, "when the clock was set back")
	r.Drops(3)
	write(t, r, capture.Frame{Time: ts})
	if _, info := read(t, path); info.Drops != 3 {
		t.Errorf("drops %d before the end, want 3", info.Drops)
	}
	end(t, r)
	if got, info := read(t, path); len(got) != 7 || info.Drops != 3 {
		t.Errorf("%d frames, drops %d", len(got), info.Drops)
	}
}

// A burst within a second doesn't wait in memory.
func TestBurst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	f := sample(1, 1500)[0]
	for range 1000 {
		write(t, r, f)
	}
	if got, _ := read(t, path); len(got) < 800 {
		t.Errorf("%d frames of 1000 are in the file", len(got))
	}
}

func TestEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	end(t, start(t, record.Options{Path: path}))
	frames, info := read(t, path)
	if len(frames) != 0 || info.Drops != 0 {
		t.Errorf("%d frames, %+v", len(frames), info)
	}
}

func TestStandardOutput(t *testing.T) {
	var out bytes.Buffer
	r := start(t, record.Options{Path: record.Stdout, Stdout: &out})
	frames := sample(5, 60)
	write(t, r, frames...)
	// Read while it is open.
	got, _ := readBytes(t, out.Bytes())
	same(t, frames, got)
	r.Comment(live(0), "cannot be put in")
	end(t, r)
	got, info := readBytes(t, out.Bytes())
	same(t, frames, got)
	if len(info.Comments) > 0 || r.Stats().CommentsLost != 1 {
		t.Errorf("comments %q, stats %+v", info.Comments, r.Stats())
	}
}

// The file is for its owner alone, and nothing is overwritten unasked.
func TestExists(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	if err := os.WriteFile(path, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := record.New(record.Options{Path: path})
	if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "precious" {
		t.Errorf("the file is %q, %v", data, err)
	}
	r := start(t, record.Options{Path: path, Force: true})
	frames := sample(2, 60)
	write(t, r, frames...)
	r.Comment(live(1), "look") // the copy has the same permissions
	end(t, r)
	got, _ := read(t, path)
	same(t, frames, got)
	if st, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}

// A link in place of the file is replaced, what it points to is not touched.
func TestForceLink(t *testing.T) {
	dir := t.TempDir()
	target, path := filepath.Join(dir, "target"), filepath.Join(dir, "out.pcapng")
	if err := os.WriteFile(target, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	end(t, start(t, record.Options{Path: path, Force: true}))
	if data, err := os.ReadFile(target); err != nil || string(data) != "precious" {
		t.Errorf("the target is %q, %v", data, err)
	}
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.pcapng")
	for _, c := range []struct {
		name string
		o    record.Options
		want string
	}{
		{"no path", record.Options{}, "no file is named"},
		{"no standard output", record.Options{Path: "-"}, "is not there"},
		{"rotated standard output", record.Options{Path: "-", Stdout: new(bytes.Buffer), RotateTime: time.Hour}, "name a file"},
		{"snap too small", record.Options{Path: path, SnapData: 10}, "64"},
		{"negative snap", record.Options{Path: path, SnapData: -1}, "64"},
		{"size without a unit", record.Options{Path: path, RotateSize: 100}, "100MB"},
		{"negative size", record.Options{Path: path, RotateSize: -1}, "too small"},
		{"time too short", record.Options{Path: path, RotateTime: time.Millisecond}, "1h"},
		{"negative count", record.Options{Path: path, Keep: -1, RotateTime: time.Hour}, "-1 files"},
		{"keep of one", record.Options{Path: path, Keep: 3}, "rotation"},
		{"directory", record.Options{Path: dir}, "is a directory"},
		{"no directory", record.Options{Path: filepath.Join(dir, "none", "x")}, "none"},
		{"no directory to rotate in", record.Options{Path: filepath.Join(dir, "none", "x"), RotateTime: time.Hour}, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := record.New(c.o)
			if err == nil || !strings.HasPrefix(err.Error(), "record: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// After Close nothing is recorded any more, and nothing breaks.
func TestClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.pcapng")
	r := start(t, record.Options{Path: path})
	frames := sample(2, 60)
	write(t, r, frames[0])
	end(t, r)
	write(t, r, frames[1])
	r.Comment(live(0), "too late")
	end(t, r)
	got, info := read(t, path)
	same(t, frames[:1], got)
	if len(info.Comments) > 0 || r.Stats().CommentsLost != 1 {
		t.Errorf("comments %q, %+v", info.Comments, r.Stats())
	}
}
