package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// tally is what was made, or seen.
type tally struct {
	Sessions, Completed, Blocked int64 // transfers, but the first
}

// counter counts the sessions in NDJSON that passes, and keeps nothing of it.
type counter struct {
	mu   sync.Mutex
	line []byte
	t    tally
}

func newCounter() *counter { return &counter{} }

func (c *counter) tally() tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *counter) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for rest := b; ; {
		text, after, ended := bytes.Cut(rest, []byte("\n"))
		c.line = append(c.line, text...)
		if !ended {
			return len(b), nil
		}
		c.count()
		c.line, rest = c.line[:0], after
	}
}

func (c *counter) count() {
	if !bytes.HasPrefix(c.line, []byte(`{"type":"session"`)) {
		return
	}
	var one struct {
		Transfers []struct{ Outcome string }
	}
	if json.Unmarshal(c.line, &one) != nil {
		return
	}
	c.t.Sessions++
	for _, tr := range one.Transfers {
		switch tr.Outcome {
		case "completed":
			c.t.Completed++
		case "blocked":
			c.t.Blocked++
		}
	}
}

// usage is what a process takes: MiB and seconds.
type usage struct {
	now, peak, processor float64
}

// memoryOf reads /proc: proc_pid_status(5), proc_pid_stat(5).
func memoryOf(pid int) (u usage, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			u.now = kib / 1024
		case name == "VmHWM":
			u.peak = kib / 1024
		}
	}
	text, err = os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// After the name, which is in brackets: state is field 3, utime 14, stime 15.
	w := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	for _, field := range []int{14, 15} {
		if len(w) > field-3 {
			ticks, _ := strconv.ParseFloat(w[field-3], 64)
			u.processor += ticks / 100 // USER_HZ
		}
	}
	return u, nil
}
