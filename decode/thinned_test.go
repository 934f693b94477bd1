package decode

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// thinned is a player of a thinned capture in which every connection to dataEnd is a
// data connection.
func thinned(t *testing.T) *player {
	t.Helper()
	p := play(t, Limits{}, func(_, listener netip.AddrPort, _ bool) ftp.Claim {
		if listener == dataEnd {
			return ftp.ClaimAnnounced
		}
		return ftp.ClaimNone
	})
	p.Thin(0)
	return p
}

var (
	thinSYN    = seg{src: clientEnd, dst: dataEnd, seq: 99, flags: flagSYN}
	thinSYNACK = seg{src: dataEnd, dst: clientEnd, seq: 499, ack: 100, flags: flagSYN | flagACK}
)

// The ACK behind the SYN-ACK is left out, as it opens nothing: the connection counts
// as open, unless the SYN or the SYN-ACK is repeated.
func TestThinnedHandshake(t *testing.T) {
	p := thinned(t)
	p.play(thinSYN, thinSYNACK)
	c := p.conns[0]
	equal(t, "thinned", c.Thinned, true)
	equal(t, "established", c.Established.Frame, 2)
	for _, again := range []seg{thinSYN, thinSYNACK} {
		p := thinned(t)
		again.after = time.Second
		p.play(thinSYN, thinSYNACK, again)
		equal(t, "established", p.conns[0].Established.Yes(), false)
		// What comes later shows that it is open.
		p.play(seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500, flags: flagFIN | flagACK})
		equal(t, "established", p.conns[0].Established.Yes(), true)
	}
}

// How much was sent is told by the packets that end the connection, and by headers on
// the way, of either side.
func TestThinnedBytes(t *testing.T) {
	const size = 100 << 20
	p := thinned(t)
	p.play(thinSYN, thinSYNACK, seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + size/2, flags: flagACK})
	c := p.conns[0]
	equal(t, "bytes acknowledged", c.Half[server].Bytes, size/2)
	equal(t, "acknowledgments of what was never sent", c.Half[client].Unsent.Count, 0)
	p.play(seg{src: dataEnd, dst: clientEnd, seq: 500 + size, ack: 100, flags: flagFIN | flagACK})
	equal(t, "bytes", c.Half[server].Bytes, size)
	equal(t, "missing", c.Half[server].Missing, size)
}

// A RST far behind what was seen is one: what lies between was left out.
func TestThinnedReset(t *testing.T) {
	const size = 100 << 20
	p := thinned(t)
	p.play(thinSYN, thinSYNACK, seg{src: dataEnd, dst: clientEnd, seq: 500 + size, ack: 100, flags: flagRST | flagACK})
	c := p.conns[0]
	equal(t, "reset", c.Half[server].RST.Yes(), true)
	equal(t, "bytes", c.Half[server].Bytes, size)
}

// An acknowledgment of the FIN that was captured before the FIN is no byte more.
func TestThinnedFINLate(t *testing.T) {
	p := thinned(t)
	p.play(thinSYN, thinSYNACK,
		seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + 1000 + 1, flags: flagACK},
		seg{src: dataEnd, dst: clientEnd, seq: 500 + 1000, ack: 100, flags: flagFIN | flagACK})
	equal(t, "bytes", p.conns[0].Half[server].Bytes, 1000)
}

// A control connection is whole.
func TestThinnedControl(t *testing.T) {
	p := thinned(t)
	p.play(opened().server("220 hi\r\n").client("USER anna\r\n").segs...)
	equal(t, "thinned", p.conns[0].Thinned, false)
	p.wantSaid("S 220 hi", "C USER anna")
}

// What matters of a frame: of others nothing, of a control connection and the
// beginning of a data connection all, then the headers.
func TestMatter(t *testing.T) {
	p := thinned(t)
	whole := seg{src: dataEnd, dst: clientEnd, seq: 500, ack: 100, flags: flagACK, payload: "abc"}
	later := seg{src: dataEnd, dst: clientEnd, seq: 500 + 2*opening, ack: 100, flags: flagACK, payload: "abc"}
	again := later
	again.seq += 3
	for _, one := range []struct {
		seg  seg
		want Matter
	}{
		{syn(0, serverEnd), MatterWhole},
		{thinSYN, MatterWhole},
		{whole, MatterWhole},
		{later, MatterWhole}, // it is not known before
		{again, MatterHead},
		{seg{src: clientEnd, dst: router1, seq: 1, ack: 1, flags: flagACK, payload: "abc"}, MatterNone},
		{seg{src: clientEnd, dst: router1, seq: 4, ack: 1, flags: flagFIN | flagACK}, MatterHead},
	} {
		p.play(one.seg)
		equal(t, one.seg.src.String(), p.Matter(), one.want)
	}
}

var router1 = netip.MustParseAddrPort("203.0.113.1:8080")
