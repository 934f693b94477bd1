// Package sieve is the first look at a packet, and the kernel takes it: a filter
// in classic BPF lets pass what ftpscope needs, so that the bulk of the data is
// never copied. It knows IP and TCP by their offsets, and nothing of FTP.
//
//	wire ─▶ kernel: Config.Program ─▶ ring ─▶ capture/live ─▶ Frame
//
// [Config.Program] builds the filter, [Config.Keep] says the same in Go.
// [Shown] is what they look at of a frame. [ReadProgram] reads a filter that tcpdump
// made, and [Cook] fits one to interfaces that are captured without their link header.
//
// # What passes
//
// Whole:
//
//   - TCP from or to one of the control ports;
//   - TCP with SYN, FIN or RST, of all connections: when they were opened and
//     closed, by whom, and by the sequence numbers how much they carried;
//   - ICMP and ICMPv6;
//   - every fragment, and IPv6 with extension headers;
//   - IP in IP, GRE, MPLS, PPPoE, and frames of more than two VLAN tags;
//   - UDP from or to port 69.
//
// Of other TCP packets 256 bytes pass, which hold all headers, where the window is
// 0, and of the rest where
//
//	(sequence number + acknowledgment number) * 2654435761 >> (32 - log2(Thin)) == 0
//
// in 32 bits: one of [Config.Thin], 64 if it isn't said. There is no chance in it:
// the same packet passes or does not, wherever it is looked at, and a
// retransmission passes if its original did, unless its sender got data in between.
// Everything else does not pass: the bulk of the data, other UDP, ARP.
//
// With [Config.Payload] all TCP passes, and whole.
//
// # What can't be seen
//
// A control connection on a port that isn't named looks like data. What is in a
// tunnel passes whole, whatever it is. Frames that Linux shows cooked (the device
// "any") pass whole where a VLAN tag is still in them: behind an outer one, or as
// they leave through an interface that does not write tags itself.
//
// # Narrowing
//
// Hosts, nets and VLANs narrow it, never to less than what is asked for: where the
// address is not at hand (ICMP, tunnels, PPPoE, MPLS) a packet of somebody else
// passes. An end of the connection in one of the nets is enough, and one of two
// VLAN tags. Whoever reads the frames has to narrow again.
//
// # Cost
//
// For ports 21 and 990 the program has 372 instructions on Ethernet, most of them
// for VLANs: a packet of data without a tag runs through 40. With Payload it has
// 162, and such a packet runs through 12; for raw IP 111, cooked 116. A host of IPv4
// adds 6 (it is looked for as sender and as receiver, behind no tag, one and two),
// one of IPv6 about 50. So there is room for about 570 of the former or 70 of the
// latter; nets of the same length cost as much as hosts.
//
// Linux takes 4096 instructions, and memory for them from the socket's allowance,
// net.core.optmem_max. Where that is 20480, as before Linux 6.8, a program of more
// than about 1600 instructions (190 hosts) is refused with ENOMEM.
//
// Of a gigabyte of bulk transfers 1.7 percent of the packets pass and 0.3 percent
// of the bytes; where FTP is the least part of the traffic, 7.7 and 0.8 percent.
package sieve
