package capture

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// The container of xz files. It is ours because package xz takes as much memory
// as a block header asks for, up to 4 GiB; package lzma does the work.
//
// https://tukaani.org/xz/xz-file-format.txt

const (
	xzMagic       = "\xfd7zXZ\x00"
	xzFooterMagic = "YZ"
	xzHeaderSize  = 12 // of the stream header and the stream footer
	xzLZMA2       = 0x21

	// xzDictionary is the most memory that a block may want: what "xz -9"
	// makes.
	xzDictionary = 64 << 20
	// xzRatio is more than LZMA can compress: a match of 273 bytes takes 14
	// bits at least, each of which costs no less than 0.022 bits. So a
	// dictionary of more than this times the file is never filled.
	xzRatio = 8192
)

// xzReader decompresses the streams of an xz file, one after the other.
type xzReader struct {
	r      *bufio.Reader
	n      int64 // bytes taken from r in this block or index
	size   int64 // of the file, or -1
	data   io.Reader
	check  hash.Hash // over the data of this block; nil where there is none
	kind   byte      // of check
	blocks uint64    // in this stream
	inside bool      // a stream has begun
	any    bool      // a stream was complete
	err    error
}

func newXZ(r *bufio.Reader, size int64) *xzReader {
	return &xzReader{r: r, size: size}
}

// Read returns io.EOF only after a complete stream.
func (x *xzReader) Read(p []byte) (int, error) {
	for x.err == nil {
		if x.data == nil {
			x.err = x.open()
			continue
		}
		n, err := x.data.Read(p)
		if n > 0 && x.check != nil {
			x.check.Write(p[:n])
		}
		if err == io.EOF {
			err = x.closeBlock()
		}
		x.err = err
		// Without data as well, so that the caller may tire of empty blocks.
		return n, nil
	}
	return 0, x.err
}

// xzCount is the reader of a block: it counts what is taken.
type xzCount struct{ x *xzReader }

func (c xzCount) Read(p []byte) (int, error) {
	n, err := c.x.r.Read(p)
	c.x.n += int64(n)
	return n, err
}

func (c xzCount) ReadByte() (byte, error) {
	b, err := c.x.r.ReadByte()
	if err == nil {
		c.x.n++
	}
	return b, err
}

// open begins the next block, past stream headers, indexes and padding.
func (x *xzReader) open() error {
	if !x.inside {
		return x.stream()
	}
	x.n = 0
	size, err := xzCount{x}.ReadByte()
	if err != nil {
		return noEOF(err)
	}
	if size == 0 {
		return x.index()
	}
	return x.block(size)
}

// stream reads a stream header: magic, flags (2), CRC-32 of the flags (4).
func (x *xzReader) stream() error {
	for x.any {
		// "Stream Padding MUST contain only null bytes", four at a time.
		b, err := x.r.Peek(4)
		if err == io.EOF && len(b) == 0 {
			return io.EOF
		}
		if len(b) < 4 {
			return noEOF(err)
		}
		if !bytes.Equal(b, make([]byte, 4)) {
			break
		}
		x.r.Discard(4)
	}
	var h [xzHeaderSize]byte
	if _, err := io.ReadFull(x.r, h[:]); err != nil {
		return noEOF(err)
	}
	if string(h[:6]) != xzMagic {
		return errors.New("xz: no stream header where one must be")
	}
	if crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return errors.New("xz: checksum of the stream header is wrong")
	}
	if h[6] != 0 || h[7]&0xf0 != 0 {
		return errors.New("xz: unknown flags in the stream header")
	}
	x.kind, x.inside, x.blocks = h[7], true, 0
	return nil
}

// block reads a block header and begins to decompress.
func (x *xzReader) block(size byte) error {
	h := make([]byte, (int(size)+1)*4)
	h[0] = size
	if _, err := io.ReadFull(xzCount{x}, h[1:]); err != nil {
		return noEOF(err)
	}
	end := len(h) - 4
	if crc32.ChecksumIEEE(h[:end]) != binary.LittleEndian.Uint32(h[end:]) {
		return errors.New("xz: checksum of a block header is wrong")
	}
	flags, h := h[1], h[2:end]
	if flags&0x3f != 0 {
		return errors.New("xz: filters other than LZMA2 aren't supported: decompress it first (xz -dc FILE)")
	}
	unpacked := uint64(1<<63 - 1)
	for i, bit := range []byte{0x40, 0x80} {
		if flags&bit == 0 {
			continue
		}
		v, n := binary.Uvarint(h)
		if n <= 0 {
			return errors.New("xz: block header is damaged")
		}
		if i == 1 {
			unpacked = v
		}
		h = h[n:]
	}
	if len(h) < 3 || h[0] != xzLZMA2 || h[1] != 1 {
		return errors.New("xz: filters other than LZMA2 aren't supported: decompress it first (xz -dc FILE)")
	}
	capacity, err := lzma.DecodeDictCap(h[2])
	if err != nil {
		return err
	}
	if capacity > xzDictionary {
		return fmt.Errorf("xz: it wants a dictionary of %d MiB, the limit is %d: decompress it first (xz -dc FILE)",
			capacity>>20, xzDictionary>>20)
	}
	if x.size >= 0 {
		capacity = min(capacity, x.size*xzRatio)
	}
	capacity = int64(min(uint64(capacity), unpacked))
	x.check = xzCheck(x.kind)
	x.blocks++
	x.data, err = lzma.Reader2Config{DictCap: int(max(capacity, lzma.MinDictCap))}.NewReader2(xzCount{x})
	return noEOF(err)
}

// closeBlock reads the padding and the check of a block.
func (x *xzReader) closeBlock() error {
	x.data = nil
	if err := x.padding(); err != nil {
		return err
	}
	var b [64]byte
	sum := b[:xzCheckSize(x.kind)]
	if _, err := io.ReadFull(x.r, sum); err != nil {
		return noEOF(err)
	}
	if x.check == nil {
		return nil
	}
	want := x.check.Sum(nil)
	if x.kind != xzSHA256 {
		// CRCs are stored with the least byte first.
		for i, j := 0, len(want)-1; i < j; i, j = i+1, j-1 {
			want[i], want[j] = want[j], want[i]
		}
	}
	if !bytes.Equal(sum, want) {
		return errors.New("xz: checksum of a block is wrong")
	}
	return nil
}

// padding reads up to the next multiple of four bytes.
func (x *xzReader) padding() error {
	for x.n%4 != 0 {
		b, err := xzCount{x}.ReadByte()
		if err != nil {
			return noEOF(err)
		}
		if b != 0 {
			return errors.New("xz: padding isn't zero")
		}
	}
	return nil
}

// index reads the index after its indicator, and the stream footer. What the
// index says of the blocks isn't needed; their number must be right.
func (x *xzReader) index() error {
	r := xzCount{x}
	count, err := binary.ReadUvarint(r)
	if err != nil {
		return noEOF(err)
	}
	if count != x.blocks {
		return fmt.Errorf("xz: index lists %d blocks, there are %d", count, x.blocks)
	}
	for range 2 * count {
		if _, err := binary.ReadUvarint(r); err != nil {
			return noEOF(err)
		}
	}
	if err := x.padding(); err != nil {
		return err
	}
	var b [4 + xzHeaderSize]byte // checksum of the index, footer
	if _, err := io.ReadFull(x.r, b[:]); err != nil {
		return noEOF(err)
	}
	if string(b[len(b)-2:]) != xzFooterMagic {
		return errors.New("xz: stream footer is damaged")
	}
	x.inside, x.any = false, true
	return nil
}

// The checks of blocks.
const (
	xzCRC32  = 1
	xzCRC64  = 4
	xzSHA256 = 10
)

// xzCheck returns nil for no check, and for those that nobody knows.
func xzCheck(kind byte) hash.Hash {
	switch kind {
	case xzCRC32:
		return crc32.NewIEEE()
	case xzCRC64:
		return crc64.New(crc64.MakeTable(crc64.ECMA))
	case xzSHA256:
		return sha256.New()
	}
	return nil
}

// xzCheckSize returns the bytes of a check, which are reserved for the unknown
// ones as well.
func xzCheckSize(kind byte) int {
	if kind == 0 {
		return 0
	}
	return 4 << ((kind - 1) / 3)
}
