package cli

import "runtime/debug"

// What is written as it ends is not kept, so the heap stays small, and most of what
// is in it is new: it is collected when it has trebled, and not twice as often, but
// before it is larger than softLimit. Whoever sets GOGC or GOMEMLIMIT knows better.
//
// https://go.dev/doc/gc-guide
const (
	gcPercent = 200
	softLimit = 200 << 20
)

// collectLess sets this; the function that it returns takes it back.
func collectLess(getenv func(string) string) (restore func()) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(gcPercent), debug.SetMemoryLimit(softLimit)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
