package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/ftpscope/ftpscope/samples"
)

func TestUntilDone(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	got, err := io.ReadAll(untilDone(t.Context(), iotest.HalfReader(bytes.NewReader(data))))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(data))
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	waiting := untilDone(ctx, r)
	cancel()
	if _, err := waiting.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("a pipe that nobody writes to: %v", err)
	}
}

// TestInterruptAtOnce: before the first byte the report is empty, and a report.
func TestInterruptAtOnce(t *testing.T) {
	for _, format := range []string{formatText, formatJSON, formatNDJSON} {
		s, out, errOut := testStreams("")
		r, w := io.Pipe()
		defer w.Close()
		s.In = r
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		root := newRoot(s)
		root.SetArgs([]string{"analyze", "--format", format, "-"})
		if got := status(root.ExecuteContext(ctx)); got != exitInterrupted || errOut.Len() > 0 || out.Len() == 0 {
			t.Errorf("%s: exit status %d, want %d; %s%s", format, got, exitInterrupted, out, errOut)
		}
	}
}

// interruptAfter makes standard input a pipe with some bytes; the context ends when
// they were read.
func interruptAfter(t *testing.T, s *Streams, data []byte) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	t.Cleanup(func() { w.Close() })
	s.In = r
	go func() {
		_, _ = w.Write(data)
		_, _ = w.Write(nil) // returns when all before it was read
		cancel()
	}()
	return ctx
}

// TestInterrupt: what is known by then is printed, and says that it is not all.
func TestInterrupt(t *testing.T) {
	data, err := samples.Open("classic-active")
	if err != nil {
		t.Fatal(err)
	}
	s, out, errOut := testStreams("")
	ctx := interruptAfter(t, s, data[:len(data)/2])
	root := newRoot(s)
	root.SetArgs([]string{"analyze", "--format", "json", "-"})
	if got := status(root.ExecuteContext(ctx)); got != exitInterrupted {
		t.Errorf("exit status %d, want %d; %s", got, exitInterrupted, errOut)
	}
	var doc struct {
		Captures []struct{ Complete bool }
		Sessions []struct{ ID string }
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if len(doc.Captures) != 1 || doc.Captures[0].Complete {
		t.Errorf("the capture is called complete: %+v", doc)
	}
}
