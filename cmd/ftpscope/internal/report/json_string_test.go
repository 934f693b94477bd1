package report

import (
	"bytes"
	"testing"
)

// FuzzString: a string of the stream is what encoding/json and the rest make of
// it.
func FuzzString(f *testing.F) {
	for _, s := range fillWords {
		f.Add(s)
	}
	for r := range rune(0x3000) {
		checkString(f, string(r))
	}
	f.Fuzz(func(t *testing.T, s string) { checkString(t, s) })
}

func checkString(t testing.TB, s string) {
	t.Helper()
	var want bytes.Buffer
	if err := encode(&want, UTF8(s), ""); err != nil {
		t.Fatal(err)
	}
	if got := string(appendString(nil, s)) + "\n"; got != want.String() {
		t.Errorf("%q is written as %s, want %s", s, got, &want)
	}
}
