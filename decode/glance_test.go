package decode

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/workload"
	"github.com/ftpscope/ftpscope/session"
)

// wary is an Interest that lets nothing pass at a glance.
type wary struct{ Interest }

func (wary) Announced() *ftp.PortSet { return announced(dataEnd).Announced() }

// decoded is all that a decoder says of a capture.
func decoded(t *testing.T, name string, wrap func(Interest) Interest) (log []string, s Stats, c []ftp.CaptureFacts) {
	t.Helper()
	set, err := capture.Open([]string{name}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	tracker := session.New(session.Config{})
	d := New(Config{}, wrap(tracker))
	emit := func(ev *ftp.Event) {
		log = append(log, fmt.Sprint(ev.Kind, ev.Frame, ev.From, ev.Command.Verb, ev.Reply.Code))
		tracker.Handle(ev, func(*session.Session) {})
	}
	for f, err := range set.Frames(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		d.Decode(f, emit)
	}
	d.Finish(emit)
	return log, d.Stats(), d.Captures()
}

// What passes at a glance would have passed a long look too.
func TestGlance(t *testing.T) {
	files := make(map[string][]byte)
	for _, name := range samples.Names() {
		files[name], _ = samples.Open(name)
	}
	for _, w := range workload.All() {
		files[w.Name] = made(t, w.Name, 0.002)
	}
	passed := 0
	for name, data := range files {
		file := capturetest.WriteFile(t, name, data)
		log, stats, facts := decoded(t, file, func(i Interest) Interest { return i })
		wantLog, wantStats, wantFacts := decoded(t, file, func(i Interest) Interest { return wary{i} })
		if !slices.Equal(log, wantLog) {
			t.Errorf("%s: other events\n%s", name, cmp.Diff(wantLog, log))
		}
		equal(t, name+": counted", stats, wantStats)
		if diff := cmp.Diff(wantFacts, facts, cmp.Comparer(func(a, b ftp.Time) bool { return a == b })); diff != "" {
			t.Errorf("%s: other facts\n%s", name, diff)
		}
		passed += int(stats.TCP - facts[0].Control)
	}
	if passed < 1000 {
		t.Errorf("%d packets of nobody: these captures test nothing", passed)
	}
}

// The first byte of all that is recognised is among those that a glance stops at.
func TestMayAnnounce(t *testing.T) {
	for _, words := range []string{
		"227 Entering Passive Mode (192,0,2,1,4,5).\r\n", "228 Entering Long Passive Mode (4,4,192,0,2,1,2,4,5)\r\n", "229 Entering Extended Passive Mode (|||1029|)\r\n",
		"PORT 192,0,2,1,4,5\r\n", "port 192,0,2,1,4,5\r\n", "EPRT |1|192.0.2.1|1029|\r\n", "eprt |1|192.0.2.1|1029|\r\n", "LPRT 4,4,192,0,2,1,2,4,5\r\n", "lprt 4,4,192,0,2,1,2,4,5\r\n",
	} {
		if _, ok := ftp.LooksLikeMidstream([]byte(words)); !ok || !mayAnnounce[words[0]] {
			t.Errorf("%q: recognised %v, looked at %v", words, ok, mayAnnounce[words[0]])
		}
	}
	for c := range 256 {
		for _, rest := range []string{"27 Entering Passive Mode (192,0,2,1,4,5).\r\n", "ORT 192,0,2,1,4,5\r\n", "PRT |1|192.0.2.1|1029|\r\n", "PRT 4,4,192,0,2,1,2,4,5\r\n"} {
			if _, ok := ftp.LooksLikeMidstream(append([]byte{byte(c)}, rest...)); ok && !mayAnnounce[c] {
				t.Errorf("%q passes at a glance", string(rune(c))+rest)
			}
		}
	}
}

func made(t *testing.T, name string, scale float64) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := workload.Write(&out, name, scale); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
