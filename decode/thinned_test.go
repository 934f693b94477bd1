package decode

import (
	"net/netip"
	"strings"
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
	equal(t, "bytes that no header on the way told of", c.Half[server].Missing, size/2)
	equal(t, "the latest header that told of some", c.Half[server].Progress.Frame, 3)
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

// A program that closes with bytes unread sends FIN and RST: the number that the FIN
// takes is no byte.
func TestThinnedResetBehindFIN(t *testing.T) {
	p := thinned(t)
	p.play(thinSYN, thinSYNACK,
		seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500, flags: flagFIN | flagACK},
		seg{src: clientEnd, dst: dataEnd, seq: 101, flags: flagRST})
	equal(t, "bytes", p.conns[0].Half[client].Bytes, 0)
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

// A header of either side tells how far the transfer has come; a packet that ends the
// connection tells only how far it came.
func TestThinnedProgress(t *testing.T) {
	p := thinned(t)
	p.play(thinSYN, thinSYNACK,
		seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + 4000, flags: flagACK, after: time.Second},
		seg{src: dataEnd, dst: clientEnd, seq: 500 + 5000, ack: 100, flags: flagACK, payload: "abc", after: time.Second},
		seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + 4000, flags: flagACK, after: time.Second},
		seg{src: dataEnd, dst: clientEnd, seq: 500 + 9000, ack: 100, flags: flagFIN | flagACK, payload: "end", after: time.Minute})
	h := p.conns[0].Half[server]
	equal(t, "the latest header that shows more", h.Progress.Frame, 4)
	equal(t, "bytes behind it", h.Missing, 4000)
	equal(t, "bytes", h.Bytes, 9003)
}

// What was never acknowledged here was perhaps acknowledged by a packet that was left
// out: nothing stands still but what is sent again and again.
func TestThinnedStuck(t *testing.T) {
	later := func(n uint32) seg {
		return seg{src: dataEnd, dst: clientEnd, seq: 500 + n, ack: 100, flags: flagACK, payload: "abc", after: time.Second}
	}
	p := thinned(t)
	p.play(thinSYN, thinSYNACK, later(1000), later(2000), later(3000),
		seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + 2000, flags: flagACK}, later(4000), later(5000))
	st := p.conns[0].Half[server].Stuck
	equal(t, "stuck", st.Yes(), false)
	p.play(later(2000), later(2000))
	equal(t, "repeated in vain", p.conns[0].Half[server].Stuck.Repeats, 1)
}

// The packet that opens a window is left out mostly: what is acknowledged meanwhile
// shows that it was open.
func TestThinnedWindow(t *testing.T) {
	p := thinned(t)
	p.play(thinSYN, thinSYNACK)
	closes := func(after time.Duration, ack uint32) {
		p.raw(after, shutting(seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + ack, flags: flagACK}), 0)
	}
	closed := func() time.Duration { return p.conns[0].Half[client].Closed.Total }
	closes(0, 1000)
	closes(2*time.Second, 1000)
	equal(t, "closed", closed(), 2*time.Second)
	closes(time.Minute, 2000)
	equal(t, "open in between", closed(), 2*time.Second)
	closes(time.Second, 2000)
	equal(t, "closed once more", closed(), 3*time.Second)
	p.play(seg{src: clientEnd, dst: dataEnd, seq: 100, ack: 500 + 9000, flags: flagACK, after: time.Minute})
	equal(t, "open, nobody knows since when", closed(), 3*time.Second)
}

// More than 4 GiB, at 1448 bytes a packet: the packets that the kernel's first look
// lets pass are enough to follow the numbers, on their own and by the acknowledgments
// alone.
func TestThinnedWraps(t *testing.T) {
	const size, each = 5 << 30, 1448
	for _, from := range []netip.AddrPort{dataEnd, clientEnd} {
		p := thinned(t)
		p.play(thinSYN, thinSYNACK)
		for sent := int64(each); sent < size; sent += each {
			s := seg{src: clientEnd, dst: dataEnd, seq: 100, ack: uint32(500 + sent), flags: flagACK}
			if from == dataEnd {
				s = seg{src: dataEnd, dst: clientEnd, seq: uint32(500 + sent), ack: 100, flags: flagACK, payload: "header"}
			}
			if (s.seq+s.ack)*2654435761>>(32-6) == 0 {
				p.play(s)
			}
		}
		p.play(seg{src: dataEnd, dst: clientEnd, seq: uint32(500 + size&0xffffffff), ack: 100, flags: flagFIN | flagACK})
		equal(t, "bytes, told by "+from.String(), p.conns[0].Half[server].Bytes, size)
	}
}

// Of a control connection on a port that was not named a packet passes here and there:
// it is none that could be read, and the user is told.
func TestThinnedUnnamedPort(t *testing.T) {
	for name, says := range map[string]seg{
		"client": {src: clientEnd, dst: router1, seq: 1, ack: 1, flags: flagACK, payload: "PORT 192,0,2,10,156,64\r\n"},
		"server": {src: router1, dst: clientEnd, seq: 1, ack: 1, flags: flagACK, payload: "227 Entering Passive Mode (203,0,113,1,7,224).\r\n"},
	} {
		p := thinned(t)
		p.play(says)
		equal(t, name, strings.Join(p.log, ", "), "notice port-not-named")
	}
}

// Many connections may be open at once of which nothing passes: that says nothing of
// FTP.
func TestThinnedRemembered(t *testing.T) {
	for after, want := range map[time.Duration]string{time.Minute: "", time.Second: "notice limit-remembered"} {
		p := play(t, Limits{Remembered: 2}, func(_, _ netip.AddrPort, _ bool) ftp.Claim { return ftp.ClaimNone })
		p.Thin(0)
		for i := range 4 {
			s := syn(i, router1)
			s.after = after
			p.play(s)
		}
		equal(t, "one each "+after.String(), strings.Join(p.log, ", "), want)
	}
}

// Packets of data connections are cut on purpose, those of control connections not.
func TestThinnedCut(t *testing.T) {
	p := thinned(t)
	p.play(seg{src: dataEnd, dst: clientEnd, seq: 500, ack: 100, flags: flagACK, payload: "abcdef", cut: 3})
	equal(t, "cut", p.CaptureFacts(0).Truncated, 0)
	p.play(seg{src: serverEnd, dst: clientEnd, seq: 500, ack: 100, flags: flagACK, payload: "abcdef", cut: 3})
	equal(t, "cut", p.CaptureFacts(0).Truncated, 1)
}
