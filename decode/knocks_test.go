package decode

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// flooded is a player that follows no more connections which nobody answered.
func flooded(t *testing.T) *player {
	p := play(t, Limits{Unanswered: 3, Knocks: 10}, nil)
	for i := range 5 {
		p.play(syn(i, serverEnd))
	}
	equal(t, "followed", p.flows.count(), 3)
	return p
}

// A session that begins in a flood is told in full, as soon as it is answered.
func TestKnockIsAnswered(t *testing.T) {
	p := flooded(t)
	s := opened().server("220 hi\r\n").client("USER anna\r\n")
	p.play(s.segs...)
	p.wantSaidSoFar("S 220 hi", "C USER anna")
	c := p.conns[len(p.conns)-1]
	want := play(t, Limits{}, nil, s.segs...).conns[0]
	equal(t, "SYNs", c.SYNCount, 1)
	equal(t, "first", c.First.Frame, 6)
	equal(t, "SYN of another time", c.SYNs[0].Frame, 6)
	c.SYNs[0].Seen = want.SYNs[0].Seen
	equal(t, "SYN", c.SYNs[0], want.SYNs[0])
	equal(t, "packets", c.Packets(), want.Packets())
	equal(t, "midstream", c.Midstream, false)
	equal(t, "followed", p.flows.count(), 3) // the oldest that nobody answered has gone
}

// One that is tried again is followed, whether or not it is answered.
func TestKnockIsRepeated(t *testing.T) {
	p := flooded(t)
	g := syn(4, serverEnd)
	g.after = twinWithID * 2
	p.play(g)
	c := p.conns[len(p.conns)-1]
	equal(t, "SYNs", c.SYNCount, 2)
	equal(t, "client", c.Ends[ftp.Initiator], g.src)
}

// A capture that begins in the middle of a flood and of a session.
func TestKnockInTheMiddle(t *testing.T) {
	p := flooded(t)
	s := opened().client("USER anna\r\n").server("331 Password\r\n")
	p.play(s.segs[3:]...)
	p.wantSaidSoFar("C USER anna", "S 331 Password")
}

// Of a frame that is too long to be kept only the next one is read.
func TestLongKnock(t *testing.T) {
	p := flooded(t)
	s := opened().client("STAT " + string(slices.Repeat([]byte("x"), 300)) + "\r\n").server("211 well\r\n")
	p.play(s.segs[3:]...)
	p.wantSaidSoFar("S 211 well")
}

func TestKnocksAreBounded(t *testing.T) {
	p := flooded(t)
	for i := range 1000 {
		p.play(syn(100+i, serverEnd))
	}
	equal(t, "kept", p.knocks.here, 8)
	equal(t, "places", len(p.knocks.frames), 8)
	equal(t, "followed", p.flows.count(), 3)
	// The latest ones are those that are kept.
	p.play(seg{src: serverEnd, dst: syn(1099, serverEnd).src, seq: 1, ack: 1100, flags: flagSYN | flagACK})
	equal(t, "opened", p.conns[len(p.conns)-1].Ends[client], syn(1099, serverEnd).src)
	p.Finish(func(ev *ftp.Event) {
		if ev.Kind == ftp.EventNotice {
			equal(t, "notice", ev.Notice.Code, "limit-unanswered")
		}
	})
}

func BenchmarkFlood(b *testing.B) {
	st := &stream{d: New(Config{}, interest(nil)), emit: func(*ftp.Event) {}}
	st.frame.Data = syn(0, netip.AddrPortFrom(serverEnd.Addr(), 21)).ip()
	st.frame.Link = 101
	b.ReportAllocs()
	b.SetBytes(int64(len(st.frame.Data)))
	for i := uint32(0); b.Loop(); i++ {
		binary.BigEndian.PutUint32(st.frame.Data[12:], 0x0a00_0000+i)
		st.decode()
	}
}
