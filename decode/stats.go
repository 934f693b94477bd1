package decode

// Stats counts what the frames of a capture held. It serves to say why a
// capture shows no FTP.
type Stats struct {
	Frames      int64
	IPv4, IPv6  int64
	TCP, UDP    int64
	ICMP        int64    // ICMP and ICMPv6 errors about TCP
	Fragments   int64    // of IP datagrams
	OtherLink   int64    // frames whose link type or link-layer protocol is not read
	Unreadable  int64    // frames that are damaged or cut off before their ports
	Truncated   int64    // frames captured only in part
	SSH         int64    // TCP packets from or to port 22
	TFTP        int64    // UDP packets from or to port 69
	ControlPort [2]int64 // TCP packets to, and from, a control port
}
