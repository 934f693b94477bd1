package decode

// waiting counts what waits in all connections together: segments of control
// connections for earlier ones, and first words that may become a control
// connection. Each of them is bounded, but there can be many.
type waiting struct {
	bytes int
	limit int
	full  bool // something found no room, and nobody was told
}

// waitingCost is what a packet that waits takes besides its bytes.
const waitingCost = 256

// take counts a packet with n bytes and reports whether there is room for it.
// Where there is none, the caller gives room back at once.
func (w *waiting) take(n int) bool {
	w.bytes += n + waitingCost
	if w.over() {
		w.full = true
		return false
	}
	return true
}

// give counts a packet with n bytes that waits no longer.
func (w *waiting) give(n int) { w.bytes -= n + waitingCost }

func (w *waiting) over() bool { return w.bytes > w.limit }
