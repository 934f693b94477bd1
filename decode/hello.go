package decode

import (
	"bytes"
	"encoding/binary"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// helloReader reads a ClientHello or ServerHello as its bytes come, and keeps
// none of them.
//
//	struct {
//	    ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
//	    Random random;
//	    opaque legacy_session_id<0..32>;
//	    CipherSuite cipher_suites<2..2^16-2>;
//	    opaque legacy_compression_methods<1..2^8-1>;
//	    Extension extensions<8..2^16-1>;
//	} ClientHello;
//
// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
type helloReader struct {
	facts  ftp.Hello
	client bool
	known  bool // version and random were read
	retry  bool // it is a HelloRetryRequest
	part   helloPart
	buf    [35]byte
	have   int // bytes in buf
	want   int // bytes of this part
	pass   int // bytes to pass over before it
	left   int // bytes of the list of versions
	behind int // bytes of the extension behind that list
}

// helloPart is what comes next in a hello.
type helloPart uint8

const (
	helloRandom      helloPart = iota // version, random, length of the session id
	helloSession                      // session id
	helloCipher                       // a client's: length of the cipher suites; a server's: suite and compression
	helloCompression                  // a client's: length of the compression methods
	helloExtensions                   // length of the extensions
	helloExtension                    // type and length of an extension
	helloOffer                        // supported_versions of a client: length of the list
	helloVersion                      // supported_versions: one version
)

// The extensions that are read.
const (
	extensionTicket   = 35 // RFC 5077 section 3.2
	extensionPSK      = 41 // RFC 8446 section 4.2.11
	extensionVersions = 43 // RFC 8446 section 4.2.1
)

// retryRandom is the random that makes a ServerHello a HelloRetryRequest.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.3
var retryRandom = []byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// hash64 is FNV-1a of 64 bits.
func hash64(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

func newHelloReader(at ftp.Seen, side ftp.Side, client bool) *helloReader {
	return &helloReader{facts: ftp.Hello{Seen: at, From: side, Cut: true}, client: client, want: 35}
}

// read takes the next bytes of the hello.
func (r *helloReader) read(b []byte) {
	for len(b) > 0 {
		if r.pass > 0 {
			n := min(r.pass, len(b))
			r.pass -= n
			b = b[n:]
			continue
		}
		n := copy(r.buf[r.have:r.want], b)
		r.have += n
		b = b[n:]
		if r.have == r.want {
			r.have = 0
			r.take(r.buf[:r.want])
		}
	}
}

// then says what comes behind the bytes to pass over.
func (r *helloReader) then(pass int, part helloPart, want int) {
	r.pass, r.part, r.want = pass, part, want
}

// take takes one part.
func (r *helloReader) take(b []byte) {
	cipher := 3 // a server's suite and compression
	if r.client {
		cipher = 2
	}
	switch r.part {
	case helloRandom:
		r.known, r.facts.Version = true, binary.BigEndian.Uint16(b)
		r.retry = !r.client && bytes.Equal(b[2:34], retryRandom)
		switch n := int(b[34]); {
		case n == 0:
			r.then(0, helloCipher, cipher)
		case n > 32:
			r.then(n, helloCipher, cipher) // no TLS has such
		default:
			r.then(0, helloSession, n)
		}
	case helloSession:
		r.facts.SessionID = hash64(b)
		r.then(0, helloCipher, cipher)
	case helloCipher:
		if r.client {
			r.then(int(binary.BigEndian.Uint16(b)), helloCompression, 1)
		} else {
			r.then(0, helloExtensions, 2)
		}
	case helloCompression:
		r.then(int(b[0]), helloExtensions, 2)
	case helloExtensions:
		r.then(0, helloExtension, 4)
	case helloExtension:
		r.extension(binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:])))
	case helloOffer:
		r.left, r.behind = int(b[0]), max(0, r.behind-int(b[0]))
		r.versions()
	case helloVersion:
		// Others than these are drafts, or said to be ignored (RFC 8701).
		if v := binary.BigEndian.Uint16(b); v>>8 == 3 && b[1] < 0x0a {
			r.facts.Version = max(r.facts.Version, v)
		}
		r.versions()
	}
}

// versions goes on to the next version, or behind the list.
func (r *helloReader) versions() {
	if r.left >= 2 {
		r.left -= 2
		r.then(0, helloVersion, 2)
		return
	}
	r.then(r.left+r.behind, helloExtension, 4)
}

// extension takes the head of an extension.
func (r *helloReader) extension(kind uint16, length int) {
	switch kind {
	case extensionTicket:
		r.facts.Ticket = r.client && length > 0
	case extensionPSK:
		r.facts.PSK = true
	case extensionVersions:
		switch {
		case r.client && length > 0:
			r.behind = length - 1
			r.then(0, helloOffer, 1)
			return
		case !r.client && length == 2:
			r.left, r.behind = 2, 0
			r.versions()
			return
		}
	}
	r.then(length, helloExtension, 4)
}
