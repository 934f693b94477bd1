package ftp

import "slices"

// The first bytes of a TLS record: a content type, then the major version.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const (
	tlsFirst = 0x14
	tlsLast  = 0x17
	tlsMajor = 0x03
)

func firstOfTLS(c byte) bool { return tlsFirst <= c && c <= tlsLast }

// secured gives out the notice that TLS records begin here.
func (f *Framer) secured() Line {
	if len(f.buf) > 0 {
		f.offset -= int64(len(f.buf))
		f.in = slices.Concat(f.buf, f.in)
		f.buf = f.buf[:0]
	}
	f.start = f.offset
	f.tls = true
	return Line{Start: f.start, End: f.start, Urgent: f.urgent, AfterGap: f.gap, TLS: true}
}

// Rest takes back what was not given out in lines, and leaves the Framer empty
// at the beginning of a line. The bytes begin at Offset; who uses them tells with
// Skip that they are gone. After the reply 234 the bytes behind its line are TLS
// records.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-4.2
//
// An unfinished line is without the Telnet bytes that it had. The bytes are
// borrowed like those of a Line.
func (f *Framer) Rest() []byte {
	f.reuse()
	rest := f.in
	if len(f.buf) > 0 {
		f.offset -= int64(len(f.buf))
		rest = slices.Concat(f.buf, f.in)
	}
	f.in, f.buf, f.tls = nil, f.buf[:0], false
	f.begin()
	return rest
}

// Offset is the stream offset of the first byte that Next has not looked at, or
// with TLS of the first record.
func (f *Framer) Offset() int64 { return f.offset }

// Pending is the number of bytes of the line that is not finished, Telnet bytes
// included.
func (f *Framer) Pending() int64 { return f.offset - f.start }

// Skip tells that n bytes of the stream went elsewhere, TLS records for
// instance. A line begins behind them, as after CCC.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-12.3
func (f *Framer) Skip(n int64) {
	f.drop(n)
	f.begin()
}

// Gap tells that n bytes of the stream are missing. The unfinished line is
// dropped (Flush gives it out, if called before), and the next line has
// AfterGap.
func (f *Framer) Gap(n int64) {
	f.drop(n)
	f.begin()
	f.gap = true
}

// drop forgets what is not given out yet and passes over n bytes.
func (f *Framer) drop(n int64) {
	f.reuse()
	f.offset += int64(len(f.in)) + n
	f.in, f.buf, f.tls = nil, f.buf[:0], false
}

// Flush gives out the line that is not finished, marked as Cut; false if there
// is none.
func (f *Framer) Flush() (Line, bool) {
	f.reuse()
	if f.tls {
		return Line{}, false
	}
	if f.state == insideIAC {
		f.put(telnetIAC)
	}
	if len(f.buf) == 0 {
		return Line{}, false
	}
	return f.finish(true), true
}
