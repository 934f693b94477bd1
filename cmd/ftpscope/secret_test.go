package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples"
)

// TestTabSecret: a tab behind PASS makes it a line without verb, and its secret is
// one all the same, also where the server repeats the line.
func TestTabSecret(t *testing.T) {
	file, err := samples.Open("login-denied")
	if err != nil {
		t.Fatal(err)
	}
	const oops = "OOPS: vsf_sysutil_recv_peek: no data"
	for old, with := range map[string]string{
		"PASS 123456": "pass\t123456",
		oops:          fmt.Sprintf("%-*s", len(oops), "'pass\t123456': not understood"),
	} {
		if bytes.Count(file, []byte(old)) != 1 || len(old) != len(with) {
			t.Fatalf("%q is not what the sample says", old)
		}
		file = bytes.ReplaceAll(file, []byte(old), []byte(with))
	}
	for _, format := range []string{"text", "json", "ndjson"} {
		hidden := analyzeBytes(t, file, "--format", format)
		if hidden.status != 0 || strings.Contains(hidden.out, "123456") || !strings.Contains(hidden.out, "'PASS ********': not understood") {
			t.Errorf("%s: exit status %d: %s", format, hidden.status, hidden.out)
		}
		if shown := analyzeBytes(t, file, "--format", format, "--show-secrets"); !strings.Contains(shown.out, "123456") {
			t.Errorf("%s with --show-secrets: %s", format, shown.out)
		}
	}
}
