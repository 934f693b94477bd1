package capture

import (
	"context"
	"iter"
	"time"
)

// Source yields the frames of one or several captures.
type Source interface {
	// Frames yields every frame once. A frame and its data are borrowed: the
	// body of the loop may change them and must copy what it keeps, as the next
	// frame takes their place.
	//
	// A damaged or cut capture is not an error: what could be read is yielded
	// and Info tells the problem. An error is yielded at most once, without a
	// frame, is the last thing yielded, and wraps the cause: ctx.Err() after
	// an interrupt, which takes a few hundred frames at most to be noticed.
	Frames(ctx context.Context) iter.Seq2[*Frame, error]

	// Info describes the captures, one each, as known by now; it is complete
	// once Frames has ended.
	Info() []Info

	// Close releases files. Frames must not be running.
	Close() error
}

// Info is what is known of one capture.
type Info struct {
	Name        string     // as given by the caller; "-" is standard input
	Format      string     // "pcap" or "pcapng"; "live" where it is no file
	Compression string     // "gzip", "zstd", "xz", "lz4", "bzip2", or empty
	LinkTypes   []LinkType // of the frames read, in order of appearance, each once
	SnapLength  int        // least snap length that the capture states, 0 for none
	Packets     int64      // frames read, those outside --since and --until too
	Bytes       int64      // size of the file as stored (bytes read, for standard input)
	Truncated   int64      // frames whose capture length is less than their wire length
	Drops       int64      // packets that the capture says were dropped (pcapng statistics); -1 where it says nothing
	Filters     []string   // capture filters that the file names (pcapng if_filter), each once
	Comments    []string   // comments in the file (pcapng opt_comment of sections and packets), at most 100
	First, Last time.Time  // least and greatest frame time; zero without frames
	Complete    bool       // the capture was read to its end and was not cut off or damaged
	Problems    []Problem  // what is wrong with it, in order of discovery; at most 100
}

// Problem is something wrong with a capture.
type Problem struct {
	Code    string // capture-truncated, capture-damaged, …: stable words
	Message string // what, where (byte offset) and, if known, what to do
	Frame   int64  // the last frame read before it, 0 for none
	Offset  int64  // byte offset in the (decompressed) file
}
