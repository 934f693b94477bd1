package cli

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/record"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// recordFrame records a frame that matters, and tells the recording of each tick.
func (s *sniffer) recordFrame(f *capture.Frame) {
	if s.record == nil {
		return
	}
	matter := s.analyse.reading.decoder.Matter()
	if matter == decode.MatterNone && f.Length > 0 {
		return
	}
	if err := s.record.Frame(f, matter == decode.MatterWhole); err != nil {
		s.stopRecording(err)
	}
}

// comment puts a finding to the packets that it rests on.
func (s *sniffer) comment(f *diagnose.Finding) {
	for _, e := range f.Evidence {
		if e.Yes() {
			s.record.Comment(e.Frame, fmt.Sprintf("ftpscope %s: %s (%s)", f.Code, report.Escape(f.Headline), report.Escape(e.Text)))
		}
	}
}

// stopRecording goes on without it.
func (s *sniffer) stopRecording(err error) {
	s.printed.clear()
	s.o.streams.say("the recording ends here, what goes on is still shown: %v", err)
	s.record.Close()
	s.record = nil
}

// endRecording closes the recording, and says where the packets are.
func (s *sniffer) endRecording() error {
	if s.record == nil {
		return nil
	}
	s.record.Drops(s.source.Stats().Drops)
	err := s.record.Close()
	if files := s.record.Files(); len(files) > 0 && files[0] != record.Stdout {
		s.o.streams.say("recorded %s in %s", counted(s.record.Stats().Packets, "packet"), strings.Join(files[max(0, len(files)-3):], ", "))
	}
	return err
}
