package metrics

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

// What those who ask may take: they are few, and what they say is short.
const (
	maxConnections = 64
	maxHeader      = 16 << 10 // bytes
	maxGathering   = 4        // of /metrics at once
	headerTimeout  = 5 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	stopTimeout    = time.Second
)

// Serve answers at an address until stop is called. An address without a host, like
// ":9120", is one of loopback; port 0 takes one that is free. bound is the address
// as it came to be. stop lets the answers under way be finished, for a second; it may
// always be called, also several times. The error is an *AddressError.
func (m *Metrics) Serve(addr string) (bound string, stop func(), err error) {
	stop = func() {}
	full, err := fullAddress(addr)
	if err != nil {
		return "", stop, err
	}
	l, err := net.Listen("tcp", full)
	if err != nil {
		return "", stop, listenError(addr, err)
	}
	server := &http.Server{
		Handler:        m.handler(),
		MaxHeaderBytes: maxHeader, ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorLog: log.New(io.Discard, "", 0), // of those who ask wrongly
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(netutil.LimitListener(l, maxConnections)) // it ends by stop
	}()
	return l.Addr().String(), func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		<-done
	}, nil
}

// handler answers to /metrics and /healthz.
func (m *Metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: maxGathering,
	}))
	mux.HandleFunc("GET /healthz", m.serveHealth)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ftpscope: see /metrics and /healthz")
	})
	return mux
}
