package decode

import (
	"encoding/binary"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// The kinds of TCP options that are read.
//
// https://www.iana.org/assignments/tcp-parameters
const (
	optionEnd        = 0
	optionNop        = 1
	optionMSS        = 2
	optionScale      = 3
	optionSACK       = 4
	optionTimestamps = 8
)

// stackOf reads how the sender of a SYN or SYN-ACK introduces itself. Behind an
// option that is damaged or cut off nothing is read.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.2
func stackOf(p *packet) ftp.Stack {
	s := ftp.Stack{Window: p.window, Scale: -1, Cut: p.short}
	if len(p.options) == 0 {
		return s
	}
	var kinds [40]byte
	n := 0
	for o := p.options; len(o) > 0 && n < len(kinds); n++ {
		kind := o[0]
		kinds[n] = kind
		if kind == optionEnd {
			n++
			break
		}
		if kind == optionNop {
			o = o[1:]
			continue
		}
		if len(o) < 2 || int(o[1]) < 2 || int(o[1]) > len(o) {
			break
		}
		switch body := o[2:o[1]]; {
		case kind == optionMSS && len(body) == 2:
			s.MSS = uint16(body[0])<<8 | uint16(body[1])
		case kind == optionScale && len(body) == 1:
			s.Scale = int8(min(body[0], 14))
		case kind == optionSACK && len(body) == 0:
			s.SACK = true
		case kind == optionTimestamps && len(body) == 8:
			s.Timestamps = true
		}
		o = o[o[1]:]
	}
	s.Order = hash(kinds[:n])
	return s
}

// synOf is what a SYN says of itself.
func synOf(p *packet) ftp.SYN {
	return ftp.SYN{Seen: p.seen, ISN: p.seq, Clock: clockOf(p), TTL: p.ttl, IPID: p.ipID, Stack: stackOf(p)}
}

// clockOf is the value of the TCP timestamp of a packet, 0 without the option.
//
// https://www.rfc-editor.org/rfc/rfc7323#section-3.2
func clockOf(p *packet) uint32 {
	for o := p.options; len(o) > 1 && o[0] != optionEnd; {
		switch n := int(o[1]); {
		case o[0] == optionNop:
			o = o[1:]
		case n < 2 || n > len(o):
			return 0
		case o[0] == optionTimestamps && n == 10:
			return binary.BigEndian.Uint32(o[2:])
		default:
			o = o[n:]
		}
	}
	return 0
}
