package record

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// blocks is a section with one interface and one packet, of that number.
func blocks(number int64) []byte {
	b := appendSection(nil, "test")
	b = appendInterface(b, capture.LinkEthernet, "eth0", "")
	f := capture.Frame{Time: time.Unix(1, 2), Data: []byte("hello"), Length: 9, Number: number, Direction: capture.DirectionOut}
	b = appendPacket(b, 0, &f, 5)
	return appendStatistics(b, f.Time, 3, 4)
}

func TestSizes(t *testing.T) {
	f := capture.Frame{Data: make([]byte, 1000), Direction: capture.DirectionIn, Number: 1 << 40}
	for n := range 1000 {
		if size := int64(len(appendPacket(nil, 1, &f, n))); size != packetSize(n) {
			t.Fatalf("a packet of %d takes %d bytes, not %d", n, size, packetSize(n))
		}
	}
	if n := len(appendStatistics(nil, time.Unix(1, 0), 1, 1)); n != statisticsSize {
		t.Errorf("statistics take %d bytes", n)
	}
}

// However much of a write succeeds, it is cut back to whole blocks.
func TestWholeBlocks(t *testing.T) {
	all := blocks(1)
	borders := map[int]bool{0: true}
	for end := 0; end < len(all); {
		end += int(le.Uint32(all[end+4:]))
		borders[end] = true
	}
	border := 0
	for n := range len(all) + 1 {
		if borders[n] {
			border = n
		}
		if got := wholeBlocks(all[:n]); got != border {
			t.Errorf("of %d bytes %d, want %d", n, got, border)
		}
	}
	if border != len(all) || len(borders) != 5 {
		t.Errorf("%d borders up to %d", len(borders), border)
	}
}

// A file that is removed while it is copied does not come back.
func TestRemovedWhileCopied(t *testing.T) {
	dir := t.TempDir()
	p := &part{path: filepath.Join(dir, "out.pcapng"), regular: true}
	p.comment(7, "lost")
	if err := os.WriteFile(p.path, blocks(7), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if p.identity, err = os.Stat(p.path); err != nil {
		t.Fatal(err)
	}

	// In the midst of the copy.
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write(blocks(7))
		if err := p.remove(); err != nil {
			t.Error(err)
		}
		_, _ = w.Write(blocks(7))
		w.Close()
	}()
	if placed, err := p.copy(io.Discard, r); placed != 0 || err != nil {
		t.Errorf("%d placed, %v", placed, err)
	}
	r.Close()

	// Just before it takes its place.
	copied := filepath.Join(dir, "copied")
	if err := os.WriteFile(copied, blocks(7), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.replace(copied); err != nil {
		t.Error(err)
	}

	// Before it begins.
	if placed, err := annotate(p); placed != 0 || err != nil {
		t.Errorf("%d placed, %v", placed, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// Where the queue is full, the capture goes on and comments are lost.
func TestQueueFull(t *testing.T) {
	var f finisher
	f.jobs, f.done = make(chan *part, 1), make(chan struct{})
	p := &part{path: filepath.Join(t.TempDir(), "none"), regular: true}
	p.comment(1, "first")
	q := &part{path: p.path, regular: true}
	q.comment(1, "second")
	q.comment(2, "third")
	f.add(p, false)
	f.add(q, false)
	if waits, _, lost := f.counts(); waits != 1 || lost != 2 {
		t.Errorf("%d wait, %d lost", waits, lost)
	}
	if f.of(p.path) != p {
		t.Error("the file that waits is not found")
	}
	go f.run()
	if err := f.close(); err != nil {
		t.Error(err)
	}
	if waits, _, lost := f.counts(); waits != 0 || lost != 3 {
		t.Errorf("%d wait, %d lost", waits, lost)
	}
}

// The oldest file is removed also while it waits to be copied, and its copy does not
// take its place then.
func TestRemoveWaiting(t *testing.T) {
	dir := t.TempDir()
	r := &Recorder{}
	r.finish.jobs, r.finish.done = make(chan *part, 1), make(chan struct{})
	p := &part{path: filepath.Join(dir, "out-00001.pcapng"), regular: true}
	p.comment(7, "lost")
	if err := os.WriteFile(p.path, blocks(7), 0o600); err != nil {
		t.Fatal(err)
	}
	r.finish.add(p, true)
	if err := r.remove(p.path); err != nil {
		t.Error(err)
	}
	if !p.removed() {
		t.Error("who copies it isn't told that it is removed")
	}
	go r.finish.run()
	if err := r.finish.close(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// FuzzCopy: whatever a file holds in place of what was written, copying it neither
// panics nor makes it longer than its comments do.
func FuzzCopy(f *testing.F) {
	f.Add(blocks(7))
	f.Add(blocks(7)[:100])
	f.Add(appendStatistics(nil, time.Time{}, -1, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := new(part)
		p.comment(7, "first")
		p.comment(7, "second")
		var out bytes.Buffer
		placed, err := p.copy(&out, bytes.NewReader(data))
		if err == nil && out.Len() != len(data)+placed/2*(12+12) {
			t.Errorf("%d bytes of %d, %d placed", out.Len(), len(data), placed)
		}
		if err != nil && errors.Is(err, io.EOF) && len(data) == 0 {
			t.Error(err)
		}
	})
}
