package metrics

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// get asks for a page.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// TestServe: at an address without a host it answers on loopback, until it is
// stopped.
func TestServe(t *testing.T) {
	m := New("v0.6.0", "eth0")
	m.Session(blocked())
	bound, stop, err := m.Serve(":0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if host, port, _ := net.SplitHostPort(bound); host != "127.0.0.1" || port == "0" {
		t.Errorf("it listens at %s, want a port of 127.0.0.1", bound)
	}
	url := "http://" + bound
	status, body := get(t, url+"/metrics")
	for _, want := range []string{
		`ftpscope_transfers_total{mode="active",outcome="blocked"} 1` + "\n",
		`ftpscope_build_info{version="v0.6.0"} 1` + "\n",
		"\nftpscope_memory_bytes ", "\ngo_goroutines ", "\nprocess_start_time_seconds ",
	} {
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("/metrics: %d, without %q:\n%s", status, want, body)
		}
	}
	if status, body := get(t, url+"/"); status != http.StatusOK || !strings.Contains(body, "/healthz") {
		t.Errorf("/: %d %s", status, body)
	}
	if status, _ := get(t, url+"/debug"); status != http.StatusNotFound {
		t.Errorf("/debug: %d, want 404", status)
	}
	stop()
	stop()
	if _, err := http.Get(url); err == nil {
		t.Error("it answers though it was stopped")
	}
}

// TestHealth: it is well for 10 s after its beginning and after each frame or tick,
// and well again when one comes.
func TestHealth(t *testing.T) {
	m, now := watching()
	server := httptest.NewServer(m.handler())
	defer server.Close()
	progress := func() {
		m.Progress(Progress{Drops: 2, Last: now.Add(-250 * time.Millisecond), Now: *now})
	}
	for _, step := range []struct {
		name   string
		wait   time.Duration
		before func()
		status int
		body   string
	}{
		{"at the beginning", 0, nil, 200, `{"status":"ok","interface":"eth0","lag_seconds":null,"drops":null}`},
		{"no frame ever came", 10 * time.Second, nil, 503, `{"status":"stalled","interface":"eth0","lag_seconds":null,"drops":null}`},
		{"one comes", 0, progress, 200, `{"status":"ok","interface":"eth0","lag_seconds":0.25,"drops":2}`},
		{"not yet for long", 9750 * time.Millisecond, nil, 200, `{"status":"ok","interface":"eth0","lag_seconds":10,"drops":2}`},
		{"none for 10 s", 250 * time.Millisecond, nil, 503, `{"status":"stalled","interface":"eth0","lag_seconds":10.25,"drops":2}`},
		{"they come again", time.Hour, progress, 200, `{"status":"ok","interface":"eth0","lag_seconds":0.25,"drops":2}`},
	} {
		*now = now.Add(step.wait)
		if step.before != nil {
			step.before()
		}
		status, body := get(t, server.URL+"/healthz")
		if status != step.status || body != step.body+"\n" {
			t.Errorf("%s: %d %swant %d %s", step.name, status, body, step.status, step.body)
		}
	}
}

// TestScrapes: who asks and who counts don't get into each other's way.
func TestScrapes(t *testing.T) {
	m := New("v0.6.0", "eth0")
	server := httptest.NewServer(m.handler())
	defer server.Close()
	const rounds, askers = 200, 3
	var all sync.WaitGroup
	all.Go(func() {
		tables := make(map[string]int)
		for i := range rounds {
			tables["sessions"] = i
			m.Progress(Progress{Packets: int64(i + 1), Tables: tables, Last: time.Now()})
			m.Session(blocked())
		}
	})
	for range askers {
		all.Go(func() {
			for range 10 {
				for _, page := range []string{"/metrics", "/healthz"} {
					if r, err := http.Get(server.URL + page); err != nil || r.StatusCode != http.StatusOK {
						t.Error(page, err)
					} else {
						r.Body.Close()
					}
				}
			}
		})
	}
	all.Wait()
	if got := testutil.ToFloat64(m.sessions.WithLabelValues("closed")); got != rounds {
		t.Errorf("%v sessions, want %d", got, rounds)
	}
	if status, body := get(t, server.URL+"/metrics"); status != 200 || !strings.Contains(body, fmt.Sprintf("\nftpscope_packets_total %d\n", rounds)) {
		t.Errorf("the packets of the last call are missing: %d\n%s", status, body)
	}
}

// TestAddress: an address without a host is of this machine only, and what is no
// address is said to be none.
func TestAddress(t *testing.T) {
	for _, c := range []struct{ address, want, wrong string }{
		{"127.0.0.1:9120", "127.0.0.1:9120", ""},
		{":9120", "127.0.0.1:9120", ""},
		{"0.0.0.0:9120", "0.0.0.0:9120", ""},
		{"[::1]:9120", "[::1]:9120", ""},
		{"[::]:0", "[::]:0", ""},
		{"localhost:09120", "localhost:9120", ""},
		{"", "", "no address"},
		{"9120", "", "missing port in address"},
		{"127.0.0.1", "", "missing port in address"},
		{"::1:9120", "", "stands in brackets"},
		{"[::1:9120", "", "missing ']'"},
		{"127.0.0.1:", "", `"" is no port`},
		{"127.0.0.1:http", "", `"http" is no port`},
		{"127.0.0.1:65536", "", `"65536" is no port`},
		{"127.0.0.1:-1", "", `"-1" is no port`},
	} {
		got, err := fullAddress(c.address)
		if c.wrong == "" {
			if got != c.want || err != nil {
				t.Errorf("%q: %q, %v, want %q", c.address, got, err, c.want)
			}
			continue
		}
		e, ok := errors.AsType[*AddressError](err)
		if !ok || !strings.Contains(err.Error(), c.wrong) || !strings.HasPrefix(err.Error(), "--metrics "+c.address+": ") || e.Hint != example {
			t.Errorf("%q: %q, %v, want %q", c.address, got, err, c.wrong)
		}
	}
}

// TestServeWhereOneCannot: the error says what is in the way and what to do, and
// stop may be called all the same.
func TestServeWhereOneCannot(t *testing.T) {
	first := New("v0.6.0", "eth0")
	taken, stopFirst, err := first.Serve("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stopFirst()
	for _, c := range []struct{ address, text, hint string }{
		{taken, "--metrics " + taken + ": bind: ", "another program listens there"},
		{"192.0.2.1:9120", "--metrics 192.0.2.1:9120: bind: ", "no such address"}, // RFC 5737: nobody's
		{"nothing", "missing port", "name a host and a port"},
	} {
		_, stop, err := New("v0.6.0", "eth0").Serve(c.address)
		e, ok := errors.AsType[*AddressError](err)
		if !ok || !strings.Contains(err.Error(), c.text) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%s: %v, want %q with the hint %q", c.address, err, c.text, c.hint)
		}
		stop()
	}
}
