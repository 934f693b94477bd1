package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// tlsReader reads of TLS records what stands in clear text, up to the first gap
// of each direction. It holds nothing of them but what it has found.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
type tlsReader struct {
	facts *ftp.TLS
	side  [2]tlsHalf
	retry bool // a HelloRetryRequest was seen, and no ServerHello
}

// tlsHalf is one direction of a tlsReader.
type tlsHalf struct {
	next   int64   // data connections: position of the next byte
	begun  bool    // it began with a record
	done   bool    // no more is read
	header [5]byte // of the record
	have   int     // bytes of header
	left   int     // bytes of the record that are still to come
	secret bool    // behind ChangeCipherSpec: handshake messages cannot be read
	alert  byte    // first byte of an alert
	message
}

// message is the handshake message that is being read.
type message struct {
	head  [4]byte // type and length
	got   int     // bytes of head
	rest  int     // bytes that are still to come
	hello *helloReader
}

// Record types and handshake message types.
const (
	recordCipher    = 20
	recordAlert     = 21
	recordHandshake = 22
	recordData      = 23

	messageClientHello = 1
	messageServerHello = 2
	messageCertificate = 11
)

// secure begins to read a direction of a control connection where its first
// record stands.
func (f *flow) secure(side ftp.Side) {
	if f.tls == nil {
		f.conn.Hello = new(ftp.TLS)
		f.tls = &tlsReader{facts: f.conn.Hello}
	}
	f.tls.side[side] = tlsHalf{begun: true}
}

// tlsPayload reads a packet of a data connection, if TLS began there.
func (f *flow) tlsPayload(p *packet, side ftp.Side) {
	from := f.span[side].at(p.seq)
	if f.tls == nil && (from != 0 || !beginsRecord(p.payload)) {
		return
	}
	if f.tls == nil || from == 0 && !f.tls.side[side].begun {
		f.secure(side)
	}
	h := &f.tls.side[side]
	if !h.begun || from > h.next {
		h.done = true
	}
	skip := h.next - from
	if h.done || skip >= int64(p.length) {
		return
	}
	h.next = from + int64(p.length)
	f.tls.read(p.seen, side, p.payload[min(skip, int64(len(p.payload))):])
	if len(p.payload) < p.length {
		h.done = true
	}
}

// beginsRecord reports whether a direction begins with a hello or with an alert.
func beginsRecord(b []byte) bool {
	return len(b) >= 5 && recordHeader(b) &&
		(b[0] == recordHandshake && (len(b) < recordStart || b[5] == messageClientHello || b[5] == messageServerHello) ||
			b[0] == recordAlert && b[3] == 0 && b[4] == 2)
}

// stop ends a direction: what follows is missing.
func (t *tlsReader) stop(side ftp.Side) { t.side[side].done = true }

// read takes the next bytes of a direction.
func (t *tlsReader) read(at ftp.Seen, side ftp.Side, b []byte) {
	h := &t.side[side]
	for len(b) > 0 && !h.done {
		if h.left > 0 {
			n := min(h.left, len(b))
			t.body(at, side, b[:n])
			h.left -= n
			b = b[n:]
			continue
		}
		n := copy(h.header[h.have:], b)
		h.have += n
		b = b[n:]
		if h.have == len(h.header) {
			t.record(at, side)
		}
	}
}

// record takes the header of a record.
func (t *tlsReader) record(at ftp.Seen, side ftp.Side) {
	h, facts := &t.side[side], t.facts
	if !recordHeader(h.header[:]) {
		h.done = true
		return
	}
	h.have, h.left = 0, h.size()
	kind := h.header[0]
	if kind != recordAlert && facts.Server.Yes() && side != facts.Server.From && !facts.Finished.Yes() {
		facts.Finished = at
	}
	switch kind {
	case recordCipher:
		// A TLS 1.3 client sends one also before its second hello.
		h.secret = h.secret || !t.retry
	case recordData:
		if !facts.Data[side].Yes() {
			facts.Data[side] = at
		}
		facts.DataRecords[side]++
		facts.DataBytes[side] += int64(len(h.header))
	}
}

// size is the length of the body of the record.
func (h *tlsHalf) size() int { return int(h.header[3])<<8 | int(h.header[4]) }

// body takes bytes of the body of a record.
func (t *tlsReader) body(at ftp.Seen, side ftp.Side, b []byte) {
	h := &t.side[side]
	switch h.header[0] {
	case recordData:
		t.facts.DataBytes[side] += int64(len(b))
	case recordAlert:
		if h.size() == 2 { // an encrypted one is longer
			t.alert(at, side, b)
		}
	case recordHandshake:
		if !h.secret {
			t.messages(at, side, b)
		}
	}
}

// alert takes one or both bytes of an alert.
func (t *tlsReader) alert(at ftp.Seen, side ftp.Side, b []byte) {
	h := &t.side[side]
	if h.left == 2 {
		h.alert, b = b[0], b[1:]
	}
	if len(b) > 0 && (h.alert == 1 || h.alert == 2) && len(t.facts.Alerts) < ftp.MaxAlerts {
		t.facts.Alerts = append(t.facts.Alerts, ftp.Alert{Seen: at, From: side, Level: h.alert, Description: b[0]})
	}
}

// messages takes bytes of handshake messages, which may go over several records.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-4
func (t *tlsReader) messages(at ftp.Seen, side ftp.Side, b []byte) {
	h := &t.side[side]
	for len(b) > 0 && !h.secret {
		if h.got < len(h.head) {
			n := copy(h.head[h.got:], b)
			h.got += n
			b = b[n:]
			if h.got < len(h.head) {
				return
			}
			t.message(at, side)
		}
		n := min(h.rest, len(b))
		if h.hello != nil {
			h.hello.read(b[:n])
		}
		b, h.rest = b[n:], h.rest-n
		t.tell(side)
		if h.rest == 0 {
			h.message = message{}
		}
	}
}

// message takes the head of a handshake message.
func (t *tlsReader) message(at ftp.Seen, side ftp.Side) {
	const most = 1 << 17 // a long chain of certificates
	h, facts := &t.side[side], t.facts
	kind := h.head[0]
	h.rest = int(h.head[1])<<16 | int(h.head[2])<<8 | int(h.head[3])
	switch {
	case kind > 24 || h.rest > most:
		h.secret = true // ChangeCipherSpec was not captured
	case kind == messageClientHello && !facts.Client.Yes(), kind == messageServerHello && !facts.Server.Yes():
		h.hello = newHelloReader(at, side, kind == messageClientHello)
	case kind == messageCertificate && !facts.Certificate.Yes() && t.server(side):
		facts.Certificate = at
	}
}

// server reports whether a side may be the TLS server.
func (t *tlsReader) server(side ftp.Side) bool {
	if t.facts.Server.Yes() {
		return t.facts.Server.From == side
	}
	return !t.facts.Client.Yes() || t.facts.Client.From != side
}

// tell gives out what a hello says so far.
func (t *tlsReader) tell(side ftp.Side) {
	h := &t.side[side]
	if h.hello == nil {
		return
	}
	h.hello.facts.Cut = h.rest > 0
	switch {
	case h.hello.client:
		t.facts.Client = h.hello.facts
	case h.hello.retry:
		t.retry = true
	case h.hello.known:
		t.facts.Server, t.retry = h.hello.facts, false
	}
}
