package report

import (
	"bytes"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// analyzed is what a capture comes to, led through all that comes before the
// report.
func analyzed(t testing.TB, pcap []byte) Result {
	t.Helper()
	src, err := capture.Open([]string{capture.Stdin}, capture.Options{Stdin: bytes.NewReader(pcap)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	tracker, engine := session.New(session.Config{}), diagnose.New(diagnose.Config{})
	decoder := decode.New(decode.Config{}, tracker)
	captures := func() []diagnose.Capture {
		info := src.Info()[0]
		one := diagnose.Capture{Name: info.Name, Filters: info.Filters, Drops: info.Drops, Complete: len(info.Problems) == 0}
		if facts := decoder.Captures(); len(facts) > 0 {
			one.CaptureFacts = facts[0]
		}
		return []diagnose.Capture{one}
	}
	var res Result
	emit := func(s *session.Session) {
		res.Sessions = append(res.Sessions, s)
		res.Said.Add(s.ID, engine.Session(s, &captures()[s.First.Capture]))
	}
	handle := func(ev *ftp.Event) { tracker.Handle(ev, emit) }
	for f, err := range src.Frames(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(f, handle)
	}
	decoder.Finish(handle)
	tracker.Finish(emit)
	res.Said.Captures, res.Said.Vantages = engine.Finish(captures())
	res.Captures, res.Stats = src.Info(), decoder.Stats()
	return res
}
