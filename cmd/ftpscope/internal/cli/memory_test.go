package cli

import (
	"runtime/debug"
	"testing"
)

func TestCollectLess(t *testing.T) {
	percent := debug.SetGCPercent(100)
	defer debug.SetGCPercent(percent)
	now := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	restore := collectLess(func(string) string { return "" })
	if got := now(); got != gcPercent || debug.SetMemoryLimit(-1) != softLimit {
		t.Errorf("%d %%, %d bytes", got, debug.SetMemoryLimit(-1))
	}
	restore()
	if got := now(); got != 100 || debug.SetMemoryLimit(-1) == softLimit {
		t.Errorf("%d %% afterwards, %d bytes", got, debug.SetMemoryLimit(-1))
	}
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		collectLess(func(s string) string { return map[string]string{name: "50"}[s] })()
		if got := now(); got != 100 {
			t.Errorf("%s is overruled", name)
		}
	}
}
