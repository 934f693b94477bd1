package capture

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// zstdWindow is the most memory that a zstd frame may want: what RFC 8878
// recommends that decoders support, and what "zstd -19" needs.
//
// https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2
const zstdWindow = 8 << 20

// compressedBlock is how much of a compressed file is read at once.
const compressedBlock = 64 << 10

// decompress returns the decompressed bytes of r. Size is how many bytes r has,
// or -1. Closing it doesn't close r.
func decompress(kind string, r io.Reader, size int64) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, compressedBlock)
	switch kind {
	case gzipData:
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, noEOF(err)
		}
		return guard{z, z.Close}, nil
	case zstdData:
		z, err := zstd.NewReader(br,
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(zstdWindow))
		if err != nil {
			return nil, noEOF(err)
		}
		return guard{zstdReader{z}, func() error { z.Close(); return nil }}, nil
	case xzData:
		return guard{newXZ(br, size), nil}, nil
	case lz4Data:
		z := lz4.NewReader(br)
		if err := z.Apply(lz4.ConcurrencyOption(1)); err != nil {
			return nil, err
		}
		return guard{z, nil}, nil
	case bzip2Data:
		return guard{bzip2.NewReader(br), nil}, nil
	}
	return nil, fmt.Errorf("unknown compression %s", kind)
}

// noEOF makes an end where there should be a header the error that it is.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// zstdReader says what to do about a window that is too large.
type zstdReader struct{ *zstd.Decoder }

func (z zstdReader) Read(p []byte) (int, error) {
	n, err := z.Decoder.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = fmt.Errorf("it wants a window of more than %d MiB: decompress it first (zstd -dc --long=31 FILE)", zstdWindow>>20)
	}
	return n, err
}

// guard turns a panic of a decompressor, which sees hostile bytes before we do,
// into an error.
type guard struct {
	io.Reader
	close func() error // or nil
}

func (g guard) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, fmt.Errorf("decompressor failed: %v", v)
		}
	}()
	return g.Reader.Read(p)
}

func (g guard) Close() error {
	if g.close == nil {
		return nil
	}
	return g.close()
}
