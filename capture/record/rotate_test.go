package record_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/capture/record"
	"github.com/google/go-cmp/cmp"
)

// Three megabytes go into files of 64 KiB each, and all of it is there.
func TestRotateSize(t *testing.T) {
	dir := t.TempDir()
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateSize: 64 << 10})
	frames := sample(4000, 1000)
	for i, f := range frames {
		frames[i].Data = f.Data[:500+i*37%500] // so that files end at any place
		write(t, r, frames[i])
		r.Drops(int64(i)) // so there are statistics each second
	}
	end(t, r)
	files := r.Files()
	last := len(files) - 1
	if len(files) < 50 || filepath.Base(files[0]) != "out-00001.pcapng" || filepath.Base(files[last]) != fmt.Sprintf("out-%05d.pcapng", last+1) {
		t.Fatalf("%d files: %q", len(files), files)
	}
	var all int64
	for _, f := range files {
		st, err := os.Stat(f)
		if err != nil || st.Size() > 64<<10 || st.Size() < 60<<10 && f != files[last] {
			t.Errorf("%s: %v", f, st.Size())
		}
		all += st.Size()
	}
	if s := r.Stats(); s.Bytes != all || s.Packets != 4000 {
		t.Errorf("stats %+v, want %d bytes", s, all)
	}
	set, err := capture.Open(files, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	got, err := capturetest.Collect(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	same(t, frames, got)
}

// A packet that is larger than a file has a file of its own.
func TestRotateLargePacket(t *testing.T) {
	r := start(t, record.Options{Path: filepath.Join(t.TempDir(), "out.pcapng"), RotateSize: 64 << 10})
	frames := sample(3, capture.MaxFrame)
	write(t, r, frames...)
	end(t, r)
	for i, f := range r.Files() {
		got, _ := read(t, f)
		same(t, frames[i:i+1], got)
	}
	if len(r.Files()) != 3 {
		t.Errorf("%q", r.Files())
	}
}

// A file spans ten seconds at most. Ticks end a file in quiet times, and begin none.
func TestRotateTime(t *testing.T) {
	r := start(t, record.Options{Path: filepath.Join(t.TempDir(), "out.pcapng"), RotateTime: 10 * time.Second})
	frames := sample(4, 60)
	for i, seconds := range []int{0, 9, 10, 100} {
		frames[i].Time = at(seconds)
	}
	write(t, r, frames[:3]...)
	for seconds := 11; seconds < 100; seconds++ {
		write(t, r, capture.Frame{Time: at(seconds)})
	}
	if n := len(r.Files()); n != 2 {
		t.Fatalf("%d files before the last packet", n)
	}
	write(t, r, frames[3])
	end(t, r)
	var got []int
	for _, f := range r.Files() {
		frames, _ := read(t, f)
		got = append(got, len(frames))
	}
	if diff := cmp.Diff([]int{2, 1, 1}, got); diff != "" {
		t.Errorf("frames in files (-want +got):\n%s", diff)
	}
}

// The disk is bounded: there are never more files than are to be kept, and they are the
// latest.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateTime: time.Second, Keep: 3})
	frames := sample(10, 60)
	for i, f := range frames {
		write(t, r, f)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) > 3 || len(r.Files()) != len(entries) {
			t.Fatalf("after frame %d: %d files, %q, %v", i, len(entries), r.Files(), err)
		}
	}
	r.Comment(live(0), "its file is gone")
	end(t, r)
	wantOnly(t, dir, "out-00008.pcapng", "out-00009.pcapng", "out-00010.pcapng")
	for i, f := range r.Files() {
		got, _ := read(t, f)
		same(t, frames[7+i:8+i], got)
	}
	if s := r.Stats(); s.CommentsLost != 1 {
		t.Errorf("stats %+v", s)
	}
}

// A restart goes on with the next number. Only with Force the earlier files count.
func TestRestart(t *testing.T) {
	for _, c := range []struct {
		force bool
		want  []string
	}{
		{false, []string{"out-00003.pcapng", "out-00007.pcapng", "out-00009.pcapng", "out-00010.pcapng"}},
		{true, []string{"out-00009.pcapng", "out-00010.pcapng"}},
	} {
		t.Run(fmt.Sprint("force ", c.force), func(t *testing.T) {
			dir := t.TempDir()
			others := []string{"out-0000.pcapng", "out-00005.pcap", "out-000011.pcapng", "out-x.pcapng", "out.pcapng", "x-out-00099.pcapng"}
			for _, name := range append([]string{"out-00003.pcapng", "out-00007.pcapng"}, others...) {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Mkdir(filepath.Join(dir, "out-00005.pcapng"), 0o700); err != nil {
				t.Fatal(err)
			}
			others = append(others, "out-00005.pcapng") // no file
			r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateTime: time.Second, Keep: 2, Force: c.force})
			write(t, r, sample(3, 60)...)
			end(t, r)
			for _, name := range others {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Errorf("removed: %v", err)
				}
			}
			wantOnly(t, dir, c.want...)
			if len(r.Files()) != 2 {
				t.Errorf("%q", r.Files())
			}
		})
	}
}

// Each file tells the drops of its time, so all together tell all.
func TestRotateDrops(t *testing.T) {
	r := start(t, record.Options{Path: filepath.Join(t.TempDir(), "out.pcapng"), RotateTime: 2 * time.Second})
	frames := sample(6, 60)
	for i, drops := range []int64{0, 3, 3, 3, 10, 11} {
		write(t, r, frames[i])
		r.Drops(drops)
	}
	end(t, r)
	var got [][3]uint64
	for _, f := range r.Files() {
		got = append(got, statistics(t, f))
	}
	if diff := cmp.Diff([][3]uint64{{6, 3, 3}, {4, 0, 4}, {12, 8, 4}}, got); diff != "" {
		t.Errorf("received, dropped, delivered (-want +got):\n%s", diff)
	}
}

// A comment reaches closed files while these wait for it, and they are copied once.
func TestRotateComments(t *testing.T) {
	dir := t.TempDir()
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateTime: time.Minute})
	frames := sample(5, 60)
	for i, minutes := range []int{0, 1, 2, 14, 15} {
		frames[i].Time = ts.Add(time.Duration(minutes) * time.Minute)
	}
	write(t, r, frames[:3]...)
	files := r.Files()
	r.Comment(live(0), "in a file that is closed")
	r.Comment(live(2), "in the one that is written")
	wantComments(t, files[0], nil) // not yet: more may come
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := errors.Join(os.Chtimes(files[0], old, old), os.Chmod(files[0], 0o640)); err != nil {
		t.Fatal(err)
	}

	write(t, r, frames[3]) // 12 minutes later
	awaitComments(t, r, 1)
	wantComments(t, files[0], map[int64][]string{live(0): {"in a file that is closed"}})
	// It is as if it had not been copied: its time says when it was written.
	if st, err := os.Stat(files[0]); err != nil || !st.ModTime().Equal(old) || runtime.GOOS != "windows" && st.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v, %v", st.Mode(), st.ModTime(), err)
	}
	r.Comment(live(0), "too late")
	r.Comment(live(1), "too late, though its file needed no copy")
	if s := r.Stats(); s.CommentsLost != 2 {
		t.Errorf("stats %+v", s)
	}

	write(t, r, frames[4])
	r.Comment(live(4), "in the last")
	end(t, r)
	for i, want := range []map[int64][]string{
		{live(0): {"in a file that is closed"}},
		nil,
		{live(2): {"in the one that is written"}},
		nil,
		{live(4): {"in the last"}},
	} {
		wantComments(t, r.Files()[i], want)
		got, _ := read(t, r.Files()[i])
		same(t, frames[i:i+1], got)
	}
	wantOnly(t, dir, "out-00001.pcapng", "out-00002.pcapng", "out-00003.pcapng", "out-00004.pcapng", "out-00005.pcapng")
	if s := r.Stats(); s.Comments != 3 || s.CommentsLost != 2 {
		t.Errorf("stats %+v", s)
	}
}

// awaitComments waits until so many comments are in their files.
func awaitComments(t *testing.T, r *record.Recorder, n int64) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); r.Stats().Comments < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not %d comments are in their files within 10 s: %+v", n, r.Stats())
		}
	}
}

// The bound is on comments that wait, not on all that ever were.
func TestCommentsForWeeks(t *testing.T) {
	r := start(t, record.Options{Path: filepath.Join(t.TempDir(), "out.pcapng"), RotateTime: time.Minute})
	frames := sample(1800, 60)
	for i := range frames {
		week := i / 600
		frames[i].Time = ts.AddDate(0, 0, 7*week)
		if i%600 == 0 {
			write(t, r, capture.Frame{Time: frames[i].Time}) // ends the file
			write(t, r, capture.Frame{Time: frames[i].Time.Add(time.Hour)})
			awaitComments(t, r, int64(week)*6000)
		}
		write(t, r, frames[i])
		for j := range 10 {
			r.Comment(live(i), fmt.Sprint(j))
		}
	}
	end(t, r)
	if s := r.Stats(); s.Comments != 18_000 || s.CommentsLost != 0 {
		t.Errorf("stats %+v", s)
	}
}

// Files that come fast wait for comments as long as there are 16 others. What becomes
// of their comments is counted.
func TestRotateFast(t *testing.T) {
	dir := t.TempDir()
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateTime: time.Second, Keep: 20})
	const n = 60
	for i, f := range sample(n, 60) {
		write(t, r, f)
		r.Comment(live(i), fmt.Sprint(i))
		if i == 17 {
			awaitComments(t, r, 1) // of the first file
		}
	}
	end(t, r)
	s := r.Stats()
	if s.Comments+s.CommentsLost != n || s.Comments < 17 {
		t.Errorf("stats %+v", s)
	}
	files := r.Files()
	if len(files) != 20 {
		t.Fatalf("%d files", len(files))
	}
	for i, f := range files[3:] {
		wantComments(t, f, map[int64][]string{live(n - 17 + i): {fmt.Sprint(n - 17 + i)}})
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 20 {
		t.Errorf("%d files are there, %v", len(entries), err)
	}
}
