package capture_test

import (
	"path/filepath"
	"testing"

	"github.com/ftpscope/ftpscope/samples"
)

// seeds returns the sample files whose names end in one of the extensions.
func seeds(f *testing.F, extensions ...string) [][]byte {
	f.Helper()
	var files [][]byte
	for _, extension := range extensions {
		before := len(files)
		for _, name := range samples.Names() {
			if filepath.Ext(samples.File(name)) != extension {
				continue
			}
			data, err := samples.Open(name)
			if err != nil {
				f.Fatal(err)
			}
			files = append(files, data)
		}
		if len(files) == before {
			f.Fatalf("there are no samples in %s", extension)
		}
	}
	return files
}
