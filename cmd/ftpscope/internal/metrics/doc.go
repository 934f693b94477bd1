// Package metrics serves what ftpscope counts while it watches an interface, as
// Prometheus metrics at /metrics, and whether it still watches at /healthz.
//
// The reading goroutine hands over what it knows some times a second
// ([Metrics.Progress]) and each session that is over ([Metrics.Session]); for a
// packet it does nothing. Whoever asks reads what was handed over last.
//
// # Labels
//
// Whoever can send packets could fill a monitoring system with series, were a word
// from the wire to become the value of a label. So every value comes from a
// vocabulary of our own, and what is in none of them is counted as "other". Tables
// are named by the program.
package metrics
