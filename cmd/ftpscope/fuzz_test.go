package main

import (
	"encoding/json"
	"testing"

	"github.com/ftpscope/ftpscope/samples"
)

// FuzzAnalyze gives the whole program anything on standard input: it must print
// a whole report, in text as in JSON, or a clear error.
func FuzzAnalyze(f *testing.F) {
	for _, name := range samples.Names() {
		data, err := samples.Open(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, doc := analyzeBytes(t, data), analyzeBytes(t, data, "--format", "json")
		text.check(t, "text")
		if doc.status != text.status || doc.errOut != text.errOut {
			t.Errorf("in JSON: exit status %d, %q; in text: %d, %q", doc.status, doc.errOut, text.status, text.errOut)
		}
		if doc.status == 0 && !json.Valid([]byte(doc.out)) {
			t.Errorf("no JSON: %q", doc.out)
		}
	})
}
