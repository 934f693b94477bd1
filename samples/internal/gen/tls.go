package gen

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// tlsState makes bytes that look like TLS 1.3 to whoever reads record headers
// and hellos. Nothing is encrypted: what would be is noise.
type tlsState struct{ rand *rand.Rand }

// Record types. https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const (
	recordChangeCipher = 20
	recordHandshake    = 22
	recordData         = 23
)

// Records hold up to 2^14 bytes; encryption adds the type and a tag of 16.
const (
	recordMost = 1 << 14
	recordMore = 17
)

func (s *scene) doSecure(a *args) error {
	client, err := s.openSide(a)
	if err != nil {
		return err
	}
	c := client.conn
	if c.tls != nil {
		return fmt.Errorf("%s is secured already", c.name)
	}
	resumed := a.accept("resumed")
	t := &tlsState{rand.New(rand.NewPCG(uint64(s.hash("tls", c.name)), 1))}
	id := t.noise(32)

	s.transmit(client, t.clientHello(id, resumed), nil, flagPSH)
	answer := t.serverHello(id, resumed)
	answer = append(answer, record(recordChangeCipher, []byte{1})...)
	certificate := 1100
	if resumed {
		certificate = 60 // none: only extensions and Finished
	}
	answer = append(answer, t.seal(t.noise(certificate))...)
	s.transmit(client.peer, answer, nil, flagPSH)
	finish := record(recordChangeCipher, []byte{1})
	s.transmit(client, append(finish, t.seal(t.noise(36))...), nil, flagPSH)
	if !resumed {
		s.transmit(client.peer, t.seal(t.noise(230)), nil, flagPSH) // a ticket
	}
	c.tls = t
	return nil
}

func (s *scene) doClear(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	t := from.conn.tls
	if t == nil {
		return fmt.Errorf("%s is not secured", from.conn.name)
	}
	s.transmit(from, t.seal([]byte{1, 0}), nil, flagPSH)
	s.transmit(from.peer, t.seal([]byte{1, 0}), nil, flagPSH)
	from.conn.tls = nil
	return nil
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
	var out []byte
	for len(plain) > 0 {
		n := min(len(plain), recordMost)
		out = append(out, record(recordData, t.noise(n+recordMore))...)
		plain = plain[n:]
	}
	return out
}

func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

// Extension types. https://www.iana.org/assignments/tls-extensiontype-values
const (
	extServerName    = 0
	extGroups        = 10
	extSignatures    = 13
	extPSK           = 41
	extVersions      = 43
	extPSKModes      = 45
	extKeyShare      = 51
	groupX25519      = 29
	suiteAES128GCM   = 0x1301
	suiteChaCha      = 0x1303
	rsaPSSWithSHA256 = 0x0804
)

// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
func (t *tlsState) clientHello(id []byte, resumed bool) []byte {
	b := append([]byte{3, 3}, t.noise(32)...)
	b = append(b, prefix8(id)...)
	b = append(b, prefix16(u16(suiteAES128GCM, suiteChaCha))...)
	b = append(b, 1, 0) // no compression

	name := append([]byte{0}, prefix16([]byte("ftp.example.net"))...)
	share := append(u16(groupX25519), prefix16(t.noise(32))...)
	var x []byte
	x = append(x, extension(extServerName, prefix16(name))...)
	x = append(x, extension(extGroups, prefix16(u16(groupX25519)))...)
	x = append(x, extension(extSignatures, prefix16(u16(rsaPSSWithSHA256)))...)
	x = append(x, extension(extVersions, prefix8(u16(0x0304)))...)
	x = append(x, extension(extPSKModes, []byte{1, 1})...)
	x = append(x, extension(extKeyShare, prefix16(share))...)
	if resumed {
		identity := append(prefix16(t.noise(200)), t.noise(4)...)
		binder := prefix8(t.noise(32))
		x = append(x, extension(extPSK, append(prefix16(identity), prefix16(binder)...))...)
	}
	b = append(b, prefix16(x)...)
	hello := record(recordHandshake, handshake(1, b))
	hello[2] = 1 // the first record says 3.1, for old middle boxes
	return hello
}

// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.3
func (t *tlsState) serverHello(id []byte, resumed bool) []byte {
	b := append([]byte{3, 3}, t.noise(32)...)
	b = append(b, prefix8(id)...)
	b = append(b, u16(suiteAES128GCM)...)
	b = append(b, 0)
	x := extension(extVersions, u16(0x0304))
	x = append(x, extension(extKeyShare, append(u16(groupX25519), prefix16(t.noise(32))...))...)
	if resumed {
		x = append(x, extension(extPSK, u16(0))...)
	}
	b = append(b, prefix16(x)...)
	return record(recordHandshake, handshake(2, b))
}

func handshake(kind byte, body []byte) []byte {
	n := len(body)
	return append([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

func extension(kind uint16, body []byte) []byte { return append(u16(kind), prefix16(body)...) }

func prefix8(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }

func prefix16(b []byte) []byte { return append(u16(uint16(len(b))), b...) }

func u16(v ...uint16) []byte {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}
