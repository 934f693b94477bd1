package capture

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// The compressions, as Info.Compression says them.
const (
	gzipData  = "gzip"
	zstdData  = "zstd"
	xzData    = "xz"
	lz4Data   = "lz4"
	bzip2Data = "bzip2"
)

// compression tells by the first bytes of a file how it is compressed, and
// returns an empty string where it isn't.
func compression(b []byte) string {
	has := func(magic string) bool { return bytes.HasPrefix(b, []byte(magic)) }
	switch {
	case has("\x1f\x8b"):
		return gzipData
	case has("\x28\xb5\x2f\xfd"):
		return zstdData
	// Skippable frames are common to zstd and lz4; it is zstd that begins
	// files with them (pzstd).
	case len(b) >= 4 && b[0]&0xf0 == 0x50 && has(string(b[:1])+"\x2a\x4d\x18"):
		return zstdData
	case has(xzMagic):
		return xzData
	case has("\x04\x22\x4d\x18"), has("\x02\x21\x4c\x18"):
		return lz4Data
	case len(b) >= 10 && has("BZh") && b[3] >= '1' && b[3] <= '9' &&
		(string(b[4:10]) == "1AY&SY" || string(b[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return bzip2Data
	}
	return ""
}

const (
	hintConvert = "Wireshark's editcap may convert it: editcap -F pcapng FILE out.pcapng"
	hintUnpack  = "unpack it and name the captures in it"
)

// others are the files that are taken for captures, or hold some.
var others = []struct{ magic, found, hint string }{
	{"snoop\x00\x00\x00", "a snoop capture (Solaris)", hintConvert},
	{"btsnoop\x00", "a btsnoop capture (Bluetooth)", ""},
	{"GMBU", "a Network Monitor 2 capture", hintConvert},
	{"RTSS", "a Network Monitor 1 capture", hintConvert},
	{"TRSNIFF data    \x1a", "a DOS Sniffer capture", hintConvert},
	{"XCP\x00", "a NetXRay or Windows Sniffer capture", hintConvert},
	{"\x05VNF", "a Visual Networks capture", hintConvert},
	{"iptrace ", "an AIX iptrace capture", hintConvert},
	{"TR\x00d", "an HP-UX nettl capture", hintConvert},
	{"EyeSDN", "an EyeSDN capture", ""},
	{"\x7fver", "an OmniPeek capture", hintConvert},
	{"NSEC1", "a NetScaler trace", hintConvert},
	{"\xac\x01\x00\x1c", "an Ixia capture", hintConvert},
	{"\xab\x01\x00\x1c", "an Ixia capture", hintConvert},
	{"PK\x03\x04", "a zip archive", hintUnpack},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", hintUnpack},
	{"Rar!\x1a\x07", "a rar archive", hintUnpack},
	{"\x1f\x9d", "data of the old compress program (.Z)", "decompress it first: zcat FILE | ftpscope analyze -"},
	{"LZIP", "lzip data", "decompress it first: lzip -dc FILE | ftpscope analyze -"},
	{"%PDF-", "a PDF document", ""},
	{"\x7fELF", "an ELF program", ""},
	{"MZ", "a Windows program", ""},
	{"SQLite format 3\x00", "an SQLite database", ""},
	{"\x89PNG", "a PNG image", ""},
}

// describe says what the first bytes of a file that is no capture look like,
// and what the user can do about it.
func describe(b []byte) (found, hint string) {
	if len(b) == 0 {
		return "an empty file", "the capture may have been stopped before anything was written"
	}
	for _, o := range others {
		if bytes.HasPrefix(b, []byte(o.magic)) {
			return o.found, o.hint
		}
	}
	switch {
	case len(b) >= 262 && string(b[257:262]) == "ustar":
		return "a tar archive", hintUnpack
	case isText(b):
		return fmt.Sprintf("text that begins with %q", firstLine(b)),
			"tcpdump and Wireshark write captures with -w FILE; their printed output isn't one"
	case isERF(b):
		return "what may be an ERF capture (Endace)", hintConvert
	case len(bytes.Trim(b, "\x00")) == 0:
		return "nothing but zeros", ""
	}
	return fmt.Sprintf("data that begins with % x", b[:min(len(b), 8)]), ""
}

// isText tells printable UTF-8, but for a rune that b ends in the middle of.
func isText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return len(b) < utf8.UTFMax && !utf8.FullRune(b)
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\x1b' || r == '\x7f' {
			return false
		}
		b = b[n:]
	}
	return true
}

// firstLine returns the begin of the first line that isn't empty.
func firstLine(b []byte) []byte {
	b = bytes.TrimLeft(b, "\r\n\t ")
	if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
		b = b[:i]
	}
	return b[:min(len(b), 40)]
}

// isERF guesses, as ERF has no magic number: 32 bits of fraction, 32 bits of
// seconds (both little endian), type, flags, record length, loss counter, wire
// length.
func isERF(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	sec := littleEndian.u32(b[4:])
	kind := b[8] & 0x7f
	return sec > 900e6 && sec < 2500e6 && kind >= 1 && kind <= 48 && bigEndian.u16(b[10:]) >= 16
}
