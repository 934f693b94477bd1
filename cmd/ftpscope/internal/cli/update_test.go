package cli

import "flag"

// No golden file is here; the flag lets go test ./cmd/... -update run.
var _ = flag.Bool("update", false, "write the golden files (there are none here)")
