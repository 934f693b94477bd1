package capture

// The options of pcapng blocks that are read.
//
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html#section-3.5
const (
	optEnd     = 0
	optComment = 1

	optPacketFlags = 2 // epb_flags, pack_flags

	optIfTsresol  = 9
	optIfFilter   = 11
	optIfTsoffset = 14

	optIsbIfdrop = 5
	optIsbOsdrop = 7
)

// option takes the first option from b and returns what follows it. A list
// that ends, or is not well formed from here on, returns ok false.
func (o byteOrder) option(b []byte) (code uint16, value, rest []byte, ok bool) {
	if len(b) < 4 {
		return 0, nil, nil, false
	}
	code = o.u16(b)
	n := int(o.u16(b[2:]))
	b = b[4:]
	if code == optEnd || n > len(b) {
		return 0, nil, nil, false
	}
	return code, b[:n], b[min((n+3)&^3, len(b)):], true
}
