package capture

// The codes of a [Problem].
const (
	// CodeTruncated: the file, or the compressed data in it, ends within a
	// record or header.
	CodeTruncated = "capture-truncated"
	// CodeDamaged: the file holds something that can't be.
	CodeDamaged = "capture-damaged"
	// CodeUnreadable: reading the file failed, though not because of what is
	// in it.
	CodeUnreadable = "capture-unreadable"
)

// fault ends the reading of a capture: a [Problem] on its way up.
type fault struct {
	code   string
	text   string
	frame  int64 // last frame read before it, 0 for none
	offset int64 // of the record or block in the decompressed file
}

func (f *fault) Error() string { return f.text }
