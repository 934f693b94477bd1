package capturetest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
)

// snapLength is what written captures state.
const snapLength = capture.MaxFrame

// PCAP returns a pcap file of frames: little endian, with nanoseconds. The link
// type is that of the first frame, or Ethernet without frames. A zero time
// becomes 1970-01-01.
func PCAP(frames ...capture.Frame) []byte {
	link := capture.LinkEthernet
	if len(frames) > 0 {
		link = frames[0].Link
	}
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b23c4d)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, snapLength)
	b = le.AppendUint32(b, uint32(link))
	for _, f := range frames {
		var sec, nsec uint32
		if !f.Time.IsZero() {
			sec, nsec = uint32(f.Time.Unix()), uint32(f.Time.Nanosecond())
		}
		b = le.AppendUint32(b, sec)
		b = le.AppendUint32(b, nsec)
		b = le.AppendUint32(b, uint32(len(f.Data)))
		b = le.AppendUint32(b, uint32(max(f.Length, len(f.Data))))
		b = append(b, f.Data...)
	}
	return b
}

// PCAPNG returns a pcapng file of frames: one little-endian section, with
// nanoseconds, an interface for each link type in order of appearance, and the
// direction of frames that have one. Frames without a time become simple packet
// blocks if their link type is that of the first frame, and have the time
// 1970-01-01 otherwise. Frame.Interface is not used.
func PCAPNG(frames ...capture.Frame) []byte {
	le := binary.LittleEndian
	var section []byte
	section = le.AppendUint32(section, 0x1a2b3c4d)
	section = le.AppendUint16(section, 1)
	section = le.AppendUint16(section, 0)
	section = le.AppendUint64(section, 1<<64-1)
	b := block(nil, 0x0a0d0d0a, section)

	interfaces := make(map[capture.LinkType]uint32)
	for _, f := range frames {
		id, ok := interfaces[f.Link]
		if !ok {
			id = uint32(len(interfaces))
			interfaces[f.Link] = id
			body := le.AppendUint16(nil, uint16(f.Link))
			body = le.AppendUint16(body, 0)
			body = le.AppendUint32(body, snapLength)
			b = block(b, 1, append(body, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0)) // if_tsresol
		}
		length := uint32(max(f.Length, len(f.Data)))
		if f.Time.IsZero() && id == 0 && int(length) == len(f.Data) {
			b = block(b, 3, append(le.AppendUint32(nil, length), f.Data...))
			continue
		}
		var nsec uint64
		if !f.Time.IsZero() {
			nsec = uint64(f.Time.UnixNano())
		}
		body := le.AppendUint32(nil, id)
		body = le.AppendUint32(body, uint32(nsec>>32))
		body = le.AppendUint32(body, uint32(nsec))
		body = le.AppendUint32(body, uint32(len(f.Data)))
		body = le.AppendUint32(body, length)
		body = append(body, f.Data...)
		if f.Direction != capture.DirectionUnknown {
			body = pad(body)
			body = append(body, 2, 0, 4, 0, byte(f.Direction), 0, 0, 0, 0, 0, 0, 0) // epb_flags
		}
		b = block(b, 6, body)
	}
	return b
}

// block appends a block of the given type.
func block(b []byte, kind uint32, body []byte) []byte {
	body = pad(body)
	le := binary.LittleEndian
	total := uint32(len(body) + 12)
	b = le.AppendUint32(b, kind)
	b = le.AppendUint32(b, total)
	b = append(b, body...)
	return le.AppendUint32(b, total)
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// WriteFile writes a file into a directory of the test and returns its path.
func WriteFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
