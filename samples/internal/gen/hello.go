package gen

import (
	"encoding/binary"
	"slices"
)

// Handshake message types. https://www.rfc-editor.org/rfc/rfc8446#section-4
// and https://www.rfc-editor.org/rfc/rfc5246#section-7.4
const (
	msgClientHello       = 1
	msgServerHello       = 2
	msgNewTicket         = 4
	msgCertificate       = 11
	msgServerKeyExchange = 12
	msgServerHelloDone   = 14
	msgClientKeyExchange = 16
)

// Extension types and what stands in them.
// https://www.iana.org/assignments/tls-extensiontype-values
const (
	extServerName    = 0
	extGroups        = 10
	extSignatures    = 13
	extPadding       = 21
	extTicket        = 35
	extPSK           = 41
	extVersions      = 43
	extPSKModes      = 45
	extKeyShare      = 51
	groupX25519      = 29
	suiteAES128GCM   = 0x1301
	suiteChaCha      = 0x1303
	suiteECDHE128    = 0xc02f // TLS 1.2
	suiteECDHE256    = 0xc030
	rsaPSSWithSHA256 = 0x0804
	versionTLS12     = 0x0303
	versionTLS13     = 0x0304
)

// helloSize is what clients fill a ClientHello up to.
// https://www.rfc-editor.org/rfc/rfc7685#section-4
const helloSize = 512

// clientHello is what a client offers. The zero value is a small TLS 1.3 hello.
type clientHello struct {
	id      []byte
	psk     bool // pre_shared_key
	ticket  bool // session_ticket with a ticket in it
	old     bool // nothing newer than TLS 1.2
	typical bool // of typical size and with what else is common
}

// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
func (t *tlsState) clientHello(h clientHello) []byte {
	b := append(u16(versionTLS12), t.noise(32)...)
	b = append(b, prefix8(h.id)...)
	b = append(b, prefix16(h.suites())...)
	b = append(b, 1, 0) // no compression

	name := append([]byte{0}, prefix16([]byte("ftp.example.net"))...)
	var x []byte
	x = append(x, extension(extServerName, prefix16(name))...)
	x = append(x, extension(extGroups, prefix16(u16(groupX25519)))...)
	x = append(x, extension(extSignatures, prefix16(u16(rsaPSSWithSHA256)))...)
	if !h.old {
		versions := u16(versionTLS13)
		if h.typical {
			versions = u16(versionTLS13, versionTLS12)
		}
		share := append(u16(groupX25519), prefix16(t.noise(32))...)
		x = append(x, extension(extVersions, prefix8(versions))...)
		x = append(x, extension(extPSKModes, []byte{1, 1})...)
		x = append(x, extension(extKeyShare, prefix16(share))...)
	}
	if h.typical {
		var ticket []byte
		if h.ticket {
			ticket = t.noise(192)
		}
		x = append(x, extension(extTicket, ticket)...)
		if n := helloSize - len(handshake(msgClientHello, slices.Concat(b, prefix16(x), u16(extPadding, 0)))); n > 0 {
			x = append(x, extension(extPadding, make([]byte, n))...)
		}
	}
	if h.psk { // stands last
		identity := append(prefix16(t.noise(200)), t.noise(4)...)
		binder := prefix8(t.noise(32))
		x = append(x, extension(extPSK, append(prefix16(identity), prefix16(binder)...))...)
	}
	b = append(b, prefix16(x)...)
	hello := record(recordHandshake, handshake(msgClientHello, b))
	hello[2] = 1 // the first record says 3.1, for old middle boxes
	return hello
}

func (h clientHello) suites() []byte {
	switch {
	case h.old:
		return u16(suiteECDHE128, suiteECDHE256)
	case h.typical:
		return u16(suiteAES128GCM, suiteChaCha, suiteECDHE128, suiteECDHE256)
	}
	return u16(suiteAES128GCM, suiteChaCha)
}

// serverFlight is what the server sends in answer to a ClientHello: in TLS 1.3
// all of its handshake, of which ServerHello alone can be read.
func (t *tlsState) serverFlight(id []byte) []byte {
	out := t.serverHello(id)
	switch {
	case !t.old && t.resumed:
		out = append(append(out, changeCipher()...), t.seal(t.noise(60))...) // only extensions and Finished
	case !t.old:
		out = append(append(out, changeCipher()...), t.seal(t.noise(1100))...) // a certificate
	case t.resumed:
		out = append(out, t.finished()...)
	default:
		certificate := prefix24(t.noise(1000))
		out = append(out, record(recordHandshake, handshake(msgCertificate, prefix24(certificate)))...)
		out = append(out, record(recordHandshake, handshake(msgServerKeyExchange, t.noise(296)))...)
		out = append(out, record(recordHandshake, handshake(msgServerHelloDone, nil))...)
	}
	return out
}

// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.3 and
// https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.3
func (t *tlsState) serverHello(id []byte) []byte {
	b := append(u16(versionTLS12), t.noise(32)...)
	b = append(b, prefix8(id)...)
	if t.old {
		b = append(b, u16(suiteECDHE128)...)
		b = append(b, 0)
		return record(recordHandshake, handshake(msgServerHello, b))
	}
	b = append(b, u16(suiteAES128GCM)...)
	b = append(b, 0)
	x := extension(extVersions, u16(versionTLS13))
	x = append(x, extension(extKeyShare, append(u16(groupX25519), prefix16(t.noise(32))...))...)
	if t.resumed {
		x = append(x, extension(extPSK, u16(0))...)
	}
	b = append(b, prefix16(x)...)
	return record(recordHandshake, handshake(msgServerHello, b))
}

// lastFlight is what is left of the handshake of one side; nil if nothing is.
func (t *tlsState) lastFlight(client bool) []byte {
	switch {
	case !t.old && client:
		return append(changeCipher(), t.seal(t.noise(36))...)
	case t.resumed && !client:
		return nil
	case !t.old:
		return t.seal(t.noise(230)) // a ticket
	case t.resumed:
		return t.finished()
	case client:
		key := record(recordHandshake, handshake(msgClientKeyExchange, prefix8(t.noise(32))))
		return append(key, t.finished()...)
	}
	ticket := append(t.noise(4), prefix16(t.noise(192))...)
	return append(record(recordHandshake, handshake(msgNewTicket, ticket)), t.finished()...)
}

// finished is how a side ends its handshake in TLS 1.2.
func (t *tlsState) finished() []byte {
	return append(changeCipher(), record(recordHandshake, t.noise(16+recordMoreOld))...)
}

func changeCipher() []byte { return record(recordChangeCipher, []byte{1}) }

func handshake(kind byte, body []byte) []byte { return append([]byte{kind}, prefix24(body)...) }

func extension(kind uint16, body []byte) []byte { return append(u16(kind), prefix16(body)...) }

func prefix8(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }

func prefix16(b []byte) []byte { return append(u16(uint16(len(b))), b...) }

func prefix24(b []byte) []byte { return append([]byte{byte(len(b) >> 16)}, prefix16(b)...) }

func u16(v ...uint16) []byte {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}
