package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/metrics"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/session"
)

// tick is called some times a second, with the time by the frames.
func (s *sniffer) tick(at time.Time) {
	stats := s.source.Stats()
	if s.record != nil {
		s.record.Drops(stats.Drops)
	}
	for _, e := range stats.Events {
		if e.Number > s.events {
			s.events = e.Number
			s.printed.clear()
			s.o.streams.say("%s", e.Message)
		}
	}
	now := time.Now()
	if s.metrics != nil && now.Sub(s.told) >= time.Second {
		s.told = now
		s.metrics.Progress(metrics.Progress{
			Packets: stats.Packets, Drops: stats.Drops, Open: s.open, Last: at, Now: now, Tables: s.tables(),
		})
	}
	if s.printed.due(now) {
		s.printed.show(now, s.status(stats))
	}
	select {
	case <-s.asked:
		s.state(stats)
	default:
	}
}

// status is what goes on, in a line.
func (s *sniffer) status(stats live.Stats) string {
	parts := []string{
		string(s.o.iface), counted(stats.Drops, "drop"), counted(int64(s.open), "session") + " open", humanize.Comma(int64(s.closed)) + " over",
		counted(int64(s.ended), "transfer"), counted(stats.Packets, "packet"),
	}
	return strings.Join(parts, " · ")
}

// tables are the sizes of what is kept.
func (s *sniffer) tables() map[string]int {
	all := s.analyse.reading.decoder.Tables()
	for name, n := range s.analyse.reading.tracker.Tables() {
		all[name] = n
	}
	return all
}

// state prints what is known at the moment, on standard error.
func (s *sniffer) state(stats live.Stats) {
	s.printed.clear()
	s.o.streams.say("%s", s.status(stats))
	n := 0
	for v := range s.analyse.reading.tracker.Live() {
		if n++; n > stateLines {
			fmt.Fprintln(s.o.streams.ErrOut, "  …")
			break
		}
		fmt.Fprintf(s.o.streams.ErrOut, "  %-8s %s\n", v.ID, report.Escape(underWay(v)))
	}
	tables := s.tables()
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(s.o.streams.ErrOut, "  %s: %d\n", name, tables[name])
	}
}

// stateLines is how many sessions SIGUSR1 lists.
const stateLines = 20

// underWay is who talks to whom in a session, and how far they came.
func underWay(v session.View) string {
	text := fmt.Sprintf("%s → %s %s, %s", v.Client, v.Server, v.State, counted(int64(v.Transfers), "transfer"))
	if v.Latest != nil {
		text += fmt.Sprintf(", the latest under way: %s", v.Latest.Mode)
		if v.Latest.Command != nil {
			text += " " + v.Latest.Command.Verb
		}
	}
	return text
}
