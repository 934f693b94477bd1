package decode

// maxRecord is the longest body of a TLS record: 2^14 bytes and the expansion
// that TLS 1.2 allows.
//
// https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3
const maxRecord = 1<<14 + 2048

// recordHeader reports whether 5 bytes are the header of a TLS record.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
func recordHeader(b []byte) bool {
	return b[0] >= 20 && b[0] <= 24 && b[1] == 3 && b[2] <= 4 && int(b[3])<<8|int(b[4]) <= maxRecord
}

// recordStart is how many bytes tell a hello: the record header and the type.
const recordStart = 6

// beginsTLS recognises the first record of a TLS handshake: a hello of either
// side.
func beginsTLS(b []byte) bool {
	return len(b) >= recordStart && b[0] == 22 && recordHeader(b) && (b[5] == 1 || b[5] == 2)
}

// endsWithAlert reports whether the last record in a TLS segment has the size
// and, up to TLS 1.2, the type of an alert: at the end of a file that is
// close_notify. TLS 1.3 hides the type; there an alert is a record of 2 bytes,
// its type, and the tag of 16.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-6.1
func endsWithAlert(b []byte) bool {
	const header, most = 5, 5 + 64
	for i := len(b) - header - 2; i >= max(0, len(b)-most); i-- {
		body := len(b) - i - header
		if !recordHeader(b[i:]) || int(b[i+3])<<8|int(b[i+4]) != body {
			continue
		}
		if b[i] == 21 || b[i] == 23 && body == 2+1+16 {
			return true
		}
	}
	return false
}

// records steps over TLS records, so as to notice where text begins again: after
// CCC, or where a server forgets that it speaks TLS (vsftpd's "500 OOPS").
type records struct {
	header [5]byte
	have   int  // bytes of header
	left   int  // bytes of the record that are still to come
	lost   bool // out of step after a gap: waits for a segment that begins with a record, or is text
}

// gap passes over bytes that are not in the capture.
func (r *records) gap(n int64) {
	if n <= int64(r.left) {
		r.left -= int(n)
		return
	}
	*r = records{lost: true}
}

// skip steps over the records in b. It returns how many bytes they take; clear
// reports that what follows is no record.
func (r *records) skip(b []byte) (n int, clear bool) {
	if r.lost {
		switch {
		case len(b) >= len(r.header) && recordHeader(b):
			*r = records{}
		case isText(b):
			return 0, true
		default:
			return len(b), false
		}
	}
	for n < len(b) {
		if r.left > 0 {
			take := min(r.left, len(b)-n)
			r.left -= take
			n += take
			continue
		}
		if r.have == 0 && (b[n] < 20 || b[n] > 24) {
			return n, true
		}
		take := copy(r.header[r.have:], b[n:])
		r.have += take
		n += take
		if r.have < len(r.header) {
			break
		}
		if !recordHeader(r.header[:]) {
			*r = records{lost: true}
			return len(b), false
		}
		r.have, r.left = 0, int(r.header[3])<<8|int(r.header[4])
	}
	return n, false
}

// isText reports whether b is printable and ends with a line.
func isText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\r' && c != '\n' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return len(b) > 0 && b[len(b)-1] == '\n'
}
