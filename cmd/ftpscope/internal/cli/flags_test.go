package cli

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

// optionsOf is what a command line says to a command; nil where it runs nothing.
func optionsOf(command func(*Streams, func(context.Context, *analyzeOptions) error) *cobra.Command, args ...string) (got *analyzeOptions, err error) {
	s, _, _ := testStreams("")
	cmd := command(s, func(_ context.Context, o *analyzeOptions) error {
		got = o
		return nil
	})
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.Execute()
	return got, err
}

// TestAnalyzeFlags: what the command line says arrives in the options.
func TestAnalyzeFlags(t *testing.T) {
	s, _, _ := testStreams("")
	var got *analyzeOptions
	cmd := newAnalyze(s, func(_ context.Context, o *analyzeOptions) error {
		got = o
		return nil
	})
	cmd.SetArgs([]string{
		"a.pcap", "b.pcap", "--port", "2121", "--port=2122,990", "--session", "s2", "--session", "s3,s10",
		"--since", "2026-01-02 03:04:05", "--until", "2026-01-02T03:04:05+01:00", "--only-failed", "--format", "ndjson", "--fail-on", "warning",
	})
	if err := cmd.Execute(); err == nil {
		t.Error("since is not before until, and that passes")
	}
	cmd.SetArgs([]string{"a.pcap", "--until", "2026-01-02T04:04:05.500000001+01:00"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.files, []string{"a.pcap"}) || !slices.Equal(got.ports, []uint16{2121, 2122, 990}) || !slices.Equal(got.sessions, []string{"s2", "s3", "s10"}) {
		t.Errorf("%+v", got)
	}
	if want := time.Date(2026, 1, 2, 3, 4, 5, 500000001, time.UTC); !time.Time(got.until).Equal(want) || got.until.String() != "2026-01-02T03:04:05.500000001Z" {
		t.Errorf("until %s", got.until.String())
	}
	if !got.onlyFailed || got.format != formatNDJSON || got.failOn != "warning" || got.showSecrets || got.output != "-" || got.colour != colourAuto {
		t.Errorf("%+v", got)
	}
}

func TestMoment(t *testing.T) {
	for _, s := range []string{"2026-01-02", "2026-01-02 03:04", "2026-01-02 03:04:05", "2026-01-02 03:04:05.123456789", "2026-01-02T03:04:05", "2026-01-02T03:04:05Z", "2026-01-02T03:04", "2026-01-02T03:04+01:00"} {
		if err := new(moment).Set(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{"", "yesterday", "03:04:05", "2026-13-02"} {
		if err := new(moment).Set(s); err == nil {
			t.Errorf("%q is a time", s)
		}
	}
}

// TestExplainFlags: what the command line says of captures arrives in the
// options, and nothing runs where it is about pages.
func TestExplainFlags(t *testing.T) {
	var got *analyzeOptions
	run := func(args ...string) (err error) {
		got, err = optionsOf(newExplain, args...)
		return err
	}
	if err := run("a.pcap", "b.pcap", "--vantage", "server-host", "--port", "2121", "--session", "s2", "--fail-on", "warning", "--since", "2026-01-02", "--show-secrets", "--color", "never"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.files, []string{"a.pcap", "b.pcap"}) || !slices.Equal(got.ports, []uint16{2121}) || !slices.Equal(got.sessions, []string{"s2"}) ||
		got.side() != diagnose.ServerHost || got.failOn != "warning" || !got.showSecrets || got.colour != colourNever || time.Time(got.since).IsZero() {
		t.Errorf("%+v", got)
	}
	if !got.explain || got.format != formatText || got.onlyFailed || got.output != "-" {
		t.Errorf("%+v", got)
	}
	if err := run("a.pcap"); err != nil || got.side() != "" {
		t.Errorf("%v, vantage %q", err, got.side())
	}
	for _, args := range [][]string{
		{},
		{"a.pcap", "--vantage", "moon"},
		{"a.pcap", "--format", "json"},
		{"a.pcap", "--only-failed"},
		{"a.pcap", "--lang", "es"},
		{"a.pcap", "--since", "2026-01-02", "--until", "2026-01-01"},
		{"a.pcap", "passive-syn-unanswered"},
		{"passive-syn-unanswered", "--vantage", "middle"},
		{"--list", "--fail-on", "error"},
		{"passive-syn-unanswered"},
		{"--list"},
	} {
		err := run(args...)
		if page := slices.Equal(args, []string{"passive-syn-unanswered"}) || slices.Equal(args, []string{"--list"}); page != (err == nil) || got != nil {
			t.Errorf("%q: %v, %+v", args, err, got)
		}
	}
}

// TestDemoFlags: --explain asks for an explanation of the sample.
func TestDemoFlags(t *testing.T) {
	var got *analyzeOptions
	run := func(args ...string) (err error) {
		got, err = optionsOf(newDemo, args...)
		return err
	}
	if err := run("classic-active", "--explain", "--vantage", "middle"); err != nil || !got.explain || got.side() != diagnose.InTheMiddle {
		t.Errorf("%v, %+v", err, got)
	}
	if err := run("classic-active"); err != nil || got.explain {
		t.Errorf("%v, %+v", err, got)
	}
	for _, args := range [][]string{{"--explain", "--format", "json"}, {"--explain", "--only-failed"}} {
		if err := run(args...); err == nil || got != nil {
			t.Errorf("%q pass", args)
		}
	}
}
