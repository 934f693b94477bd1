// Package capture turns capture files into frames. It is the only reader of
// files in ftpscope, and knows nothing of what frames carry: no addresses, no
// TCP, no FTP.
//
//	names ─▶ feed (stored bytes ─▶ decompressor ─▶ chunk ─▶ pcap | pcapng) ─┐
//	names ─▶ feed …                                                        ─┴▶ merge by time ─▶ Frame
//
// [Open] takes the names of one or several captures and gives a [Set], which is
// a [Source]: an iterator over their frames, merged by time, and an [Info] for
// each capture.
//
//	set, err := capture.Open([]string{"ring-1.pcap.gz", "ring-2.pcap.gz"}, capture.Options{})
//	if err != nil {
//		return err
//	}
//	defer set.Close()
//	for frame, err := range set.Frames(ctx) {
//		if err != nil {
//			return err
//		}
//		// frame and frame.Data are borrowed: valid until the next turn of the loop
//	}
//
// # What is read
//
//   - pcap: microseconds, nanoseconds and the "modified" format with longer
//     record headers, in both byte orders.
//   - pcapng: any number of sections and interfaces, enhanced, simple and the
//     obsolete packet blocks, statistics, comments and filters. Blocks of other
//     types are passed over.
//   - Both inside gzip, zstd, xz, lz4 or bzip2, which is found by magic number,
//     never by name. Compression inside compression is not followed.
//
// # Reading ahead
//
// With [Options].ReadAhead a goroutine for each regular file reads or decompresses it
// while the loop's body works on what was read. Where the body is ahead of it, the
// loop does not wait for the piece that is being read, but reads the one behind it
// meanwhile: so two processors share the work whatever takes longer. Frames, Info and
// errors are the same with and without. Pipes are read when their bytes are asked for,
// so that each frame is there as soon as it can be.
//
// # Hostile input
//
// A capture is untrusted. No amount of memory is taken because a header asks
// for it: frames borrow from one reused block for each open file (a few more
// for those that are read ahead), records of more than 262144 bytes
// ([MaxFrame]) are refused, and decompressors have a
// limit (8 MiB of window for zstd, 64 MiB of dictionary for xz, which is
// what "xz -9" makes, and never more than the file could fill).
//
// A capture that is cut off or damaged is not an error. What could be read is
// yielded, [Info.Problems] says where it broke, and other captures go on.
//
// # Limitations
//
// Reading stops at the first damaged pcap record or pcapng block length: there
// is no attempt to find the next good record behind it. Options that overrun
// their block are ignored. Interrupting a read that waits for standard input
// takes effect when the input delivers or ends.
package capture
