package live

import (
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/capture"
)

// block is a part of the ring, which belongs to the kernel or to us. It begins
// with struct tpacket_block_desc.
//
// https://docs.kernel.org/networking/packet_mmap.html#tpacket-v3
type block []byte

// Offsets in struct tpacket_block_desc.
const (
	blockStatus  = 8
	blockPackets = 12
	blockFirst   = 16
	blockHeader  = 48
)

// Offsets in struct tpacket3_hdr, which each packet begins with, and in struct
// sockaddr_ll behind it.
const (
	packetNext     = 0
	packetSecond   = 4
	packetNano     = 8
	packetCaptured = 12
	packetLength   = 16
	packetStatus   = 20
	packetMAC      = 24 // where the frame begins, from here
	packetTCI      = 32
	packetTPID     = 36
	packetAddress  = unix.SizeofTpacket3Hdr
	packetProtocol = packetAddress + 2
	packetIndex    = packetAddress + 4
	packetKind     = packetAddress + 8  // ARPHRD
	packetType     = packetAddress + 10 // PACKET_OUTGOING and so on; behind it the length of the sender's address, and 8 bytes for it
	packetHeader   = packetAddress + unix.SizeofSockaddrLinklayer
)

const (
	sll2Header = 20
	vlanTag    = 4
	// room is what the kernel leaves free before each frame: enough for both.
	room = sll2Header + vlanTag
)

var native = binary.NativeEndian

// errBlock is that a block holds something that can't be.
var errBlock = errors.New("capture: the kernel's ring holds a packet that can't be")

// ready reports whether the kernel handed the block over.
func (b block) ready() bool { return atomic.LoadUint32(b.status())&unix.TP_STATUS_USER != 0 }

// release gives the block back to the kernel. Its frames are gone then.
func (b block) release() { atomic.StoreUint32(b.status(), unix.TP_STATUS_KERNEL) }

func (b block) status() *uint32 { return (*uint32)(unsafe.Pointer(&b[blockStatus])) }

// frames hands over the frames in the block until take returns false.
func (b block) frames(l *layout, snap int, take func(*capture.Frame) bool) error {
	f := capture.Frame{Link: l.link}
	at := int(native.Uint32(b[blockFirst:]))
	for n := native.Uint32(b[blockPackets:]); n > 0; n-- {
		if at < blockHeader || at > len(b)-packetHeader {
			return errBlock
		}
		p := b[at:]
		keep, ok := l.frame(p, snap, &f)
		if !ok {
			return errBlock
		}
		if keep && !take(&f) {
			return nil
		}
		// The last has no next.
		at += int(native.Uint32(p[packetNext:]))
	}
	return nil
}

// frame makes a frame of the packet that p begins with. Keep is false for those
// that are ignored; ok is false where the packet can't be.
func (l *layout) frame(p []byte, snap int, f *capture.Frame) (keep, ok bool) {
	kind := p[packetType]
	if kind == unix.PACKET_OUTGOING && native.Uint16(p[packetKind:]) == unix.ARPHRD_LOOPBACK {
		return false, true // it will come in
	}
	start, size := int(native.Uint16(p[packetMAC:])), int(native.Uint32(p[packetCaptured:]))
	if start < packetHeader+room || size > len(p)-start {
		return false, false
	}
	if snap > 0 && size > snap {
		size = snap
	}
	f.Time = time.Unix(int64(native.Uint32(p[packetSecond:])), int64(native.Uint32(p[packetNano:]))).UTC()
	// Never less than what was captured, and not by what a driver says.
	f.Length = max(int(native.Uint32(p[packetLength:])), size)
	if f.Length == 0 {
		return false, true
	}
	was, end := start, start+size
	switch {
	case l.cooked:
		start = cook(p, start)
	case l.link == capture.LinkEthernet && tagged(p) && size >= macs:
		start = tag(p, start)
	}
	f.Length += was - start // what we added
	f.Data = p[start:end:end]
	f.Direction = l.direction(kind)
	return true, true
}

// macs is the size of the two addresses that an Ethernet frame begins with.
const macs = 12

// tagged reports whether the kernel took a VLAN tag off the frame.
func tagged(p []byte) bool { return native.Uint32(p[packetStatus:])&unix.TP_STATUS_VLAN_VALID != 0 }

// tpid is the type of the tag that the kernel took off; old kernels don't say it.
func tpid(p []byte) uint16 {
	if native.Uint32(p[packetStatus:])&unix.TP_STATUS_VLAN_TPID_VALID == 0 {
		return unix.ETH_P_8021Q
	}
	return native.Uint16(p[packetTPID:])
}

// tag puts the VLAN tag back into the Ethernet frame at start, and returns where
// it begins now.
func tag(p []byte, start int) int {
	copy(p[start-vlanTag:], p[start:start+macs])
	start -= vlanTag
	binary.BigEndian.PutUint16(p[start+macs:], tpid(p))
	binary.BigEndian.PutUint16(p[start+macs+2:], uint16(native.Uint32(p[packetTCI:])))
	return start
}

// cook puts a header of LINKTYPE_LINUX_SLL2 before the packet at start, and the
// VLAN tag if there was one, and returns where that begins.
//
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
func cook(p []byte, start int) int {
	protocol := [2]byte(p[packetProtocol:]) // in network order
	if tagged(p) {
		start -= vlanTag
		binary.BigEndian.PutUint16(p[start:], uint16(native.Uint32(p[packetTCI:])))
		copy(p[start+2:], protocol[:])
		binary.BigEndian.PutUint16(protocol[:], tpid(p))
	}
	start -= sll2Header
	h := p[start : start+sll2Header]
	copy(h, protocol[:])
	h[2], h[3] = 0, 0
	binary.BigEndian.PutUint32(h[4:], native.Uint32(p[packetIndex:]))
	binary.BigEndian.PutUint16(h[8:], native.Uint16(p[packetKind:]))
	copy(h[10:], p[packetType:packetHeader]) // packet type, length of the address, address
	return start
}

// direction is which way a frame went, as the kernel says. On the loopback
// interface all go both ways.
func (l *layout) direction(kind byte) capture.Direction {
	switch {
	case l.loopback:
		return capture.DirectionUnknown
	case kind == unix.PACKET_OUTGOING:
		return capture.DirectionOut
	case kind == unix.PACKET_HOST:
		return capture.DirectionIn
	}
	return capture.DirectionUnknown
}
