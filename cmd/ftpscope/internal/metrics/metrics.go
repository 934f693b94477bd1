package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Metrics counts. It is safe for concurrent use; a nil one counts nothing.
type Metrics struct {
	iface    string
	registry *prometheus.Registry
	clock    func() time.Time
	began    time.Time

	sessions  *prometheus.CounterVec // by state
	transfers *prometheus.CounterVec // by mode and outcome
	bytes     *prometheus.CounterVec // by mode
	findings  *prometheus.CounterVec // by code and severity
	latest    atomic.Pointer[Progress]
}

// New makes the metrics of this version of ftpscope, which watches an interface.
func New(version, iface string) *Metrics { return newAt(version, iface, time.Now) }

// newAt is New with a clock.
func newAt(version, iface string, clock func() time.Time) *Metrics {
	m := &Metrics{
		iface: iface, registry: prometheus.NewRegistry(), clock: clock, began: clock(),
		sessions:  counters("sessions_total", "Sessions that are over, by the state of their control connection.", "state"),
		transfers: counters("transfers_total", "Transfers of sessions that are over, by mode and outcome.", "mode", "outcome"),
		bytes:     counters("transfer_bytes_total", "Bytes of files and listings of sessions that are over, by mode.", "mode"),
		findings:  counters("findings_total", "Findings about sessions that are over and about the capture, by code and severity; a finding that a later one takes back stays counted.", "code", "severity"),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, with the version of ftpscope.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(
		m.sessions, m.transfers, m.bytes, m.findings, build, (*latest)(m),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	m.zero()
	return m
}

// namespace begins the names of all metrics that are ours.
const namespace = "ftpscope"

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// zero makes the series whose values are known beforehand: an increase from nothing
// to 1 would not be one to Prometheus. Of findings there are too many.
func (m *Metrics) zero() {
	for _, state := range states {
		m.sessions.WithLabelValues(state)
	}
	for _, mode := range modes {
		m.bytes.WithLabelValues(mode)
		for _, outcome := range outcomes {
			m.transfers.WithLabelValues(mode, outcome)
		}
	}
}

// Session counts a session that is over, with the findings about it. A nil session
// is for findings about the capture.
func (m *Metrics) Session(s *session.Session, findings []*diagnose.Finding) {
	if m == nil {
		return
	}
	for _, f := range findings {
		m.findings.WithLabelValues(known(codes, string(f.Code)), known(severities, string(f.Severity))).Inc()
	}
	if s == nil {
		return
	}
	m.sessions.WithLabelValues(known(states, string(s.State))).Inc()
	for _, t := range s.Transfers {
		mode := known(modes, t.Mode.String())
		m.transfers.WithLabelValues(mode, known(outcomes, string(t.Outcome))).Inc()
		if t.Data != nil && t.Data.Bytes > 0 { // a counter must not be made less
			m.bytes.WithLabelValues(mode).Add(float64(t.Data.Bytes))
		}
	}
}
