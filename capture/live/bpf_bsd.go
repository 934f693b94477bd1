//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package live

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"github.com/ftpscope/ftpscope/capture"
)

const hasAny = false // Any is no interface here

// maxDevices is how many /dev/bpfN are tried.
const maxDevices = 256

// maxRead is the most bytes that are read at once, and that the kernel keeps twice.
const maxRead = 4 << 20

// device is an open /dev/bpf. gopacket's bsdbpf isn't used: it panics where no
// device can be opened, and can't set a filter. The functions of syscall that are
// used here are deprecated in favour of x/net/bpf, which has none for devices.
//
// https://man.freebsd.org/cgi/man.cgi?bpf(4)
type device struct {
	fd      int
	buf     []byte
	opts    Options
	kind    capture.LinkType
	dropped uint64 // as far as drops told
	lost    bool   // the interface vanished
}

func open(o Options) (handle, error) {
	fd, err := openDevice()
	if errors.Is(err, os.ErrPermission) {
		return nil, &PermissionError{Interface: o.Interface, Hint: permissionHint(), Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("capture: %s: %w", o.Interface, err)
	}
	d := &device{fd: fd, opts: o}
	if err := d.setUp(); err != nil {
		syscall.Close(fd)
		return nil, err
	}
	return d, nil
}

// openDevice opens a device that nobody else has open.
func openDevice() (int, error) {
	fd, err := syscall.Open("/dev/bpf", syscall.O_RDWR|syscall.O_CLOEXEC, 0) // makes a new one, where there is one
	for i := 0; i < maxDevices && (err == syscall.ENOENT && i == 0 || err == syscall.EBUSY); i++ {
		fd, err = syscall.Open(fmt.Sprintf("/dev/bpf%d", i), syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	}
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: "/dev/bpf*", Err: err}
	}
	return fd, nil
}

func (d *device) setUp() error {
	size, err := syscall.SetBpfBuflen(d.fd, min(d.opts.Buffer/2, maxRead))
	if err != nil {
		if size, err = syscall.BpfBuflen(d.fd); err != nil {
			return fmt.Errorf("capture: %s: no buffer: %w", d.opts.Interface, err)
		}
	}
	d.buf = make([]byte, min(max(size, 0), maxRead))
	if err := d.bind(); err != nil {
		return err
	}
	dlt, err := syscall.BpfDatalink(d.fd)
	if err != nil {
		return fmt.Errorf("capture: %s: link type: %w", d.opts.Interface, err)
	}
	d.kind = linkOfDLT(dlt)
	return nil
}

// bind attaches the device to the interface. Setting the filter throws away what
// came before it, so nothing comes that it would not have let through.
func (d *device) bind() error {
	name := d.opts.Interface
	if err := syscall.SetBpfInterface(d.fd, name); err == syscall.ENXIO {
		return noInterface(name, err)
	} else if err != nil {
		return &InterfaceError{Name: name, Reason: "the interface can't be captured from: " + err.Error(), Err: err}
	}
	wait := syscall.NsecToTimeval(int64(tickEvery))
	if err := errors.Join(syscall.SetBpfImmediate(d.fd, 1), syscall.SetBpfTimeout(d.fd, &wait)); err != nil {
		return fmt.Errorf("capture: %s: %w", name, err)
	}
	if d.opts.Promiscuous {
		if err := syscall.SetBpfPromisc(d.fd, 1); err != nil {
			return fmt.Errorf("capture: %s: promiscuous mode: %w", name, err)
		}
	}
	program := d.opts.program()
	if len(program) == 0 {
		return nil
	}
	code := make([]syscall.BpfInsn, len(program))
	for i, in := range program {
		code[i] = syscall.BpfInsn{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	if err := syscall.SetBpf(d.fd, code); err != nil {
		return fmt.Errorf("capture: %s: the kernel refuses the filter of %d instructions: %w", name, len(code), err)
	}
	return nil
}

// read waits as long as bind said.
func (d *device) read(_ time.Duration, take func(*capture.Frame) bool) error {
	if d.lost {
		time.Sleep(tickEvery)
		return nil
	}
	n, err := syscall.Read(d.fd, d.buf)
	switch {
	case err == syscall.EINTR || err == syscall.EAGAIN:
		return nil
	case err == syscall.ENETDOWN:
		return errOutage
	case err == syscall.ENXIO || err == syscall.EIO:
		d.lost = true
		return errOutage
	case err != nil:
		return fmt.Errorf("capture: %s: %w", d.opts.Interface, err)
	}
	d.frames(d.buf[:n], take)
	return nil
}

// frames hands over the frames in what was read, until take returns false.
func (d *device) frames(b []byte, take func(*capture.Frame) bool) {
	var h syscall.BpfHdr
	f := capture.Frame{Link: d.kind}
	for len(b) >= int(unsafe.Sizeof(h)) {
		h = *(*syscall.BpfHdr)(unsafe.Pointer(&b[0]))
		head, size := int(h.Hdrlen), int(h.Caplen)
		if head > len(b) || size < 0 || size > len(b)-head {
			return
		}
		f.Time = time.Unix(int64(h.Tstamp.Sec), int64(h.Tstamp.Usec)*1000).UTC()
		f.Length = max(int(h.Datalen), size)
		f.Data = b[head : head+size : head+size]
		if s := d.opts.SnapLength; s > 0 && size > s {
			f.Data = f.Data[:s:s]
		}
		if !take(&f) {
			return
		}
		step := (head + size + syscall.BPF_ALIGNMENT - 1) &^ (syscall.BPF_ALIGNMENT - 1)
		if step == 0 || step > len(b) {
			return
		}
		b = b[step:]
	}
}

// drain reads what the two buffers of the kernel hold.
func (d *device) drain(take func(*capture.Frame) bool) error {
	left := false
	for range 2 {
		if err := d.read(0, func(f *capture.Frame) bool {
			left = !take(f)
			return !left
		}); err != nil || left {
			return err
		}
	}
	return nil
}

func (d *device) drops() int64 {
	s, err := syscall.BpfStats(d.fd)
	if err != nil {
		return 0
	}
	now := uint64(s.Drop)
	n := now - d.dropped
	if now < d.dropped {
		n = now // it counts anew
	}
	d.dropped = now
	return int64(n)
}

func (d *device) revive() (State, error) {
	i, err := net.InterfaceByName(d.opts.Interface)
	if err != nil {
		return StateGone, nil
	}
	if d.lost {
		if err := d.bind(); err != nil {
			return StateGone, nil
		}
		d.lost = false
	}
	if i.Flags&net.FlagUp == 0 {
		return StateDown, nil
	}
	return StateUp, nil
}

func (d *device) link() capture.LinkType { return d.kind }

func (d *device) close() error { return syscall.Close(d.fd) }

func linkTypeOf(name string) (capture.LinkType, error) {
	h, err := open(Options{Interface: name, Buffer: DefaultBuffer})
	if err != nil {
		return 0, err
	}
	defer h.close()
	return h.link(), nil
}

// linkOf guesses: to ask would need privileges, and a device for each.
func linkOf(i net.Interface) (capture.LinkType, error) {
	if i.Flags&(net.FlagLoopback|net.FlagPointToPoint) != 0 {
		return capture.LinkNull, nil
	}
	return capture.LinkEthernet, nil
}

// linkOfDLT is the link type for a DLT number. They are the same but for few.
//
// https://www.tcpdump.org/linktypes.html
func linkOfDLT(dlt int) capture.LinkType {
	const openBSDLoop = 12
	if runtime.GOOS == "openbsd" && dlt == openBSDLoop {
		return capture.LinkLoop
	}
	return capture.LinkType(dlt)
}
