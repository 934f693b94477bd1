// Package live captures from network interfaces: a capture.Source whose frames
// come from the wire. Like its parent it knows nothing of what frames carry.
//
//	c, err := live.Open(live.Options{Interface: "eth0", Filter: program})
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	for frame, err := range c.Frames(ctx) {
//		if err != nil {
//			return err // ctx.Err() at the end that was asked for
//		}
//		// frame and frame.Data are borrowed: valid until the next turn of the loop
//	}
//
// # Linux
//
// A TPACKET_V3 ring of our own, without cgo: the kernel writes frames into
// blocks of memory that it shares with us, and hands over whole blocks, full ones
// at once and others after 20 ms. The filter is attached before the socket is
// bound, so no frame comes that it would not have let through. VLAN tags that the
// kernel took off are put back into the frame; such a frame is four bytes longer
// than the kernel says.
//
// Ethernet, loopback and interfaces without a link layer (tun, wireguard) are
// captured as they are. "any", which is all interfaces, and interfaces with other
// link layers are cooked: a filter is shown the frame from its IP header on, and
// the frame gets a header of LINKTYPE_LINUX_SLL2. On the loopback interface each
// frame would be seen twice, when it leaves and when it arrives; only the arrival
// is taken.
//
// # Ticks
//
// Where no frames come, a frame without data comes ten times a second, whose
// Length is 0 and whose Time says how far the capture has got: no frame will come
// that is older, unless the machine is so busy that a frame needs more than 100 ms
// to reach us. A tick is no packet and not counted.
//
// # An interface that goes
//
// An interface that is set down or vanishes ends the capture, which then has a
// problem ([CodeDown], [CodeGone]). With [Options].Wait ticks go on, and frames as
// soon as an interface of the name is there; each outage is an [Event] at once, and
// a problem when it is over. Waiting needs no privileges.
//
// # Nothing that the kernel handed over is lost
//
// At the end that ctx asks for, the kernel is told to take no more, and what is in
// the ring by then is yielded before the error. How much that is the size of the
// ring bounds. Frames that found the ring full are counted: [Stats].Drops.
//
// # Other systems
//
// macOS and the BSDs capture from /dev/bpf, one interface at a time, with times in
// microseconds and without directions. This part was compiled and never run. The
// rest can't: [Open] says what to do instead. [ErrUnsupported] matches such errors.
package live
