package decode

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// A FIN that is not acknowledged comes again, until it is.
func TestFarewell(t *testing.T) {
	s := dataScript().handshake().server("abcd").send(client, flagACK, "").send(server, flagFIN|flagACK, "")
	fin := s.segs[len(s.segs)-1]
	of := func(segs ...seg) *ftp.Conn {
		return play(t, Limits{}, announced(dataEnd), append(s.segs[:len(s.segs):len(s.segs)], segs...)...).conn()
	}
	all, ack := s.ackTo(9001+4), s.ackTo(9001+4+1)
	again := []seg{later(fin, 200*time.Millisecond), later(fin, 400*time.Millisecond), all, later(fin, time.Second), ack, later(fin, 2*time.Second)}
	for i := range again {
		again[i].ipID = uint16(100 + i)
	}
	ack, last := again[4], again[5]
	again = again[:4]

	got := of(again...)
	equal(t, "repeats", got.Half[server].Farewell.Repeats, 3)
	equal(t, "last", got.Half[server].Farewell.Last.Frame, 10)
	equal(t, "taken", got.Half[server].Farewell.Taken, ftp.Seen{})
	equal(t, "unheard", got.Unheard(server), true)
	equal(t, "twice is not yet in vain", of(again[:2]...).Unheard(server), false)

	got = of(append(again, ack, last)...)
	equal(t, "repeats before it was taken", got.Half[server].Farewell.Repeats, 3)
	equal(t, "taken", got.Half[server].Farewell.Taken.Frame, 11)
	equal(t, "unheard once it is taken", got.Unheard(server), false)

	equal(t, "taken at once", of(append([]seg{ack}, again...)...).Half[server].Farewell, nil)
	closed := s.segment(client, flagFIN|flagACK, "")
	closed.ack--
	equal(t, "the other side has gone", of(append([]seg{closed}, again...)...).Half[server].Farewell, nil)
}
