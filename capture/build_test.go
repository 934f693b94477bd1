package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// ts is the time of the sample frames; it has nanoseconds.
var ts = time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)

// sample returns n frames of growing length, a millisecond apart. The last byte
// of each is its number.
func sample(n int) []capture.Frame {
	frames := make([]capture.Frame, n)
	for i := range frames {
		frames[i] = capture.Frame{
			Time: ts.Add(time.Duration(i) * time.Millisecond),
			Data: append(bytes.Repeat([]byte{0xaa}, 14+i), byte(i+1)),
			Link: capture.LinkEthernet,
		}
	}
	return frames
}

// read opens one capture from memory, as standard input, and reads all of it.
func read(t testing.TB, data []byte) ([]capture.Frame, capture.Info) {
	t.Helper()
	frames, info, err := tryRead(t, data)
	if err != nil {
		t.Fatal(err)
	}
	return frames, info
}

// tryRead reads data from a pipe, from a file, and from a file that is read
// ahead, and holds that they are the same.
func tryRead(t testing.TB, data []byte) ([]capture.Frame, capture.Info, error) {
	t.Helper()
	frames, info, err := readPipe(t, data)
	// Standard input may have been read from before.
	const before = "read already"
	file, createErr := os.CreateTemp("", "capture")
	if createErr != nil {
		t.Fatal(createErr)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(append([]byte(before), data...)); err != nil {
		t.Fatal(err)
	}
	var inFile capture.Info
	for _, opts := range ways(data) {
		if _, err := file.Seek(int64(len(before)), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got, in, gotErr := readStdin(t, file, opts)
		if fmt.Sprint(gotErr) != fmt.Sprint(err) {
			t.Fatalf("error from a file, read ahead %v: %v, want %v", opts.ReadAhead, gotErr, err)
		}
		if opts.ReadAhead && !cmp.Equal(in, inFile) {
			t.Fatalf("info (-as needed +read ahead):\n%s", cmp.Diff(inFile, in))
		}
		inFile = in
		if err == nil {
			in.Bytes = info.Bytes // of a file all, of a pipe those read
		}
		if !cmp.Equal(got, frames, wholeBytes) || !cmp.Equal(in, info) {
			t.Fatalf("file, read ahead %v (-pipe +file):\n%s%s", opts.ReadAhead, cmp.Diff(frames, got, wholeBytes), cmp.Diff(info, in))
		}
	}
	return frames, info, err
}

// ways are the two ways to read a file of data.
func ways(data []byte) []capture.Options {
	return []capture.Options{{}, capture.Options{}.Ahead(max(7, len(data)/100))}
}

// readPipe reads data from a pipe alone, where it is read thousands of times.
func readPipe(t testing.TB, data []byte) ([]capture.Frame, capture.Info, error) {
	t.Helper()
	return readStdin(t, onlyReader{bytes.NewReader(data)}, capture.Options{})
}

func readStdin(t testing.TB, stdin io.Reader, opts capture.Options) ([]capture.Frame, capture.Info, error) {
	t.Helper()
	opts.Stdin = stdin
	set, err := capture.Open([]string{"-"}, opts)
	if err != nil {
		return nil, capture.Info{}, err
	}
	defer set.Close()
	frames, err := capturetest.Collect(t.Context(), set)
	return frames, set.Info()[0], err
}

// eachWay runs test for reading as needed and for reading ahead.
func eachWay(t *testing.T, test func(t *testing.T, way capture.Options)) {
	t.Run("as needed", func(t *testing.T) { test(t, capture.Options{}) })
	t.Run("ahead", func(t *testing.T) { test(t, capture.Options{}.Ahead(10)) })
}

// onlyReader hides all but Read.
type onlyReader struct{ io.Reader }

// pcapFile builds pcap files of all kinds.
type pcapFile struct {
	order    binary.AppendByteOrder
	magic    uint32
	major    uint16
	minor    uint16
	snap     uint32
	network  uint32
	unit     time.Duration
	modified bool
	buf      []byte
}

func newPCAPFile() *pcapFile {
	return &pcapFile{
		order: binary.LittleEndian, magic: 0xa1b2c3d4, major: 2, minor: 4,
		snap: 65535, network: 1, unit: time.Microsecond,
	}
}

func (p *pcapFile) header() *pcapFile {
	b := p.order.AppendUint32(nil, p.magic)
	b = p.order.AppendUint16(b, p.major)
	b = p.order.AppendUint16(b, p.minor)
	b = append(b, make([]byte, 8)...)
	b = p.order.AppendUint32(b, p.snap)
	p.buf = p.order.AppendUint32(b, p.network)
	return p
}

func (p *pcapFile) record(at time.Time, captured, length uint32, data []byte) *pcapFile {
	b := p.order.AppendUint32(p.buf, uint32(at.Unix()))
	b = p.order.AppendUint32(b, uint32(time.Duration(at.Nanosecond())/p.unit))
	b = p.order.AppendUint32(b, captured)
	b = p.order.AppendUint32(b, length)
	if p.modified {
		b = p.order.AppendUint32(b, 7)
		b = p.order.AppendUint16(b, 0x0800)
		b = append(b, 4, 0)
	}
	p.buf = append(b, data...)
	return p
}

func (p *pcapFile) frames(frames []capture.Frame) []byte {
	p.header()
	for _, f := range frames {
		p.record(f.Time, uint32(len(f.Data)), uint32(max(f.Length, len(f.Data))), f.Data)
	}
	return p.buf
}

// ngFile builds pcapng files block by block.
type ngFile struct {
	order binary.AppendByteOrder
	buf   []byte
}

// fields lays out numbers in the byte order of the section, and bytes as they
// are.
func (n *ngFile) fields(vs ...any) []byte {
	var b []byte
	for _, v := range vs {
		switch v := v.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = n.order.AppendUint16(b, v)
		case uint32:
			b = n.order.AppendUint32(b, v)
		case uint64:
			b = n.order.AppendUint64(b, v)
		case []byte:
			b = append(b, v...)
			for len(b)%4 != 0 {
				b = append(b, 0)
			}
		default:
			panic("no such field")
		}
	}
	return b
}

func (n *ngFile) option(code uint16, value []byte) []byte {
	return n.fields(code, uint16(len(value)), value)
}

func (n *ngFile) block(kind uint32, vs ...any) *ngFile {
	body := n.fields(vs...)
	total := uint32(len(body) + 12)
	n.buf = append(n.buf, n.fields(kind, total)...)
	n.buf = append(n.buf, body...)
	n.buf = append(n.buf, n.fields(total)...)
	return n
}

func newNG(order binary.AppendByteOrder) *ngFile { return new(ngFile).section(order) }

func (n *ngFile) section(order binary.AppendByteOrder, options ...[]byte) *ngFile {
	n.order = order
	return n.block(0x0a0d0d0a, uint32(0x1a2b3c4d), uint16(1), uint16(0), uint64(1<<64-1), bytes.Join(options, nil))
}

func (n *ngFile) iface(link uint16, snap uint32, options ...[]byte) *ngFile {
	return n.block(1, link, uint16(0), snap, bytes.Join(options, nil))
}

func (n *ngFile) enhanced(id uint32, stamp uint64, length int, data []byte, options ...[]byte) *ngFile {
	return n.block(6, id, uint32(stamp>>32), uint32(stamp), uint32(len(data)), uint32(length), data, bytes.Join(options, nil))
}

// micros is the timestamp of t in microseconds.
func micros(t time.Time) uint64 { return uint64(t.UnixMicro()) }

// compressors compress as their commands do; there is none for bzip2.
var compressors = map[string]func(io.Writer) io.WriteCloser{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z },
	"xz":   func(w io.Writer) io.WriteCloser { z, _ := xz.NewWriter(w); return z },
	"lz4":  func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
}

func compress(t testing.TB, kind string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := compressors[kind](&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
