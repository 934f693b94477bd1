package decode

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

func unsentOf(t *testing.T, segs ...seg) ftp.Beyond {
	t.Helper()
	return play(t, Limits{}, announced(dataEnd), segs...).conn().Half[client].Unsent
}

func TestUnsent(t *testing.T) {
	s := dataScript().handshake().server("abcd")
	beyond := func(by uint32, after time.Duration) seg {
		g := s.ackTo(9005 + by)
		g.after = after
		return g
	}
	s.add(beyond(6, 0), beyond(6, time.Second))
	got := unsentOf(t, s.segs...)
	equal(t, "first", got.First.Frame, 5)
	equal(t, "last", got.Last.Frame, 6)
	equal(t, "count", got.Count, 2)
	equal(t, "delta", got.Delta, 6)
	equal(t, "constant", got.Constant, true)

	s.add(beyond(8, time.Second))
	got = unsentOf(t, s.segs...)
	equal(t, "delta of the latest", got.Delta, 8)
	equal(t, "constant", got.Constant, false)

	// Only what has passed since makes them honest.
	s.server("efghij")
	equal(t, "count before all has passed", unsentOf(t, s.segs...).Count, 3)
	s.server("kl")
	equal(t, "forgotten", unsentOf(t, s.segs...), ftp.Beyond{})
}

func TestNothingUnsent(t *testing.T) {
	honest := dataScript().handshake().server("abcd").send(client, flagACK, "").send(server, flagFIN|flagACK, "").send(client, flagACK, "")
	equal(t, "acknowledged FIN", unsentOf(t, honest.segs...), ftp.Beyond{})

	bare := dataScript().handshake().lost(server, "abcd").send(client, flagACK, "").send(server, flagFIN|flagACK, "")
	equal(t, "before the FIN", unsentOf(t, bare.segs[:4]...).Delta, 4)
	equal(t, "behind the FIN that tells of the loss", unsentOf(t, bare.segs...), ftp.Beyond{})

	lost := dataScript().handshake().server("abcd")
	lost.mute = true
	lost.send(server, flagFIN|flagACK, "")
	lost.mute = false
	got := unsentOf(t, lost.send(client, flagACK, "").segs...)
	equal(t, "delta of a FIN that was lost", got.Delta, 1)
}
