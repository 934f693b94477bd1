package record_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture/record"
)

// limited is a pipe that breaks after n bytes.
type limited struct {
	bytes.Buffer
	n int
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) <= l.n-l.Len() {
		return l.Buffer.Write(b)
	}
	n, _ := l.Buffer.Write(b[:l.n-l.Len()])
	return n, syscall.EPIPE
}

// Recording stops once, and says so once.
func TestBrokenPipe(t *testing.T) {
	out := &limited{n: 1000}
	r := start(t, record.Options{Path: record.Stdout, Stdout: out})
	var errs []error
	for _, f := range sample(20, 60) {
		if err := r.Frame(&f, true); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) != 1 || !errors.Is(errs[0], syscall.EPIPE) || !strings.Contains(errs[0].Error(), "standard output") {
		t.Errorf("errors %v, want one", errs)
	}
	if err := r.Close(); err != nil {
		t.Errorf("told again: %v", err)
	}
	if out.Len() != 1000 {
		t.Errorf("%d bytes", out.Len())
	}
}

// A device that is full is told before the capture begins.
func TestDevFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /dev/full here")
	}
	_, err := record.New(record.Options{Path: "/dev/full"})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "/dev/full: the disk is full") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Fatal(err)
	}
}

// A device is written to as it is, and never replaced.
func TestDevice(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil || before.Mode().IsRegular() {
		t.Skip("no such device here")
	}
	r := start(t, record.Options{Path: os.DevNull, Force: true})
	write(t, r, sample(3, 60)...)
	r.Comment(live(1), "lost")
	end(t, r)
	after, err := os.Stat(os.DevNull)
	if err != nil || after.Mode() != before.Mode() {
		t.Fatalf("mode %v, was %v, %v", after.Mode(), before.Mode(), err)
	}
	if s := r.Stats(); s.Packets != 3 || s.CommentsLost != 1 {
		t.Errorf("stats %+v", s)
	}
}

// Where the oldest file can't be removed, the promise to bound the disk can't be held:
// recording stops.
func TestKeepFails(t *testing.T) {
	dir := t.TempDir()
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateTime: time.Second, Keep: 2})
	frames := sample(4, 60)
	write(t, r, frames[:2]...)
	first := r.Files()[0]
	if err := os.Remove(first); err != nil {
		t.Skip("open files cannot be removed here:", err)
	}
	if err := os.MkdirAll(filepath.Join(first, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := r.Frame(&frames[2], true)
	if err == nil || !strings.Contains(err.Error(), first) {
		t.Errorf("got %v", err)
	}
	write(t, r, frames[3])
	end(t, r)
	got, _ := read(t, filepath.Join(dir, "out-00002.pcapng"))
	same(t, frames[1:2], got)
}

// A file that somebody made under the next name is not overwritten, whatever Force says.
func TestNextNameTaken(t *testing.T) {
	dir := t.TempDir()
	r := start(t, record.Options{Path: filepath.Join(dir, "out.pcapng"), RotateTime: time.Second, Force: true})
	frames := sample(3, 60)
	write(t, r, frames[0])
	taken := filepath.Join(dir, "out-00002.pcapng")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Frame(&frames[1], true); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	write(t, r, frames[2])
	end(t, r)
	if data, err := os.ReadFile(taken); err != nil || string(data) != "precious" {
		t.Errorf("%q, %v", data, err)
	}
}

// A frame costs no memory once the file is open.
func TestFrameAllocates(t *testing.T) {
	r := start(t, record.Options{Path: filepath.Join(t.TempDir(), "out.pcapng")})
	f := sample(1, 1500)[0]
	write(t, r, f)
	allocs := testing.AllocsPerRun(1000, func() {
		f.Number++
		f.Time = f.Time.Add(time.Millisecond)
		if err := r.Frame(&f, false); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations for a frame", allocs)
	}
	end(t, r)
}
