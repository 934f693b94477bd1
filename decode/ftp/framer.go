package ftp

import "bytes"

// MaxLine bounds a line; the rest of a longer line is dropped.
const MaxLine = 8192

// Line is one line of a control connection as a Framer gives it out.
type Line struct {
	Bytes      []byte // without line end and Telnet bytes: borrowed, see Framer
	Start, End int64  // stream offsets of its first byte and just behind its last, line end and Telnet bytes included
	Urgent     bool   // a Telnet interrupt or data mark stood before it
	Cut        bool   // longer than MaxLine, or not ended: only its beginning
	AfterGap   bool   // first since a gap: it may be only the end of a line
	TLS        bool   // no line at all: TLS records begin at Start, and the bytes are in Rest
}

// Framer cuts the bytes of one direction of a control connection into lines,
// however the bytes come. Push a chunk, then call Next until it is false:
//
//	framer.Push(payload)
//	for {
//		line, ok := framer.Next()
//		if !ok {
//			break
//		}
//		…
//	}
//
// Line.Bytes is a part of the chunk or of the Framer's own buffer. It is valid
// until the next call of a method and as long as the chunk is. What the caller
// did not take with Next or Rest the Framer copies when it is pushed to again.
//
// A line ends with LF; carriage returns before it are removed. A CR inside a line
// stays, and the NUL that Telnet puts behind it goes.
//
// https://www.rfc-editor.org/rfc/rfc2640#section-3.1
//
// The Telnet rules are the same in both directions. In front of a line the
// commands IAC x and IAC WILL/WONT/DO/DONT x are removed; an interrupt and a
// data mark are remembered, as they announce ABOR:
//
//  1. User system inserts the Telnet "Interrupt Process" (IP) signal in the
//     Telnet stream.
//  2. User system sends the Telnet "Synch" signal.
//  3. User system inserts the command (e.g., ABOR) in the Telnet stream.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.1.3
//
// Inside a line only the doubled IAC is one byte 255, and everything else is
// data: 255 is the letter я in the code page 1251 and ÿ in Latin-1, and no
// client was ever seen to send a Telnet command in the middle of a line.
//
// The zero Framer is at the beginning of a stream.
type Framer struct {
	in     []byte // pushed, not looked at
	spill  []byte // holds in if the caller's chunk is gone
	buf    []byte // the unfinished line, Telnet bytes removed, at most MaxLine
	given  bool   // buf was given out and can be reused
	start  int64  // stream offset of the unfinished line
	offset int64  // stream offset of in
	state  framerState
	long   bool // the unfinished line has more than MaxLine bytes
	cr     bool // the last byte was CR
	urgent bool // interrupt or data mark before the unfinished line
	gap    bool // no line since a gap
	tls    bool // TLS records begin at start
}

type framerState uint8

const (
	lineStart  framerState = iota // nothing but Telnet bytes since the last line
	lineTLS                       // buf is one byte that may begin a TLS record
	lineIAC                       // IAC at the beginning of a line
	lineOption                    // IAC WILL, WONT, DO or DONT at the beginning of a line
	inside                        // in a line
	insideIAC                     // IAC in a line; it is not in buf yet
)

// Telnet's bytes, RFC 854.
//
// https://www.rfc-editor.org/rfc/rfc854
const (
	telnetIAC   = 0xff
	telnetWill  = 0xfb
	telnetDM    = 0xf2
	telnetIP    = 0xf4
	telnetFirst = 0xf0
)

// Push gives the next bytes of the stream.
func (f *Framer) Push(b []byte) {
	f.reuse()
	if f.tls { // nobody wanted Rest
		f.Skip(0)
		f.tls = true
	}
	if len(f.in) == 0 {
		f.in = b
		return
	}
	f.spill = append(append(f.spill[:0], f.in...), b...)
	f.in = f.spill
}

// Next is the next line, false if more bytes are needed. Once it has given out
// a Line with TLS it gives out nothing more until Rest is taken.
func (f *Framer) Next() (Line, bool) {
	f.reuse()
	if f.tls {
		return Line{}, false
	}
	for len(f.in) > 0 {
		if f.state == lineStart && len(f.buf) == 0 {
			if line, ok := f.whole(); ok {
				return line, true
			}
		}
		c := f.in[0]
		if f.state == lineTLS {
			f.state = inside
			if c == tlsMajor {
				return f.secured(), true
			}
		}
		if f.state == lineStart && firstOfTLS(c) && len(f.in) > 1 && f.in[1] == tlsMajor {
			return f.secured(), true
		}
		f.in = f.in[1:]
		f.offset++
		if f.step(c) {
			return f.finish(false), true
		}
	}
	return Line{}, false
}

// step takes one byte and reports whether it ended a line.
func (f *Framer) step(c byte) bool {
	switch f.state {
	case lineStart:
		switch {
		case c == telnetIAC:
			f.state = lineIAC
			return false
		case c == telnetDM && (f.urgent || f.gap):
			// The IAC of a data mark is sent urgent and may be missing.
			f.urgent = true
			return false
		case firstOfTLS(c):
			f.state = lineTLS
			f.put(c)
			return false
		}
		f.state = inside
	case lineIAC:
		switch {
		case c == telnetIAC:
			f.state = inside
			f.put(c)
			return false
		case c >= telnetWill:
			f.state = lineOption
			return false
		case c >= telnetFirst:
			f.state = lineStart
			f.urgent = f.urgent || c == telnetIP || c == telnetDM
			return false
		}
		f.state = inside
		f.put(telnetIAC)
	case lineOption:
		f.state = lineStart
		if c != '\n' {
			return false
		}
	case insideIAC:
		f.state = inside
		f.put(telnetIAC)
		if c == telnetIAC {
			return false
		}
	case inside:
		if c == telnetIAC {
			f.state = insideIAC
			return false
		}
	}
	if c == '\n' {
		return true
	}
	if c == 0 && f.cr {
		f.cr = false
		return false
	}
	f.put(c)
	return false
}

// put adds a byte to the line.
func (f *Framer) put(c byte) {
	f.cr = c == '\r'
	if len(f.buf) < MaxLine {
		f.buf = append(f.buf, c)
		return
	}
	f.long = f.long || c != '\r'
}

// whole gives out a line that lies whole in the chunk and has nothing to remove
// but its end: no Telnet byte, and no NUL, of which only some stay.
func (f *Framer) whole() (Line, bool) {
	end := bytes.IndexByte(f.in, '\n')
	if end < 0 || firstOfTLS(f.in[0]) || f.in[0] == telnetDM {
		return Line{}, false
	}
	b := f.in[:end]
	if bytes.IndexByte(b, telnetIAC) >= 0 || bytes.IndexByte(b, 0) >= 0 {
		return Line{}, false
	}
	f.in = f.in[end+1:]
	f.offset += int64(end + 1)
	b = trimCR(b)
	cut := len(b) > MaxLine
	return f.line(b[:min(len(b), MaxLine)], cut), true
}

// finish gives out the line in buf.
func (f *Framer) finish(cut bool) Line {
	b := f.buf
	if !f.long {
		b = trimCR(b)
	}
	f.given = true
	return f.line(b, cut || f.long)
}

func (f *Framer) line(b []byte, cut bool) Line {
	line := Line{Bytes: b, Start: f.start, End: f.offset, Urgent: f.urgent, Cut: cut, AfterGap: f.gap}
	f.begin()
	return line
}

// begin makes the current place the beginning of a line.
func (f *Framer) begin() {
	f.start = f.offset
	f.state = lineStart
	f.long, f.cr, f.urgent, f.gap = false, false, false, false
}

// reuse empties buf after its line was given out.
func (f *Framer) reuse() {
	if f.given {
		f.buf, f.given = f.buf[:0], false
	}
}

// trimCR removes the carriage returns of a line end.
func trimCR(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '\r' {
		b = b[:len(b)-1]
	}
	return b
}
