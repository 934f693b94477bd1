package live

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/capture"
)

const (
	// blockSize is that of a block of the ring. The largest frame that an
	// interface with segmentation offload makes, 64 KiB, fits many times.
	blockSize = 1 << 20
	// smallBlock is that of a small ring, of less than leastBlocks others.
	smallBlock  = 128 << 10
	leastBlocks = 4
	// frameSize means nothing to TPACKET_V3 but has to divide a block.
	frameSize = 2 << 10
	// retireAfter is how long the kernel keeps a block that isn't full.
	retireAfter = 20 * time.Millisecond
	// drained is how long the kernel may need for that: its timer looks at a
	// block twice before it hands it over.
	drained = 4 * retireAfter
)

// ring is a socket of the family AF_PACKET with a TPACKET_V3 ring.
//
// https://docs.kernel.org/networking/packet_mmap.html
type ring struct {
	fd     int
	mem    []byte // the ring, shared with the kernel
	size   int    // of a block
	at     int    // the block that comes next, its offset in mem
	name   string
	index  int // of the interface, 0 for all
	layout layout
	snap   int
	opts   Options
}

func open(o Options) (handle, error) {
	l, err := layoutOf(o.Interface)
	if err != nil {
		return nil, err
	}
	kind := unix.SOCK_RAW
	if l.cooked {
		kind = unix.SOCK_DGRAM
	}
	// Protocol 0 takes no packets before bind says otherwise.
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil, &PermissionError{Interface: o.Interface, Hint: permissionHint(), Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("capture: %s: no packet socket: %w", o.Interface, err)
	}
	r := &ring{fd: fd, name: o.Interface, layout: l, snap: o.SnapLength, opts: o}
	if err := r.setUp(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// setUp makes the ring and binds the socket, in this order: what comes before the
// ring would lie in a queue, and what comes before the filter would pass it.
func (r *ring) setUp() error {
	if err := r.share(); err != nil {
		return fmt.Errorf("capture: %s: no ring of %d bytes: %w", r.name, r.opts.Buffer, err)
	}
	if program := r.opts.program(); len(program) > 0 {
		if err := attach(r.fd, program); err != nil {
			return fmt.Errorf("capture: %s: the kernel refuses the filter of %d instructions: %w", r.name, len(program), err)
		}
	}
	if r.layout.loopback {
		// What leaves comes back in. Older kernels than 4.20 don't know this, and
		// we ignore it again.
		_ = unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)
	}
	if r.name == Any {
		return r.bind(0)
	}
	index, err := r.find()
	if err != nil {
		return noInterface(r.name, err)
	}
	if err := r.bind(index); err != nil {
		return err
	}
	if state, _ := r.revive(); state != StateUp && !r.opts.Wait {
		return &InterfaceError{Name: r.name, Reason: "the interface is " + state.String()}
	}
	return nil
}

// share makes the ring and maps it.
func (r *ring) share() error {
	r.size = blockSize
	if r.opts.Buffer < leastBlocks*blockSize {
		r.size = smallBlock
	}
	blocks := max((r.opts.Buffer+r.size-1)/r.size, 2)
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("TPACKET_V3: %w", err)
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_RESERVE, room); err != nil {
		return fmt.Errorf("PACKET_RESERVE: %w", err)
	}
	req := unix.TpacketReq3{
		Block_size: uint32(r.size), Block_nr: uint32(blocks),
		Frame_size: frameSize, Frame_nr: uint32(blocks * (r.size / frameSize)),
		Retire_blk_tov: uint32(retireAfter.Milliseconds()),
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("PACKET_RX_RING: %w", err)
	}
	mem, err := unix.Mmap(r.fd, 0, blocks*r.size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("mmap: %w", err)
	}
	r.mem = mem
	return nil
}

// bind makes the socket take the packets of the interface from now on.
func (r *ring) bind(index int) error {
	all := uint16(unix.ETH_P_ALL)
	sa := unix.SockaddrLinklayer{Protocol: all<<8 | all>>8, Ifindex: index}
	if err := unix.Bind(r.fd, &sa); err != nil {
		return fmt.Errorf("capture: %s: bind: %w", r.name, err)
	}
	r.index = index
	if r.opts.Promiscuous {
		mreq := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
			return fmt.Errorf("capture: %s: promiscuous mode: %w", r.name, err)
		}
	}
	return nil
}

// attach gives the socket a filter, in place of the one it had.
func attach(fd int, program []bpf.RawInstruction) error {
	code := make([]unix.SockFilter, len(program))
	for i, in := range program {
		code[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(code)), Filter: unsafe.SliceData(code)})
}

func (r *ring) read(d time.Duration, take func(*capture.Frame) bool) error {
	b := r.block()
	if !b.ready() {
		if err := r.poll(d); err != nil || !b.ready() {
			return err
		}
	}
	r.at = (r.at + r.size) % len(r.mem)
	defer b.release()
	return b.frames(&r.layout, r.snap, take)
}

// block is the one that comes next.
func (r *ring) block() block { return block(r.mem[r.at : r.at+r.size]) }

// poll waits until the kernel hands over a block, at most d.
func (r *ring) poll(d time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}}
	_, err := unix.Poll(fds, int(d.Milliseconds()))
	switch {
	case err == unix.EINTR:
		return nil
	case err != nil:
		return fmt.Errorf("capture: %s: poll: %w", r.name, err)
	case fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) == 0:
		return nil
	}
	code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return fmt.Errorf("capture: %s: %w", r.name, err)
	}
	switch e := unix.Errno(code); e {
	case 0:
		return nil
	case unix.ENETDOWN, unix.ENODEV, unix.ENXIO:
		return errOutage
	default:
		return fmt.Errorf("capture: %s: %w", r.name, e)
	}
}

// drain has the kernel refuse all packets from now on, and waits for its last
// block to be handed over.
func (r *ring) drain(take func(*capture.Frame) bool) error {
	const nothing = 0x06 // BPF_RET | BPF_K, of 0 bytes
	if err := attach(r.fd, []bpf.RawInstruction{{Op: nothing}}); err != nil {
		return fmt.Errorf("capture: %s: %w", r.name, err)
	}
	left := false
	for range len(r.mem)/r.size + 1 {
		if left {
			return nil
		}
		for end := time.Now().Add(drained); !r.block().ready() && time.Now().Before(end); {
			if err := r.poll(retireAfter); err != nil && !errors.Is(err, errOutage) {
				return err
			}
		}
		if !r.block().ready() {
			return nil
		}
		err := r.read(0, func(f *capture.Frame) bool {
			left = !take(f)
			return !left
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// drops asks the kernel, which begins to count anew each time.
func (r *ring) drops() int64 {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0
	}
	return int64(s.Drops)
}

// revive finds the interface again. Where it only went down, the kernel goes on by
// itself when it is back. Where it vanished, the socket is bound to the one that
// has its name now; that needs no privileges, and the ring stays as it is.
func (r *ring) revive() (State, error) {
	if r.name == Any {
		return StateUp, nil
	}
	if r.lost() {
		index, err := r.find()
		if err != nil {
			return StateGone, nil
		}
		l, err := layoutBy(r.fd, r.name)
		if err != nil || l != r.layout {
			return StateGone, fmt.Errorf("an interface of its name is there again, but of another kind")
		}
		if err := r.bind(index); err != nil {
			return StateGone, nil // it vanished again
		}
	}
	ifr, err := r.ask(unix.SIOCGIFFLAGS)
	if err != nil {
		return StateGone, nil
	}
	if ifr.Uint16()&unix.IFF_UP == 0 {
		return StateDown, nil
	}
	return StateUp, nil
}

// lost reports whether the interface that the socket was bound to is gone: the
// kernel makes its index -1.
func (r *ring) lost() bool {
	sa, err := unix.Getsockname(r.fd)
	if err != nil {
		return true
	}
	ll, ok := sa.(*unix.SockaddrLinklayer)
	return !ok || ll.Ifindex != r.index
}

// find returns the index of the interface, in the socket's network namespace.
func (r *ring) find() (int, error) {
	ifr, err := r.ask(unix.SIOCGIFINDEX)
	if err != nil {
		return 0, err
	}
	return int(ifr.Uint32()), nil
}

func (r *ring) ask(request uint) (*unix.Ifreq, error) { return askInterface(r.fd, r.name, request) }

func (r *ring) link() capture.LinkType { return r.layout.link }

func (r *ring) close() error {
	var errs []error
	if r.mem != nil {
		errs = append(errs, unix.Munmap(r.mem))
		r.mem = nil
	}
	if r.fd >= 0 {
		errs = append(errs, unix.Close(r.fd))
		r.fd = -1
	}
	return errors.Join(errs...)
}
