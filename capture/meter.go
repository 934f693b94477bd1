package capture

// meterStep is how many bytes lie at least between two calls of
// Options.Progress.
const meterStep = 256 << 10

// meter tells Options.Progress of what is read. A nil meter does nothing.
type meter struct {
	report func(read, total int64)
	read   int64
	total  int64 // -1 where a size isn't known
	told   int64 // read at the last report
}

func (m *meter) add(n int64) {
	if m == nil {
		return
	}
	m.read += n
	if m.read-m.told >= meterStep {
		m.tell()
	}
}

// tell reports what wasn't reported yet.
func (m *meter) tell() {
	if m == nil || m.report == nil || m.read == m.told {
		return
	}
	m.told = m.read
	m.report(m.read, m.total)
}
