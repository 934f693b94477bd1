package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/record"
)

// smallDisk is a disk of 1 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("ftpscope-test", dir, "tmpfs", 0, "size=1m,mode=700"); err != nil {
		t.Skip("no small disk can be mounted here:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill records frames until the disk is full, and returns those before the error.
func fill(t *testing.T, r *record.Recorder) (frames []capture.Frame, failure error) {
	t.Helper()
	for _, f := range sample(2000, 1000) {
		err := r.Frame(&f, true)
		switch {
		case err == nil && failure == nil:
			frames = append(frames, f)
		case err != nil && failure != nil:
			t.Fatalf("told again: %v", err)
		case err != nil:
			failure = err
		}
	}
	return frames, failure
}

// The disk is full: said once, clearly, and what was recorded is a whole capture.
func TestDiskFull(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "out.pcapng")
	r := start(t, record.Options{Path: path})
	frames, err := fill(t, r)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "full") {
		t.Errorf("got %v", err)
	}
	end(t, r)
	got, _ := read(t, path)
	if len(got) < 900 || len(got) > len(frames) {
		t.Fatalf("%d frames are there of %d", len(got), len(frames))
	}
	same(t, frames[:len(got)], got)
}

// Where not even the beginning of a file fits, no file is left behind.
func TestDiskFullAtFirst(t *testing.T) {
	dir := smallDisk(t)
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 2<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if _, err := record.New(record.Options{Path: filepath.Join(dir, "out.pcapng")}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	wantOnly(t, dir, "filler")
}

// With rotation and files to keep it doesn't become full.
func TestDiskNotFull(t *testing.T) {
	dir := smallDisk(t)
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateSize: 200 << 10, Keep: 4})
	if _, err := fill(t, r); err != nil {
		t.Error(err)
	}
	end(t, r)
}

// There is room for the file, but not for its copy: the packets stay, the comments don't
// come, and that is said.
func TestDiskFullForComments(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "out.pcapng")
	r := start(t, record.Options{Path: path})
	frames := sample(700, 1000)
	write(t, r, frames...)
	r.Comment(live(699), "lost")
	err := r.Close()
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "not the comments") {
		t.Errorf("got %v", err)
	}
	got, info := read(t, path)
	same(t, frames, got)
	if s := r.Stats(); len(info.Comments) != 0 || s.CommentsLost != 1 {
		t.Errorf("comments %q, stats %+v", info.Comments, s)
	}
	wantOnly(t, dir, "out.pcapng")
}

// A pipe is written to while somebody reads it.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	read := make(chan []byte, 1)
	go func() {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		read <- data
	}()
	r := start(t, record.Options{Path: path})
	frames := sample(5, 60)
	write(t, r, frames...)
	end(t, r)
	select {
	case data := <-read:
		got, _ := readBytes(t, data)
		same(t, frames, got)
	case <-time.After(10 * time.Second):
		t.Fatal("the reader of the pipe has not seen its end within 10 s")
	}
}
