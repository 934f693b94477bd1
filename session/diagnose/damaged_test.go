package diagnose_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// TestDamaged takes frames out of captures, and cuts captures off at either end,
// wherever they may have been taken: what is found must be what all findings
// must be, and the same each time.
func TestDamaged(t *testing.T) {
	places := []diagnose.Side{
		"", diagnose.ClientHost, diagnose.NearClient, diagnose.InTheMiddle, diagnose.NearServer, diagnose.ServerHost, diagnose.Nowhere,
	}
	most := 20 // places in a capture
	if testing.Short() {
		most = 5
	}
	for name, c := range everyCapture(t) {
		for at := 0; at < len(c.frames); at += 1 + len(c.frames)/most {
			config := diagnose.Config{Vantage: places[at%len(places)]}
			for what, frames := range map[string][]capture.Frame{
				"cut at": c.frames[:at], "begins at": c.frames[at:], "without": slices.Delete(slices.Clone(c.frames), at, at+1),
			} {
				left := taken{frames: frames, captures: c.captures}
				r := left.explain(config)
				checkAll(t, r)
				if again := left.explain(config); !reflect.DeepEqual(r.findings, again.findings) {
					t.Error("other findings the second time")
				}
				if t.Failed() {
					t.Fatalf("%s, %s frame %d, vantage %q", name, what, at, config.Vantage)
				}
			}
		}
	}
}

// everyCapture is those of all samples and cases, by name.
func everyCapture(t *testing.T) map[string]taken {
	t.Helper()
	all := make(map[string]taken)
	for _, name := range samples.Names() {
		pcap, err := samples.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = read(t, pcap)
	}
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		all[file] = read(t, readCase(t, file).capture)
	}
	return all
}
