// Package record keeps the packets of a live capture in pcapng files: what
// "ftpscope sniff -w out.pcapng" writes. It decides nothing about packets: the
// caller says which frames go in and whether whole, and names the packets that a
// finding cites.
//
//	r, err := record.New(record.Options{Path: "out.pcapng", RotateSize: 100e6, Keep: 10})
//	if err != nil {
//		return err
//	}
//	defer r.Close()
//	for frame, err := range live.Frames(ctx) {
//		if err := r.Frame(frame, whole); err != nil {
//			// said once: recording has stopped, the capture goes on
//		}
//	}
//
// # What is in a file
//
// One little-endian section that names ftpscope, a description of each link type
// in order of appearance (interface name, filter, nanoseconds), an enhanced packet
// block for each frame in the order given, and statistics. A packet has its time,
// its length on the wire, its direction, and the number that it had in the live
// capture (epb_packetid; "frame.packet_id" in Wireshark), as a finding that was
// printed live cites that number and not the place in a file. The statistics of a
// file count what was dropped while it was written, so that those of all files
// add up; they are written when the count has grown, and at the end.
//
// gopacket's pcapgo.NgWriter isn't used: it knows no options of packets, so no
// direction and no comment, and cuts link types to 8 bits, as SLL2 has none.
//
// A file holds whole blocks at any time. What came is written at the latest a
// second later by the frames' time, and with each tick of the live capture; so after
// a crash there is a readable file. Files are for their owner alone (0600): there are
// passwords in them.
//
// # Comments
//
// A finding is made long after the packets that it cites were written, so comments
// are remembered and a file gets them afterwards: it is copied once, to a temporary
// file beside it (its name ends in ".part"), which takes its place. That is done for
// a file without rotation at [Recorder.Close]; with rotation 10 minutes after the
// file was closed, by the frames' time, or as soon as 16 closed files wait for their
// comments, or at Close. It happens on a goroutine, at most one file at a time, so the
// capture is not held up; files without comments are not copied.
//
// The work is bounded by that: no file is copied twice. A comment on a packet in a
// file that already has its comments, that was removed, or that is no file
// (standard output, a pipe, a device) is lost and counted in [Stats]. At most 10,000
// comments of at most 1 KiB wait at a time, 16 for a packet. After a crash the
// comments are missing and nothing else; a copy that was being made is left behind
// under its name that ends in ".part", and can be removed.
//
// # Disk
//
// With rotation and Keep there are at most Keep files, each at most as large as
// RotateSize, or as one packet; and on top of that the comments (10 MiB at most) and
// the temporary copy of one file. Files are numbered on from the highest number that
// is there, so that a restart overwrites nothing; those of an earlier run count for
// Keep only with Force.
//
// # Limitations
//
// libpcap, and so tcpdump, refuses pcapng files with several link types. Wireshark
// and ftpscope read them.
package record
