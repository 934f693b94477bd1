package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/samples/labtest"
	"github.com/ftpscope/ftpscope/samples/workload"
)

// burst is the frames to send, in order.
type burst struct {
	frames [][]byte
	bytes  int64
}

// framesAtScale1 is a little less than the workload bulk has at scale 1.
const framesAtScale1 = 1_036_000

// makeBurst makes n frames and some more, those of the workload bulk: 20 sessions
// that transfer 100 files of 10 MB, in frames of 1514 and 66 bytes.
func makeBurst(n int) (*burst, error) {
	var file bytes.Buffer
	scale := float64(n) / framesAtScale1
	file.Grow(int(1.15e9 * scale))
	if err := workload.Write(&file, "bulk", scale); err != nil {
		return nil, err
	}
	// https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html, of our own
	// making: 24 bytes, then 16 before each frame.
	b := &burst{}
	for rest := file.Bytes()[24:]; len(rest) > 16; {
		size := int(binary.LittleEndian.Uint32(rest[8:]))
		b.frames = append(b.frames, rest[16:16+size:16+size])
		b.bytes += int64(size)
		rest = rest[16+size:]
	}
	return b, nil
}

// perCall is the frames that one system call sends.
const perCall = 256

// message is struct mmsghdr: sendmmsg(2).
type message struct {
	header unix.Msghdr
	length uint32
}

// send sends all frames from an interface of a namespace, on a processor of its own
// and past the queue of the device, and returns how long that took.
func (b *burst) send(from *labtest.Space, device string) (took time.Duration, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		took, err = b.sendHere(from, device)
	}()
	<-done
	return took, err
}

func (b *burst) sendHere(from *labtest.Space, device string) (time.Duration, error) {
	if err := from.Enter(); err != nil {
		return 0, err
	}
	var one unix.CPUSet
	one.Set(min(senderCPU, runtime.NumCPU()-1))
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return 0, fmt.Errorf("a processor for the sender: %w", err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("a packet socket: %w", err)
	}
	defer unix.Close(fd)
	index, err := labtest.Index(device)
	if err != nil {
		return 0, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil {
		return 0, fmt.Errorf("PACKET_QDISC_BYPASS: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: index}); err != nil {
		return 0, fmt.Errorf("bind to %s: %w", device, err)
	}
	var vectors [perCall]unix.Iovec
	var messages [perCall]message
	for i := range messages {
		messages[i].header.Iov = &vectors[i]
		messages[i].header.SetIovlen(1)
	}
	began := time.Now()
	for at := 0; at < len(b.frames); {
		n := min(perCall, len(b.frames)-at)
		for i, frame := range b.frames[at : at+n] {
			vectors[i].Base = &frame[0]
			vectors[i].SetLen(len(frame))
		}
		sent, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), uintptr(n), 0, 0, 0)
		switch errno {
		case 0:
			at += int(sent)
		case unix.EINTR, unix.EAGAIN, unix.ENOBUFS:
		default:
			return 0, fmt.Errorf("sendmmsg, frame %d: %w", at, errno)
		}
	}
	return time.Since(began), nil
}
