package gen

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The formats are written here rather than by pcapgo, which brings
// golang.org/x/net along, and whose pcapng writer names the machine it runs on.

// Numbers of both formats.
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html#section-4
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html#section-4
const (
	pcapMagic        = 0xa1b2c3d4 // microseconds
	ngSection        = 0x0a0d0d0a
	ngByteOrder      = 0x1a2b3c4d
	ngInterface      = 1
	ngStatistics     = 5
	ngEnhancedPacket = 6
	ngOptName        = 2  // if_name
	ngOptFlags       = 2  // epb_flags
	ngOptDrops       = 5  // isb_ifdrop
	ngOptTSResol     = 9  // if_tsresol
	ngOptFilter      = 11 // if_filter
	ngInbound        = 1  // of epb_flags
	ngOutbound       = 2
	wholeFrames      = 262144
)

func (s *scene) encode() ([]byte, error) {
	frames := s.sink.ordered()
	for i := 1; i < len(frames); i++ {
		if frames[i].at < frames[i-1].at {
			return nil, fmt.Errorf("frame %d comes before the one in front of it", i+1)
		}
	}
	if s.set.ng {
		return s.pcapng(frames), nil
	}
	return s.pcap(frames), nil
}

func (s *scene) snaplen() uint32 {
	if s.set.snaplen > 0 {
		return uint32(s.set.snaplen)
	}
	return wholeFrames
}

func (s *scene) pcap(frames []frame) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, pcapMagic)
	b = le.AppendUint16(b, 2) // version 2.4
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...) // reserved
	b = le.AppendUint32(b, s.snaplen())
	b = le.AppendUint32(b, uint32(s.set.linkType()))
	for _, f := range frames {
		t := f.time()
		b = le.AppendUint32(b, uint32(t.Unix()))
		b = le.AppendUint32(b, uint32(t.Nanosecond()/1000))
		b = le.AppendUint32(b, uint32(len(f.data)))
		b = le.AppendUint32(b, uint32(f.size))
		b = append(b, f.data...)
	}
	return b
}

func (s *scene) pcapng(frames []frame) []byte {
	le := binary.LittleEndian
	body := le.AppendUint32(nil, ngByteOrder)
	body = le.AppendUint16(body, 1) // version 1.0
	body = le.AppendUint16(body, 0)
	body = le.AppendUint64(body, ^uint64(0)) // length not given
	b := ngBlock(nil, ngSection, body)

	names := []string{"eth0"}
	if s.twin != nil && s.twin.iface != "" {
		names = append(names, s.twin.iface)
	}
	for _, name := range names {
		body = le.AppendUint16(nil, uint16(s.set.linkType()))
		body = le.AppendUint16(body, 0)
		body = le.AppendUint32(body, s.snaplen())
		body = ngOption(body, ngOptName, []byte(name))
		body = ngOption(body, ngOptTSResol, []byte{9}) // nanoseconds
		if filter := s.filter(); filter != "" {
			body = ngOption(body, ngOptFilter, append([]byte{0}, filter...))
		}
		body = ngOption(body, 0, nil)
		b = ngBlock(b, ngInterface, body)
	}
	for _, f := range frames {
		body = le.AppendUint32(nil, uint32(f.iface))
		body = ngTime(body, f)
		body = le.AppendUint32(body, uint32(len(f.data)))
		body = le.AppendUint32(body, uint32(f.size))
		body = pad4(append(body, f.data...))
		if f.flags != 0 {
			body = ngOption(body, ngOptFlags, le.AppendUint32(nil, f.flags))
			body = ngOption(body, 0, nil)
		}
		b = ngBlock(b, ngEnhancedPacket, body)
	}
	if s.set.drops != nil && len(frames) > 0 {
		body = le.AppendUint32(nil, 0) // the first interface
		body = ngTime(body, frames[len(frames)-1])
		body = ngOption(body, ngOptDrops, le.AppendUint64(nil, *s.set.drops))
		body = ngOption(body, 0, nil)
		b = ngBlock(b, ngStatistics, body)
	}
	return b
}

// ngTime appends the time of f, whose upper half comes first.
func ngTime(b []byte, f frame) []byte {
	ns := uint64(f.time().UnixNano())
	b = binary.LittleEndian.AppendUint32(b, uint32(ns>>32))
	return binary.LittleEndian.AppendUint32(b, uint32(ns))
}

// filter is the capture filter in tcpdump's words.
func (s *scene) filter() string {
	if s.set.filter != "" {
		return s.set.filter
	}
	var parts []string
	for _, p := range s.set.only {
		parts = append(parts, fmt.Sprintf("tcp port %d", p))
	}
	return strings.Join(parts, " or ")
}

func ngBlock(b []byte, kind uint32, body []byte) []byte {
	size := uint32(12 + len(body))
	b = binary.LittleEndian.AppendUint32(b, kind)
	b = binary.LittleEndian.AppendUint32(b, size)
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, size)
}

func ngOption(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad4(append(b, value...))
}

func pad4(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
