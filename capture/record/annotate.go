package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxBlock is more than any block that is written here.
const maxBlock = 1 << 20

// annotate copies the file of p once, with its comments put in, and puts the copy in
// its place. It returns how many comments have found their packet. A file that was
// removed, or another in its place, is left alone.
func annotate(p *part) (placed int, err error) {
	src, err := os.Open(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer src.Close()
	st, err := src.Stat()
	if err != nil || p.identity == nil || !os.SameFile(st, p.identity) {
		return 0, err
	}
	dst, err := os.CreateTemp(filepath.Dir(p.path), filepath.Base(p.path)+".*.part")
	if err != nil {
		return 0, err
	}
	placed, err = p.copy(dst, src)
	if err == nil {
		err = dst.Chmod(st.Mode().Perm())
	}
	if err == nil {
		// Else a crash of the machine may leave the new name with nothing in it.
		err = dst.Sync()
	}
	if closeErr := dst.Close(); err == nil {
		err = closeErr
	}
	src.Close() // Windows replaces no open file
	if err == nil {
		// Whoever lists files by time finds them in their order.
		err = os.Chtimes(dst.Name(), time.Time{}, st.ModTime())
	}
	if err == nil {
		err = p.replace(dst.Name())
	}
	if err != nil || p.removed() {
		_ = os.Remove(dst.Name()) // is there only where it could not take its place
		return 0, err
	}
	return placed, nil
}

// copy copies blocks from src to dst and puts the comments into those of their packets.
func (p *part) copy(dst io.Writer, src io.Reader) (placed int, err error) {
	r := bufio.NewReaderSize(src, maxBlock)
	w := bufio.NewWriterSize(dst, bufferSize)
	var changed []byte
	for !p.removed() {
		head, err := r.Peek(blockHeader)
		if err == io.EOF && len(head) == 0 {
			return placed, w.Flush()
		}
		if err != nil {
			return placed, fmt.Errorf("a block is cut off: %w", err)
		}
		n := int64(le.Uint32(head[4:]))
		if n < blockOverhead || n > maxBlock || n%4 != 0 {
			return placed, fmt.Errorf("a block claims %d bytes, which none of ours has", n)
		}
		block, err := r.Peek(int(n))
		if err != nil {
			return placed, fmt.Errorf("a block is cut off: %w", err)
		}
		out := block
		if comments := p.comments[packetNumber(block)]; len(comments) > 0 {
			changed = withComments(changed[:0], block, comments)
			out = changed
			placed += len(comments)
		}
		if _, err := w.Write(out); err != nil {
			return placed, err
		}
		if _, err := r.Discard(int(n)); err != nil {
			return placed, err
		}
	}
	return 0, nil
}

// packetNumber is the number in the live capture of the packet in a block, 0 for other
// blocks.
func packetNumber(block []byte) int64 {
	for opts := block[optionsAt(block) : len(block)-4]; len(opts) >= 4; {
		code, n := le.Uint16(opts), int(le.Uint16(opts[2:]))
		if opts = opts[4:]; code == optEnd || n > len(opts) {
			break
		}
		if code == optEpbPacketID && n == 8 {
			return int64(le.Uint64(opts))
		}
		opts = opts[min((n+3)&^3, len(opts)):]
	}
	return 0
}

// optionsAt is where the options of an enhanced packet block begin: at its end for
// other blocks.
func optionsAt(block []byte) int {
	none := len(block) - 4
	if le.Uint32(block) != blockEnhanced || len(block) < packetData+4 {
		return none
	}
	captured := int64(le.Uint32(block[20:]))
	return int(min(packetData+(captured+3)&^3, int64(none)))
}

// withComments appends to b an enhanced packet block with comments before its other
// options.
func withComments(b, block []byte, comments []string) []byte {
	at := optionsAt(block)
	start := len(b)
	b = append(b, block[:at]...)
	for _, c := range comments {
		b = option(b, optComment, c)
	}
	b = append(b, block[at:len(block)-4]...)
	return end(b, start)
}

// removeFile removes a file, if it is there.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
