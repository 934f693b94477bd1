//go:build unix

package capture_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

// Standard input and a named pipe take part in a merge: they are read once.
func TestMergePipes(t *testing.T) {
	a := files(t, []int{1, 4})[0]
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no named pipes:", err)
	}
	go os.WriteFile(fifo, compress(t, "gzip", capturetest.PCAP(at(2, 5)...)), 0)
	set := open(t, capture.Options{Stdin: bytes.NewReader(capturetest.PCAPNG(at(3, 6)...))}, "-", a, fifo)
	got, err := capturetest.Collect(t.Context(), set)
	if err != nil || order(got) != "1:1 2:2 0:3 1:4 2:5 0:6" {
		t.Errorf("got %q, %v", order(got), err)
	}
	for _, in := range set.Info() {
		if !in.Complete || in.Bytes == 0 {
			t.Errorf("%+v", in)
		}
	}
}
