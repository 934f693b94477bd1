package cli

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/samples"
)

// shifted is a sample as if its last packet had been captured at a time.
func shifted(t *testing.T, sample string, last time.Time) []byte {
	t.Helper()
	data, err := samples.Open(sample)
	if err != nil {
		t.Fatal(err)
	}
	set, err := capture.Open([]string{capture.Stdin}, capture.Options{Stdin: bytes.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	frames, err := capturetest.Collect(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	by := last.Sub(frames[len(frames)-1].Time)
	for i := range frames {
		frames[i].Time = frames[i].Time.Add(by)
	}
	return capturetest.PCAP(frames...)
}

// listener keeps what is written, and when the first of it was.
type listener struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first time.Time
}

func (l *listener) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first.IsZero() {
		l.first = time.Now()
	}
	return l.text.Write(b)
}

func (l *listener) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// through runs the program with a capture on standard input, whose pipe stays open
// for two minutes. It returns what was printed by then, when the first of it was, and
// all that was printed.
func through(t *testing.T, data []byte, args ...string) (open string, after time.Duration, all string) {
	t.Helper()
	r, w := io.Pipe()
	out := new(listener)
	s, _, errOut := testStreams("")
	s.In, s.Out = r, out
	done := make(chan int)
	go func() { done <- Main(args, s) }()
	began := time.Now()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Minute)
	synctest.Wait()
	open, after = out.String(), out.first.Sub(began)
	w.Close()
	if got := <-done; got != exitOK {
		t.Errorf("exit status %d: %s", got, errOut)
	}
	return open, after, out.String()
}

// inBubble runs a test with a clock that leaps over what is waited for.
func inBubble(t *testing.T, test func(*testing.T)) {
	_, stop := interruptible(t.Context()) // starts what waits for signals, once for all
	stop()
	synctest.Test(t, test)
}

// TestPipe: of a capture that is being made results are shown while its pipe is
// open, some time after the last packet of a session, though nothing comes behind
// it; and in the end all is there that the report of the file has.
func TestPipe(t *testing.T) {
	for _, format := range []string{formatNDJSON, formatText} {
		t.Run(format, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				data := shifted(t, "classic-passive", time.Now())
				open, after, all := through(t, data, "analyze", "--format", format, "-")
				first := map[string]string{formatNDJSON: `{"type":"session","id":"s1"`, formatText: "s1  192.0.2.10"}[format]
				if !strings.HasPrefix(open, first) || !strings.HasSuffix(open, "\n") {
					t.Errorf("while the pipe is open: %q", open)
				}
				if strings.Contains(open, `"type":"summary"`) || strings.Contains(open, "standard input") {
					t.Errorf("the end is written before it: %s", open)
				}
				if after < 30*time.Second || after > 45*time.Second {
					t.Errorf("it was shown %s after the last packet, want it after 30 to 45 s", after)
				}
				s, whole, _ := testStreams("")
				s.In = bytes.NewReader(data)
				if Main([]string{"analyze", "--format", format, "-"}, s); all != whole.String() {
					t.Errorf("all in all:\n%s\nwant:\n%s", all, whole)
				}
			})
		})
	}
}

// TestPipeOfOldCapture: a capture that was made before is reported as a file is,
// whatever its pipe does.
func TestPipeOfOldCapture(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		data := shifted(t, "classic-passive", time.Now().Add(-time.Hour))
		open, _, all := through(t, data, "analyze", "-")
		if open != "" || !strings.HasPrefix(all, "s1  192.0.2.10") {
			t.Errorf("while the pipe is open: %q, in the end: %q", open, all)
		}
	})
}

// TestPipeOfSessions: as soon as a packet shows that a session is long over, its
// line is there, also where the capture was made before.
func TestPipeOfSessions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		data := shifted(t, "classic-passive", time.Now().Add(-time.Hour))
		next := shifted(t, "classic-active", time.Now().Add(-30*time.Minute))
		const header = 24 // of a pcap file
		open, after, all := through(t, append(data, next[header:]...), "analyze", "--format", formatNDJSON, "-")
		if strings.Count(open, `{"type":"session"`) != 1 || after != 0 {
			t.Errorf("while the pipe is open, after %s: %s", after, open)
		}
		if strings.Count(all, `{"type":"session"`) != 2 {
			t.Errorf("in the end: %s", all)
		}
	})
}

// TestPipeAtTheEnd: what sums up, or is one document, comes at the end.
func TestPipeAtTheEnd(t *testing.T) {
	for _, args := range [][]string{{"analyze", "--format", "json", "-"}, {"explain", "-"}} {
		inBubble(t, func(t *testing.T) {
			open, _, all := through(t, shifted(t, "classic-passive", time.Now()), args...)
			if open != "" || all == "" {
				t.Errorf("%v: while the pipe is open: %q, in the end: %q", args, open, all)
			}
		})
	}
}
