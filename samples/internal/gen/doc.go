// Package gen turns a dialogue written in text (NAME.ftp) into a capture,
// byte-identical each time: time, sequence numbers and IP identifications all
// follow from the text. A sample is reviewed as the dialogue it holds, never
// as a hex dump.
//
// # The language
//
// A file is read line by line. Lines that begin with # are comments; the first
// line is one and gives the title, a single sentence. Blank lines separate.
// Words are split at blanks; "…" is one word. Times are Go durations (20ms).
// Errors name file and line.
//
// Settings, before everything else:
//
//	format pcap|pcapng            file format; pcap is the default
//	link ethernet|sll|raw         link type; Ethernet is the default
//	snaplen N                     frames are cut at N bytes
//	vlan N                        frames carry an 802.1Q tag
//	only port N…                  the capture filter: TCP from or to these ports
//	only from HOST                nothing but the packets of HOST
//	host NAME ADDRESS [ttl N] [delay D] [mss N] [gw NAME] [stack linux|windows] [offload]
//	twin inside HOST… [as HOST=ADDRESS…] [interface NAME]
//	rewrite "old" "new"           what a NAT helper changes on the twin's side
//
// A host's ttl is that of its packets as they pass the capture point, its delay
// the time from there to the host. A packet follows one of the same host after
// 50 µs, one of another host after twice the delay (that is what an answer
// takes) plus 30 µs. Hosts with the same gw share a MAC address; a ttl of 64,
// 128 or 255 without gw has its own, others stand behind the gateway "far".
// offload leaves checksums unfinished and segments uncut, as tcpdump sees them
// on the sending host.
//
// twin records every packet a second time, on the other side of a router
// that stands between the inside hosts and the others: before or after it by
// direction, with the TTL of there, translated addresses (as) and rewritten
// text, whose sequence numbers differ from then on. In pcapng it gets an
// interface of its own.
//
// Connections have a name and are written FROM:PORT > TO:PORT, the initiator
// first:
//
//	open NAME A:p > B:q [isn HOST N]…  full handshake
//	syn NAME A:p > B:q [isn HOST N] [CLOCK]    only the SYN
//	syn NAME [CLOCK]                   the same SYN once more
//	synack NAME                        its answer
//	establish NAME                     what is missing of the handshake
//	midstream NAME A:p > B:q           established before the capture began
//	fin NAME HOST [half]               HOST closes, the other follows (half: only ACKs)
//	rst NAME HOST [by BOX]             RST in the name of HOST; BOX lends ttl and delay
//	icmp NAME by HOST TYPE/CODE [quoted-ttl N]  an error that quotes the last packet of NAME
//
// CLOCK repeats a SYN: "linux N", "oldlinux N", "windows N" for N SYNs in all
// at the times of these systems, or "at D…" with times after the first one.
//
// The dialogue, on the control connection called ctl or, with a name, on
// another one ("C:b> QUIT"); everything after the blank is the line, and CR LF is added:
//
//	C> USER x     a line of the client, in a segment of its own
//	S< 331 Pass   a line of the server
//	C+ …  S+ …    one more line in the same segment
//	C! …  S! …    urgent bytes, nothing added
//	C= …  S= …    clear text on a connection that is secured
//
// Escapes: \r \n \t \\ \" \xHH; \| ends a segment; \c, at the end, leaves off CR LF.
// What is not answered by a line of the other side is acknowledged before
// something happens elsewhere.
//
// Data:
//
//	send NAME HOST N|"text"… [skip N…]   N bytes or these texts, in segments of the
//	                              MSS, acknowledged; the segments skipped (1…) were not captured
//	resend NAME HOST [N]          the last segment (or the last but N-1) once more
//	ack NAME HOST [window N]      a bare ACK; the window is as the receiver means it
//	probe NAME HOST               one byte below the window: keep-alive, zero-window probe
//	secure NAME HOST [resumed]    TLS handshake, HOST is its client; lines and data are
//	                              application data from here on
//	clear NAME HOST               HOST ends TLS by close_notify, the other answers (CCC)
//
// Time and the capture itself:
//
//	wait D
//	record off|on                 not captured | captured
//	swap                          the next two frames are in the file in the other order
//
// Words in front of a line:
//
//	unseen …                      it happened, the capture missed its frames
//	lost …                        it passed here and never arrived: no ACK
//	twice …                       the file holds each frame of it two times
package gen
