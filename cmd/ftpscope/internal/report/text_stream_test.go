package report

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// streamed writes a result session by session.
func streamed(t *testing.T, text Text, res Result) string {
	t.Helper()
	var b bytes.Buffer
	x := text.Stream(&b, res.Filter)
	for _, s := range res.Sessions {
		before := b.Len()
		if x.Session(s, res.Said.Sessions[s.ID], res.Captures); !strings.Contains(b.String()[before:], s.ID+" ") {
			t.Errorf("%s is not written when it is over", s.ID)
		}
	}
	if err := x.Finish(res); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTextStream: the text of each scene is the same, whether it is written at the
// end or session by session.
func TestTextStream(t *testing.T) {
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			var whole bytes.Buffer
			text := Text{Width: 80, Expand: name == "crowd"} // that scene has like sessions: see TestTextStreamAlike
			res := scene().result
			for _, f := range res.Said.Captures {
				f.Withdraws = nil // see TestTextStreamTakenBack
			}
			if err := text.Write(&whole, res); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(whole.String(), streamed(t, text, res)); diff != "" {
				t.Errorf("-at the end +session by session:\n%s", diff)
			}
		})
	}
}

// TestTextStreamAlike: of sessions that went the same way the first three are shown
// in full, of the others whom they are like; and all are counted.
func TestTextStreamAlike(t *testing.T) {
	var sessions []*session.Session
	for i := 1; i <= 6; i++ {
		s := plain(fmt.Sprintf("s%d", i))
		s.Transfers = []*session.Transfer{goodPassive(s.ID+".t1", 20, "a.bin", 1000)}
		if i == 5 {
			s.Transfers[0].Outcome = session.OutcomeAborted
		}
		sessions = append(sessions, s)
	}
	got := streamed(t, Text{Width: 120}, newScene(sessions...).result)
	for id, want := range map[string]bool{"s1": true, "s2": true, "s3": true, "s4": false, "s5": true, "s6": false} {
		_, block, _ := strings.Cut(got, id+" ")
		block, _, _ = strings.Cut(block, "\n\ns")
		full, short := strings.Contains(block, "PASV"), strings.Contains(block, "\n    like s1   1 transfer   1 completed   1.0 kB")
		if full != want || short == want {
			t.Errorf("%s: in full %t, want %t:\n%s", id, full, want, block)
		}
	}
	if want := "\n6 sessions   6 transfers   6 passive   6.0 kB\n5 completed   1 aborted\n"; !strings.Contains(got, want) {
		t.Errorf("the end lacks %q:\n%s", want, got)
	}
}

// TestTextStreamTakenBack: what was said of a session and does not hold, as is known
// at the end, is named there.
func TestTextStreamTakenBack(t *testing.T) {
	s := plain("s1")
	s.Transfers = []*session.Transfer{goodPassive("s1.t1", 20, "a.bin", 1000)}
	res := newScene(s).result
	res.Said.Add("s1", diagnose.Explanation{Findings: []*diagnose.Finding{
		{ID: "f1", Code: diagnose.PassiveNoAttempt, Severity: diagnose.Error, Session: "s1", Transfers: []string{"s1.t1"}, Headline: "The client did not connect"},
	}})
	res.Said.Captures = []*diagnose.Finding{
		{ID: "f2", Code: diagnose.CaptureControlOnly, Severity: diagnose.Warning, Headline: "Data connections are not in it", Withdraws: []string{"f1"}},
	}
	got := streamed(t, Text{Width: 120}, res)
	for _, want := range []string{
		"✗ The client did not connect", "Data connections are not in it",
		"what is said above does not hold of   passive-no-attempt of s1\n", "\n1 warning   ftpscope explain",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}

// TestTextStreamMidnight: from the second day of the capture on, times have a date.
func TestTextStreamMidnight(t *testing.T) {
	var b bytes.Buffer
	x := Text{}.Stream(&b, Filter{})
	for i, from := range []time.Duration{0, time.Hour, 24 * time.Hour} {
		s := plain(fmt.Sprintf("s%d", i+1))
		s.First.Time, s.Last.Time = ftp.TimeOf(dawn.Add(from)), ftp.TimeOf(dawn.Add(from+time.Minute))
		x.Session(s, diagnose.Explanation{}, []capture.Info{{First: dawn, Last: s.Last.Time.Std()}})
	}
	got := b.String()
	for _, want := range []string{"at 06:49:54\n", "at 07:49:54\n", "at 2026-11-23 06:49:54\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}

// TestTextStreamRemembers: what it remembers is bounded, however many sessions there
// are.
func TestTextStreamRemembers(t *testing.T) {
	x := Text{}.Stream(new(bytes.Buffer), Filter{})
	for i := range maxRemembered + 10 {
		s := &session.Session{
			ID: fmt.Sprintf("s%d", i), Client: addr(client), State: session.StateUnanswered, Control: &ftp.Conn{},
			Server: netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}), 21),
		}
		x.Session(s, diagnose.Explanation{Findings: []*diagnose.Finding{{ID: s.ID, Session: s.ID, Transfers: []string{s.ID + ".t1"}}}}, nil)
	}
	if a, b, c := len(x.alike), len(x.servers), len(x.written); max(a, b, c) > maxRemembered || a < 10 {
		t.Errorf("%d ways, %d servers and %d findings are remembered, at most %d wanted", a, b, c, maxRemembered)
	}
	if x.sum.Sessions != maxRemembered+10 || x.failed[failureUnanswered] != maxRemembered+10 {
		t.Errorf("%d sessions, %d of them unanswered: want %d", x.sum.Sessions, x.failed[failureUnanswered], maxRemembered+10)
	}
}

// TestTextStreamError: the first error is kept, and nothing is written behind it.
func TestTextStreamError(t *testing.T) {
	x := Text{}.Stream(fullDisk{}, Filter{})
	if x.Session(plain("s1"), diagnose.Explanation{}, nil); !errors.Is(x.Err(), errFull) {
		t.Errorf("%v, want %v", x.Err(), errFull)
	}
	if err := x.Finish(newScene().result); !errors.Is(err, errFull) {
		t.Errorf("%v, want %v", err, errFull)
	}
}

var errFull = errors.New("no space left")

// fullDisk is where nothing can be written.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
