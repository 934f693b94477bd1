package metrics

import (
	"maps"
	rt "runtime/metrics"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Progress is how far the reading has come.
type Progress struct {
	Packets int64          // that came to user space
	Drops   int64          // packets that the kernel dropped; less than 0 where it does not say
	Open    int            // sessions under way
	Tables  map[string]int // entries of what is kept, by a name of the program's own
	Last    time.Time      // of the last frame or tick that was handled, by its own time; zero if there was none
	Now     time.Time      // when that was, by the clock; zero for now
}

// maxTables is how many tables are told of: those that come first by name.
const maxTables = 32

// Progress takes how far the reading has come. It is to be called some times a
// second, and only after a frame or a tick was handled: whoever does not call it for
// a while does not watch any more, says /healthz.
func (m *Metrics) Progress(p Progress) {
	if m == nil {
		return
	}
	if p.Now.IsZero() {
		p.Now = m.clock()
	}
	p.Tables = maps.Clone(p.Tables)
	m.latest.Store(&p)
}

// lag is how long ago by the clock the last frame or tick was captured; false where
// there was none.
func (m *Metrics) lag() (time.Duration, bool) {
	p := m.latest.Load()
	if p == nil || p.Last.IsZero() {
		return 0, false
	}
	return max(m.clock().Sub(p.Last), 0), true
}

// latest gives out what Progress took last.
type latest Metrics

var (
	packetsDesc = describe("packets_total", "Packets that the kernel handed over.")
	dropsDesc   = describe("kernel_drops_total", "Packets that the kernel dropped since the buffer was full.")
	openDesc    = describe("sessions_open", "Sessions under way.")
	tablesDesc  = describe("table_entries", "Entries of what is kept, by table; bytes where its name says so.", "table")
	memoryDesc  = describe("memory_bytes", "Bytes of the heap in use.")
	lagDesc     = describe("lag_seconds", "How long ago the last frame or tick that was handled was captured; on a quiet interface that is up to a second or so.")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// Describe names the metrics.
func (*latest) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{packetsDesc, dropsDesc, openDesc, tablesDesc, memoryDesc, lagDesc} {
		to <- d
	}
}

// Collect gives out their values.
func (l *latest) Collect(to chan<- prometheus.Metric) {
	m := (*Metrics)(l)
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v int64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	gauge(memoryDesc, heap())
	if lag, ok := m.lag(); ok {
		gauge(lagDesc, lag.Seconds())
	}
	p := m.latest.Load()
	if p == nil {
		p = &Progress{}
	}
	counter(packetsDesc, p.Packets)
	if p.Drops >= 0 {
		counter(dropsDesc, p.Drops)
	}
	gauge(openDesc, float64(p.Open))
	names := slices.Sorted(maps.Keys(p.Tables))
	for _, name := range names[:min(len(names), maxTables)] {
		gauge(tablesDesc, float64(p.Tables[name]), name)
	}
}

// heap is how many bytes of the heap are in use.
func heap() float64 {
	sample := []rt.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	if rt.Read(sample); sample[0].Value.Kind() != rt.KindUint64 {
		return 0
	}
	return float64(sample[0].Value.Uint64())
}
