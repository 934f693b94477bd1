package decode

import (
	"container/list"
	"net/netip"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// fragmentKey tells whose piece a fragment is.
//
// https://www.rfc-editor.org/rfc/rfc791#section-3.2 and
// https://www.rfc-editor.org/rfc/rfc8200#section-4.5
type fragmentKey struct {
	src, dst netip.Addr
	id       uint32
	proto    uint8
}

// fragments puts IP datagrams together: pieces in any order and of any legal
// length. It holds a bounded number of bytes and forgets the oldest datagram
// first.
type fragments struct {
	open  map[fragmentKey]*list.Element // of age
	age   list.List                     // of *datagram, oldest first
	bytes int                           // what the datagrams cost
	limit int                           // of bytes
	full  bool                          // a datagram was forgotten for want of room
}

// datagram collects the pieces of one IP datagram.
type datagram struct {
	key     fragmentKey
	born    ftp.Time
	pieces  []piece // ascending, none over another
	covered int     // bytes of the pieces on the wire
	cost    int
	end     int // payload length, -1 until the last fragment was seen
}

// piece is a stretch of the payload of a datagram.
type piece struct {
	at   int    // offset in the payload of the datagram
	wire int    // bytes on the wire
	data []byte // bytes captured, owned
}

const (
	// maxPieces bounds the pieces of one datagram: 64 KiB in pieces of 8 bytes
	// would be 8192, honest paths need at most about 130 (MTU 576).
	maxPieces = 512
	// maxDatagram bounds what a datagram can carry.
	maxDatagram = 65535
	// pieceCost is what a piece, and a datagram, takes besides its bytes.
	pieceCost = 256
	// fragmentLife is how long a datagram waits for its missing pieces.
	//
	// https://www.rfc-editor.org/rfc/rfc8200#section-4.5-7.16
	fragmentLife = 60 * time.Second
)

// add takes one fragment and returns the payload of the datagram once it is
// whole: what of it was captured without a break from its beginning, and its
// length on the wire.
func (f *fragments) add(k fragmentKey, now ftp.Time, at, wire int, data []byte, last bool) (payload []byte, length int, whole bool) {
	if at < 0 || wire <= 0 || at+wire > maxDatagram || len(data) > wire {
		return nil, 0, false
	}
	for e := f.age.Front(); e != nil && now.Sub(e.Value.(*datagram).born) > fragmentLife; e = f.age.Front() {
		f.drop(e)
	}
	e := f.open[k]
	if e == nil {
		e = f.begin(k, now)
	}
	d := e.Value.(*datagram)
	before := d.cost
	fits := d.put(at, wire, data, last)
	f.bytes += d.cost - before
	switch {
	case !fits:
		f.drop(e)
	case d.covered == d.end:
		payload, length, whole = d.payload(), d.end, true
		f.drop(e)
	}
	for f.bytes > f.limit && f.age.Len() > 0 {
		f.full = true
		f.drop(f.age.Front())
	}
	return payload, length, whole
}

func (f *fragments) begin(k fragmentKey, now ftp.Time) *list.Element {
	if f.open == nil {
		f.open = make(map[fragmentKey]*list.Element)
	}
	e := f.age.PushBack(&datagram{key: k, born: now, cost: pieceCost, end: -1})
	f.open[k] = e
	f.bytes += pieceCost
	return e
}

func (f *fragments) drop(e *list.Element) {
	d := f.age.Remove(e).(*datagram)
	delete(f.open, d.key)
	f.bytes -= d.cost
}

// put takes a piece as far as it is new: the first copy of a byte counts. It is
// false if no honest host sends such pieces.
func (d *datagram) put(at, wire int, data []byte, last bool) bool {
	if n := len(d.pieces); last && n > 0 && d.pieces[n-1].at+d.pieces[n-1].wire > at+wire {
		return false
	}
	if last && d.end < 0 {
		d.end = at + wire
	}
	if d.end >= 0 && at+wire > d.end {
		return false
	}
	i, _ := slices.BinarySearchFunc(d.pieces, at, func(p piece, at int) int { return p.at + p.wire - at - 1 })
	for wire > 0 {
		n := wire
		if i < len(d.pieces) {
			p := d.pieces[i]
			if p.at > at {
				n = min(n, p.at-at)
			} else { // said before
				n = min(n, p.at+p.wire-at)
				at, wire, data = at+n, wire-n, data[min(n, len(data)):]
				i++
				continue
			}
		}
		if len(d.pieces) == maxPieces {
			return false
		}
		own := slices.Clone(data[:min(n, len(data))])
		d.pieces = slices.Insert(d.pieces, i, piece{at, n, own})
		d.covered += n
		d.cost += pieceCost + len(own)
		at, wire, data = at+n, wire-n, data[min(n, len(data)):]
		i++
	}
	return true
}

// payload joins the pieces up to the first byte that was not captured.
func (d *datagram) payload() []byte {
	var b []byte
	for _, p := range d.pieces {
		b = append(b, p.data...)
		if len(p.data) < p.wire {
			break
		}
	}
	return b
}
