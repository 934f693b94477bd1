package gen

import "math/rand/v2"

// tlsState makes bytes that look like TLS to whoever reads record headers and
// hellos. Nothing is encrypted: what would be is noise.
type tlsState struct {
	rand    *rand.Rand
	client  *side  // who said ClientHello
	id      []byte // session id of the latest ClientHello
	old     bool   // TLS 1.2, else 1.3
	resumed bool   // an earlier session is
}

// Record types. https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const (
	recordChangeCipher = 20
	recordAlert        = 21
	recordHandshake    = 22
	recordData         = 23
)

// Alerts. https://www.rfc-editor.org/rfc/rfc8446#section-6
const (
	alertWarning = 1
	alertFatal   = 2
	closeNotify  = 0
)

// Records hold up to 2^14 bytes; encryption adds the type and a tag of 16 in
// TLS 1.3, a nonce of 8 and the tag in TLS 1.2.
const (
	recordMost    = 1 << 14
	recordMore    = 17
	recordMoreOld = 24
)

// tlsOf returns what TLS is on c, which begins with the first call.
func (s *scene) tlsOf(c *conn) *tlsState {
	if c.tls == nil {
		c.tls = &tlsState{rand: rand.New(rand.NewPCG(uint64(s.hash("tls", c.name)), 1))}
	}
	return c.tls
}

func (t *tlsState) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(t.rand.Uint32())
	}
	return b
}

// seal returns records in which plain would hide.
func (t *tlsState) seal(plain []byte) []byte {
	more := recordMore
	if t.old {
		more = recordMoreOld
	}
	var out []byte
	for len(plain) > 0 {
		n := min(len(plain), recordMost)
		out = append(out, record(recordData, t.noise(n+more))...)
		plain = plain[n:]
	}
	return out
}

// alert returns one that is encrypted. TLS 1.3 hides its type.
func (t *tlsState) alert(level, description byte) []byte {
	if t.old {
		return record(recordAlert, t.noise(2+recordMoreOld))
	}
	return t.seal([]byte{level, description})
}

func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}
