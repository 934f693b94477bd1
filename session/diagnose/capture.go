package diagnose

import "github.com/ftpscope/ftpscope/decode/ftp"

// Capture is what is known of a capture by the time a session ended.
type Capture struct {
	ftp.CaptureFacts
	Name     string
	Filters  []string // capture filters that the file names
	Drops    int64    // packets that the capture says were dropped; -1 where it says nothing
	HasICMP  bool     // ICMP errors are in it, if there were any: that is known of how it was taken
	Complete bool     // false if the file is known to be cut or damaged
}
