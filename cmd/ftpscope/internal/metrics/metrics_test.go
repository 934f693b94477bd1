package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// at is when the tests take place.
var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// watching are metrics whose clock stands at the time that it points to.
func watching() (m *Metrics, now *time.Time) {
	now = new(at)
	return newAt("v0.6.0", "eth0", func() time.Time { return *now }), now
}

// blocked is a session with a passive transfer that went well and an active one
// that was blocked.
func blocked() (*session.Session, []*diagnose.Finding) {
	s := &session.Session{ID: "s1", State: session.StateClosed, Transfers: []*session.Transfer{
		{ID: "s1.t1", Mode: ftp.ModePassive, Outcome: session.OutcomeCompleted, Data: &session.Data{Bytes: 5 << 32}},
		{ID: "s1.t2", Mode: ftp.ModeActive, Outcome: session.OutcomeBlocked, Data: &session.Data{}},
		{ID: "s1.t3", Outcome: session.OutcomeRejected},
	}}
	return s, []*diagnose.Finding{
		{ID: "f1", Code: diagnose.ActiveUnanswered, Severity: diagnose.Error},
		{ID: "f2", Code: diagnose.ActivePrivateAddress, Severity: diagnose.Note},
	}
}

// TestSession: what is counted of a session that is over, and of another one.
func TestSession(t *testing.T) {
	m, _ := watching()
	s, findings := blocked()
	m.Session(s, findings)
	m.Session(s, findings[:1])
	m.Session(nil, []*diagnose.Finding{{Code: diagnose.CaptureLossy, Severity: diagnose.Warning}})
	want := `
# HELP ftpscope_findings_total Findings about sessions that are over and about the capture, by code and severity; a finding that a later one takes back stays counted.
# TYPE ftpscope_findings_total counter
ftpscope_findings_total{code="active-private-address",severity="note"} 1
ftpscope_findings_total{code="active-syn-unanswered",severity="error"} 2
ftpscope_findings_total{code="capture-lossy",severity="warning"} 1
# HELP ftpscope_transfer_bytes_total Bytes of files and listings of sessions that are over, by mode.
# TYPE ftpscope_transfer_bytes_total counter
ftpscope_transfer_bytes_total{mode="active"} 0
ftpscope_transfer_bytes_total{mode="passive"} 4.294967296e+10
ftpscope_transfer_bytes_total{mode="unknown"} 0
`
	if err := testutil.GatherAndCompare(m.registry, strings.NewReader(want), "ftpscope_findings_total", "ftpscope_transfer_bytes_total"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		what string
		got  float64
		want float64
	}{
		{"sessions that were closed", testutil.ToFloat64(m.sessions.WithLabelValues("closed")), 2},
		{"sessions that were reset", testutil.ToFloat64(m.sessions.WithLabelValues("reset")), 0},
		{"passive, completed", testutil.ToFloat64(m.transfers.WithLabelValues("passive", "completed")), 2},
		{"active, blocked", testutil.ToFloat64(m.transfers.WithLabelValues("active", "blocked")), 2},
		{"without announcement, rejected", testutil.ToFloat64(m.transfers.WithLabelValues("unknown", "rejected")), 2},
		{"passive, blocked", testutil.ToFloat64(m.transfers.WithLabelValues("passive", "blocked")), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

// TestProgress: what is said of the reading, two seconds later by the clock.
func TestProgress(t *testing.T) {
	m, now := watching()
	tables := map[string]int{"connections": 12, "waiting_bytes": 4096}
	m.Progress(Progress{Packets: 1_000_000, Drops: 3, Open: 7, Tables: tables, Last: at.Add(-time.Second), Now: at})
	tables["connections"] = 99 // whoever calls may use it again
	*now = at.Add(2 * time.Second)
	want := `
# HELP ftpscope_build_info 1, with the version of ftpscope.
# TYPE ftpscope_build_info gauge
ftpscope_build_info{version="v0.6.0"} 1
# HELP ftpscope_kernel_drops_total Packets that the kernel dropped since the buffer was full.
# TYPE ftpscope_kernel_drops_total counter
ftpscope_kernel_drops_total 3
# HELP ftpscope_lag_seconds How long ago the last frame or tick that was handled was captured; on a quiet interface that is up to a second or so.
# TYPE ftpscope_lag_seconds gauge
ftpscope_lag_seconds 3
# HELP ftpscope_packets_total Packets that the kernel handed over.
# TYPE ftpscope_packets_total counter
ftpscope_packets_total 1e+06
# HELP ftpscope_sessions_open Sessions under way.
# TYPE ftpscope_sessions_open gauge
ftpscope_sessions_open 7
# HELP ftpscope_table_entries Entries of what is kept, by table; bytes where its name says so.
# TYPE ftpscope_table_entries gauge
ftpscope_table_entries{table="connections"} 12
ftpscope_table_entries{table="waiting_bytes"} 4096
`
	if err := testutil.GatherAndCompare(m.registry, strings.NewReader(want), "ftpscope_build_info", "ftpscope_kernel_drops_total",
		"ftpscope_lag_seconds", "ftpscope_packets_total", "ftpscope_sessions_open", "ftpscope_table_entries"); err != nil {
		t.Error(err)
	}
	if n := heap(); n < 1<<16 || n > 1<<40 {
		t.Errorf("the heap: %v bytes", n)
	}
}

// TestUnknown: of what is not known there is no value, and no lag is negative where
// the clock was set back.
func TestUnknown(t *testing.T) {
	m, now := watching()
	count := func(name string, want int) {
		t.Helper()
		if n, err := testutil.GatherAndCount(m.registry, name); n != want || err != nil {
			t.Errorf("%s: %d series, want %d, %v", name, n, want, err)
		}
	}
	count("ftpscope_lag_seconds", 0)
	count("ftpscope_table_entries", 0)
	count("ftpscope_sessions_total", len(states))
	count("ftpscope_transfers_total", len(modes)*len(outcomes))
	m.Progress(Progress{Drops: -1, Last: at, Now: at})
	count("ftpscope_kernel_drops_total", 0)
	*now = at.Add(-time.Hour)
	if lag, ok := m.lag(); lag != 0 || !ok {
		t.Errorf("the clock was set back: a lag of %s, %t", lag, ok)
	}
}

// TestNil: whoever was not asked for metrics counts nothing.
func TestNil(t *testing.T) {
	var m *Metrics
	m.Progress(Progress{})
	m.Session(blocked())
}

// TestLint: names, units and help are as Prometheus wants them.
func TestLint(t *testing.T) {
	m, _ := watching()
	m.Session(blocked())
	m.Progress(Progress{Tables: map[string]int{"sessions": 1}, Last: at, Now: at})
	problems, err := testutil.GatherAndLint(m.registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
