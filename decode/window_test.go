package decode

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// shutting is a packet with a window of 0.
func shutting(g seg) []byte {
	b := g.ip()
	b[20+14], b[20+15] = 0, 0
	return b
}

func TestClosedWindow(t *testing.T) {
	s := dataScript().handshake().server("abcd")
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	ack := s.segment(client, flagACK, "")
	probe := s.segment(server, flagACK, "")
	probe.seq--
	step := func(b []byte) { p.raw(time.Second, b, 0) }
	closed := func() ftp.Closed { return p.conn().Half[client].Closed }

	step(shutting(ack)) // frame 5
	step(probe.ip())
	step(shutting(ack))
	step(probe.ip())
	step(probe.ip())
	step(shutting(ack)) // frame 10
	equal(t, "first", closed().First.Frame, 5)
	equal(t, "last", closed().Last.Frame, 10)
	equal(t, "closed so far", closed().Total, 5*time.Second)
	equal(t, "probes answered", closed().Probes, 2)
	equal(t, "probes", p.conn().Half[server].Probes, 3)
	equal(t, "last probe", p.conn().Half[server].LastProbe.Frame, 9)

	step(ack.ip()) // opens
	equal(t, "closed", closed().Total, 6*time.Second)
	step(ack.ip())
	equal(t, "closed, once it is open", closed().Total, 6*time.Second)
	step(shutting(ack))
	step(shutting(ack))
	equal(t, "closed twice", closed().Total, 7*time.Second)
	equal(t, "first remains", closed().First.Frame, 5)
	equal(t, "last moves", closed().Last.Frame, 14)
	equal(t, "the other side", p.conn().Half[server].Closed, ftp.Closed{})

	rst := s.segment(client, flagRST, "")
	step(shutting(rst))
	equal(t, "closed by a RST", closed().Last.Frame, 14)
}

// Clocks jump; a duration is never negative.
func TestClosedWindowAgainstTheClock(t *testing.T) {
	s := dataScript().handshake().server("abcd")
	p := play(t, Limits{}, announced(dataEnd), s.segs...)
	ack := s.segment(client, flagACK, "")
	p.raw(0, shutting(ack), 0)
	p.raw(-time.Hour, shutting(ack), 0)
	equal(t, "closed", p.conn().Half[client].Closed.Total, 0)
}

// A SYN that is repeated may have any window.
func TestClosedWindowOfASYN(t *testing.T) {
	p := play(t, Limits{}, announced(dataEnd))
	p.raw(0, shutting(dataScript().send(client, flagSYN, "").segs[0]), 0)
	equal(t, "closed", p.conn().Half[client].Closed, ftp.Closed{})
}

func TestProbes(t *testing.T) {
	sent := dataScript().handshake().server("abcd")
	acked := sent.ackTo(9005)
	at := func(seq uint32, payload string) seg {
		g := sent.segment(server, flagACK, payload)
		g.seq, g.after = seq, time.Minute
		return g
	}
	tests := []struct {
		name, why string
		shut      bool
		probe     seg
		probes    int
		bytes     int64
	}{
		{"keep-alive", "the byte before the next, not sent", false, at(9004, ""), 1, 4},
		{"keep-alive with a byte", "as old systems send", false, at(9004, "d"), 1, 4},
		{"acknowledgment", "an ordinary packet", false, at(9005, ""), 0, 4},
		{"payload of one byte", "typed by hand", false, at(9005, "e"), 0, 5},
		{"old acknowledgment", "it was overtaken", false, at(9002, ""), 0, 4},
		{"window probe", "as Linux sends", true, at(9004, ""), 1, 4},
		{"window probe with a byte", "as BSD and Windows send: it is payload, too", true, at(9005, "e"), 1, 5},
		{"acknowledgment into a closed window", "an ordinary packet", true, at(9005, ""), 0, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, announced(dataEnd), sent.segs...)
			if tt.shut {
				p.raw(0, shutting(acked), 0)
			} else {
				p.play(acked)
			}
			p.play(tt.probe)
			h := p.conn().Half[server]
			equal(t, "probes", h.Probes, tt.probes)
			equal(t, "bytes", h.Bytes, tt.bytes)
			equal(t, "last probe", h.LastProbe.Yes(), tt.probes > 0)
			if tt.probes > 0 {
				equal(t, "stuck", h.Stuck.First.Yes(), false)
			}
		})
	}
}
