package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// bufferSize is how much is written at once.
const bufferSize = 256 << 10

// output is the file that is being written, block by block.
type output struct {
	path    string
	w       io.Writer
	file    *os.File // nil for standard output
	regular bool     // can be cut, and copied later
	buf     []byte   // whole blocks that are not yet written
	written int64    // bytes in the file

	links     map[capture.LinkType]uint32 // the interface of each
	link      capture.LinkType            // of the last packet
	id        uint32                      // its interface
	packets   int64
	delivered int64     // packets that came to user space while it was written
	dropped   int64     // packets that the kernel dropped meanwhile
	told      int64     // of them, how many the statistics tell; -1 without
	first     time.Time // least time of a packet
	last      time.Time // time of the last packet
}

// newOutput begins a file with its section header, which isn't written yet.
func newOutput(path string, w io.Writer, file *os.File, regular bool, o Options) *output {
	out := &output{
		path: path, w: w, file: file, regular: regular, told: -1,
		buf:   make([]byte, 0, bufferSize+int(packetSize(capture.MaxFrame))),
		links: make(map[capture.LinkType]uint32),
	}
	out.buf = appendSection(out.buf, application(o))
	return out
}

// application is the program that wrote a file, with its version.
func application(o Options) string {
	if o.Version == "" {
		return "ftpscope"
	}
	return "ftpscope " + o.Version
}

// size is what the file is large when all is written.
func (out *output) size() int64 { return out.written + int64(len(out.buf)) }

// packet adds a frame, of which the first keep bytes are kept.
func (out *output) packet(f *capture.Frame, keep int, o Options) error {
	if f.Link != out.link || len(out.links) == 0 {
		out.describe(f.Link, o)
	}
	out.buf = appendPacket(out.buf, out.id, f, keep)
	if out.packets == 0 || f.Time.Before(out.first) {
		out.first = f.Time
	}
	out.last = f.Time
	out.packets++
	if len(out.buf) >= bufferSize {
		return out.flush()
	}
	return nil
}

// describe makes link that of the packets to come.
func (out *output) describe(link capture.LinkType, o Options) {
	id, ok := out.links[link]
	if !ok {
		id = uint32(len(out.links))
		out.links[link] = id
		out.buf = appendInterface(out.buf, link, o.Interface, o.Filter)
	}
	out.link, out.id = link, id
}

// statistics adds what is known of drops, if it is news.
func (out *output) statistics() {
	if out.dropped == out.told || len(out.links) == 0 {
		return
	}
	out.told = out.dropped
	out.buf = appendStatistics(out.buf, out.last, out.delivered, out.dropped)
}

// flush writes what is there. Where that fails, the file is cut back to whole blocks.
func (out *output) flush() error {
	if len(out.buf) == 0 {
		return nil
	}
	n, err := out.w.Write(out.buf)
	if err == nil {
		out.written += int64(n)
		out.buf = out.buf[:0]
		return nil
	}
	out.written += int64(wholeBlocks(out.buf[:min(max(n, 0), len(out.buf))]))
	out.buf = out.buf[:0]
	if out.regular {
		// What is wrong with the file is told already.
		_ = out.file.Truncate(out.written)
	}
	return out.failed(err)
}

// failed says that a write failed, and what to do where the disk is full.
func (out *output) failed(err error) error {
	name := out.path
	if name == Stdout {
		name = "standard output"
	}
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err // it repeats the name
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("record: %s: the disk is full after %d packets, nothing more is recorded; rotation with a number of files to keep bounds it: %w", name, out.packets, err)
	}
	return fmt.Errorf("record: %s: cannot be written after %d packets, nothing more is recorded: %w", name, out.packets, err)
}

// close ends the file: with a description of its interface even without packets, as
// libpcap refuses files without one, and with the statistics.
func (out *output) close(o Options) error {
	if len(out.links) == 0 {
		out.describe(capture.LinkEthernet, o)
	}
	out.told = -1 // the count of what was delivered is news
	out.statistics()
	err := out.flush()
	if out.file != nil {
		if closeErr := out.file.Close(); err == nil && closeErr != nil {
			err = out.failed(closeErr)
		}
	}
	return err
}

// abandon closes a file that cannot be written.
func (out *output) abandon() {
	if out.file != nil {
		_ = out.file.Close() // its error is told already
	}
}

// wholeBlocks is how many bytes of b, which begins with a block, are whole blocks.
func wholeBlocks(b []byte) int {
	whole := 0
	for len(b)-whole >= blockOverhead {
		n := int(le.Uint32(b[whole+4:]))
		if n < blockOverhead || n > len(b)-whole {
			break
		}
		whole += n
	}
	return whole
}
