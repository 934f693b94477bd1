package metrics

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxSilence is after how long without a frame or a tick nobody watches any more.
const maxSilence = 10 * time.Second

// health is what /healthz says.
type health struct {
	Status    string   `json:"status"` // ok, or stalled: no frame or tick was handled for 10 s
	Interface string   `json:"interface"`
	Lag       *float64 `json:"lag_seconds"` // null before the first frame or tick
	Drops     *int64   `json:"drops"`       // null where the kernel does not say
}

// health is how it goes.
func (m *Metrics) health() (h health, ok bool) {
	h = health{Status: "ok", Interface: m.iface}
	last := m.began
	if p := m.latest.Load(); p != nil {
		last = p.Now
		if p.Drops >= 0 {
			h.Drops = &p.Drops
		}
	}
	if lag, ok := m.lag(); ok {
		seconds := lag.Seconds()
		h.Lag = &seconds
	}
	if m.clock().Sub(last) >= maxSilence {
		h.Status = "stalled"
		return h, false
	}
	return h, true
}

// serveHealth answers 200 while frames or ticks are handled, else 503.
func (m *Metrics) serveHealth(w http.ResponseWriter, _ *http.Request) {
	h, ok := m.health()
	text, err := json.Marshal(h)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = w.Write(append(text, '\n')) // who asked is gone
}
