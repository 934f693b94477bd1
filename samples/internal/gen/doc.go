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
//	link ethernet|sll|raw|loop    link type; Ethernet is the default
//	snaplen N                     frames are cut at N bytes
//	vlan N                        frames carry an 802.1Q tag
//	only port N…                  the capture filter: TCP from or to these ports
//	only from HOST                nothing but the packets of HOST
//	filter "EXPR"                 pcapng: the capture filter that the file names; cuts nothing
//	drops N                       pcapng: the file says that N packets were dropped
//	host NAME ADDRESS OPTION…     see below
//	twin inside HOST… [as HOST=ADDRESS…] [interface NAME]
//	rewrite "old" "new"           what a NAT helper changes on the twin's side
//
// Hosts have these options:
//
//	ttl N                         of its packets as they pass the capture point; 64
//	delay D                       the time from there to the host
//	gw NAME                       hosts with the same one share a MAC address
//	mac ADDRESS [to ADDRESS]      its own MAC address, and another one that packets to it go to
//	local                         it captures: cooked headers and pcapng say sent or received
//	offload                       its packets have unfinished checksums and are not cut into
//	                              segments, as tcpdump sees them on the sending host
//	gro                           segments to it are merged, as tcpdump sees them there
//	stack linux|windows           the TCP options and windows of this system; linux
//	mss N                         1460, with IPv6 1440
//	tcp "KIND,…"                  instead of the system's options these, in their order:
//	                              mss sack ts nop scale scale=N; "" for none
//	window N                      of its SYN and SYN-ACK; 64240
//
// A packet follows one of the same host after 50 µs, one of another host after
// twice the delay (that is what an answer takes) plus 30 µs. A ttl of 64, 128 or
// 255 without gw has a MAC address of its own, others stand behind the gateway
// "far".
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
//	synack NAME [by BOX]               its answer; on an open connection once more
//	challenge NAME                     its answer by an ACK that belongs to the connection which
//	                                   had these ports before (or to none): RFC 5961
//	establish NAME [by BOX]            what is missing of the handshake
//	midstream NAME A:p > B:q           established before the capture began
//	fin NAME HOST [half]               HOST closes, the other follows (half: only ACKs)
//	refin NAME HOST                    the FIN of HOST once more
//	rst NAME HOST [by BOX]             RST in the name of HOST
//	icmp NAME by HOST TYPE/CODE [mtu N] [quoted-ttl N]
//	                                   an error that quotes the last packet of NAME; 3/4, and
//	                                   2/0 of ICMPv6, tell an MTU
//
// BOX is a host that sends this packet in the name of the other: with its own
// ttl and delay, a SYN-ACK with its own TCP options as well. "A:p via BOX" in
// place of A:p (or B:q) lets BOX send all packets of this side.
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
// something happens elsewhere; what follows a lost segment, only up to there.
//
// Data:
//
//	send NAME HOST N|"text"… [skip N…]   N bytes or these texts, in segments of the
//	                              MSS, acknowledged; the segments skipped (1…) were not captured
//	resend NAME HOST [N]          the last segment (or the last but N-1) once more
//	ack NAME HOST [window N] [plus N|minus N]
//	                              a bare ACK; the window is as the receiver means it. It
//	                              acknowledges N bytes more or less than the other sent
//	probe NAME HOST               one byte below the window: keep-alive, zero-window probe
//
// TLS, 1.3 unless it says tls12:
//
//	secure NAME HOST [tls12|tls13] [resumed]
//	                              a whole handshake, HOST is its client; lines and data are
//	                              application data from here on
//	clear NAME HOST               HOST ends TLS by close_notify, the other answers (CCC)
//
// And its pieces, after which lines and data still pass in clear text:
//
//	hello NAME HOST [tls12|tls13] [psk] [ticket] [session HEX]
//	                              ClientHello: offers pre_shared_key, a session_ticket, this
//	                              session id (without: a random one, with tls12 none)
//	serverhello NAME HOST tls12|tls13 [resumed] [session HEX]
//	                              ServerHello and what follows at once: encrypted in TLS 1.3,
//	                              Certificate in clear text in TLS 1.2 unless resumed. The
//	                              session id is the client's, in TLS 1.2 a new one unless resumed
//	finished NAME HOST            the last flight of the handshake of either side
//	record NAME HOST N            application data of N bytes and its expansion
//	alert NAME HOST warning|fatal|N N   level and description; after secure it is encrypted
//
// Time and the capture itself:
//
//	wait D
//	clock +D|-D                   the clock of the capture jumps; nothing else happens
//	record off|on                 not captured | captured
//	swap                          the next two frames are in the file in the other order
//
// What has nothing to do with FTP, so that a capture shows that it holds such:
//
//	ping A > B                    echo request and reply; lost: no reply
//	udp A:p > B:q N               a datagram of N bytes
//
// Words in front of a line:
//
//	unseen …                      it happened, the capture missed its frames
//	lost …                        it passed here and never arrived: no ACK
//	twice …                       the file holds each frame of it two times
package gen
