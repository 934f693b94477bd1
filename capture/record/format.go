package record

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/ftpscope/ftpscope/capture"
)

// The blocks that are written, and their options.
//
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html#section-4
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockStatistics = 5
	blockEnhanced   = 6

	optEnd     = 0
	optComment = 1

	optShbUserappl = 4

	optIfName    = 2
	optIfTsresol = 9
	optIfFilter  = 11

	optEpbFlags    = 2
	optEpbPacketID = 5

	optIsbIfrecv   = 4
	optIsbIfdrop   = 5
	optIsbUsrdeliv = 8

	byteOrderMagic = 0x1a2b3c4d
	filterString   = "\x00" // begins an if_filter that is text
	nanoseconds    = "\x09" // if_tsresol
	flagsInbound   = 1
	flagsOutbound  = 2
)

const (
	blockHeader   = 8  // type and length
	blockOverhead = 12 // with the length at the end
	packetData    = 28 // where the data of an enhanced packet block begins
	packetOptions = 24 // most bytes of options of a packet: flags, number, end
	maxText       = 4096
)

var le = binary.LittleEndian

// begin appends the beginning of a block, whose length end fills in.
func begin(b []byte, kind uint32) (_ []byte, start int) {
	return le.AppendUint32(le.AppendUint32(b, kind), 0), len(b)
}

// end ends the block that began at start.
func end(b []byte, start int) []byte {
	n := uint32(len(b) - start + 4)
	le.PutUint32(b[start+4:], n)
	return le.AppendUint32(b, n)
}

// pad fills up to a multiple of 4 from start.
func pad(b []byte, start int) []byte {
	for (len(b)-start)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// option appends an option with a string of at most 64 KiB.
func option(b []byte, code uint16, value string) []byte {
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, uint16(len(value)))
	start := len(b)
	return pad(append(b, value...), start)
}

// option64 appends an option with a number.
func option64(b []byte, code uint16, value uint64) []byte {
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, 8)
	return le.AppendUint64(b, value)
}

// endOptions appends the end of a list of options.
func endOptions(b []byte) []byte { return le.AppendUint32(b, optEnd) }

// appendSection appends a section header of unknown length.
func appendSection(b []byte, application string) []byte {
	b, start := begin(b, blockSection)
	b = le.AppendUint32(b, byteOrderMagic)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint64(b, math.MaxUint64)
	b = endOptions(option(b, optShbUserappl, plain(application, maxText)))
	return end(b, start)
}

// appendInterface appends the description of an interface. The snap length is that
// of the reader, as each packet says itself how much of it is there.
func appendInterface(b []byte, link capture.LinkType, name, filter string) []byte {
	b, start := begin(b, blockInterface)
	b = le.AppendUint16(b, uint16(link))
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, capture.MaxFrame)
	if name != "" {
		b = option(b, optIfName, plain(name, maxText))
	}
	if filter != "" {
		b = option(b, optIfFilter, filterString+plain(filter, maxText))
	}
	b = endOptions(option(b, optIfTsresol, nanoseconds))
	return end(b, start)
}

// packetSize is the most bytes that the block of a packet takes with n bytes of data.
func packetSize(n int) int64 { return int64(packetData + (n+3)&^3 + packetOptions + 4) }

// appendPacket appends a frame, of which the first keep bytes are kept.
func appendPacket(b []byte, id uint32, f *capture.Frame, keep int) []byte {
	b, start := begin(b, blockEnhanced)
	b = le.AppendUint32(b, id)
	b = appendTime(b, f.Time)
	b = le.AppendUint32(b, uint32(keep))
	b = le.AppendUint32(b, uint32(min(max(f.Length, len(f.Data)), math.MaxUint32)))
	b = pad(append(b, f.Data[:keep]...), start)
	flags := uint32(0)
	switch f.Direction {
	case capture.DirectionIn:
		flags = flagsInbound
	case capture.DirectionOut:
		flags = flagsOutbound
	}
	if flags != 0 {
		b = le.AppendUint16(b, optEpbFlags)
		b = le.AppendUint16(b, 4)
		b = le.AppendUint32(b, flags)
	}
	b = endOptions(option64(b, optEpbPacketID, uint64(f.Number)))
	return end(b, start)
}

// appendStatistics appends the statistics of interface 0: how many packets the kernel
// took, had to drop, and delivered.
func appendStatistics(b []byte, at time.Time, delivered, dropped int64) []byte {
	b, start := begin(b, blockStatistics)
	b = le.AppendUint32(b, 0)
	b = appendTime(b, at)
	b = option64(b, optIsbIfrecv, uint64(delivered+dropped))
	b = option64(b, optIsbIfdrop, uint64(dropped))
	b = endOptions(option64(b, optIsbUsrdeliv, uint64(delivered)))
	return end(b, start)
}

// statisticsSize is the size of a block of statistics.
const statisticsSize = 64

// appendTime appends nanoseconds since 1970, high half first. What they can't say,
// before 1970 or after the year 2554, becomes 1970.
func appendTime(b []byte, t time.Time) []byte {
	var ns uint64
	if sec := t.Unix(); sec >= 0 && sec < math.MaxUint64/1_000_000_000 {
		ns = uint64(sec)*1_000_000_000 + uint64(t.Nanosecond())
	}
	b = le.AppendUint32(b, uint32(ns>>32))
	return le.AppendUint32(b, uint32(ns))
}

// plain is text as valid UTF-8 of at most n bytes without control characters except for
// line breaks: what comes from the wire must not reach a terminal raw.
func plain(text string, n int) string {
	const more = "…"
	if len(text) > n {
		text = strings.ToValidUTF8(text[:n-len(more)], "") + more
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	return text
}
