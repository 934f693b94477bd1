package session

import "hash/maphash"

// words are strings that were said lately. Servers say the same to every client,
// and clients log in with the same names: whoever says it again shares the string.
// Each string has one place, by its hash, and gives way to the next that has it.
type words struct {
	seed  maphash.Seed
	place [4096]string
}

// wordy is the length of the longest string that is kept for others to share.
const wordy = 128

// share is the string of b: one that is there already, or a new one.
func (w *words) share(b []byte) string {
	if len(b) > wordy {
		return string(b)
	}
	s := &w.place[maphash.Bytes(w.seed, b)%uint64(len(w.place))]
	if *s != string(b) {
		*s = string(b)
	}
	return *s
}
