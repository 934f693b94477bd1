package workload

import (
	"net/netip"
	"time"
)

// flood is an attack: most packets come from addresses that are not theirs, and
// nobody answers them. One in ten takes the address of an honest client.
func flood(s *stage, scale float64) {
	const forged, honest, transfers = 1_000_000, 100, 5
	all, span := times(forged, scale), stretched(100*time.Second, scale)
	sessions := times(honest, scale)
	begun := 0
	for i := range all {
		at := time.Duration(float64(span) * float64(i) / float64(all))
		if begun*all < i*sessions {
			client, server := clientOf(begun), serverOf(begun)
			s.begin(at, func(t *talk) { downloads(t, client, server, transfers, 20_000) })
			begun++
		}
		from := netip.AddrFrom4([4]byte{byte(11 + s.rng.IntN(100)), byte(s.rng.Uint32()), byte(s.rng.Uint32()), byte(s.rng.Uint32())})
		if i%10 == 0 {
			from = clientOf(s.rng.IntN(honest))
		}
		to := serverOf(s.rng.IntN(honest))
		s.begin(at, func(t *talk) { forge(t, i%4, from, to) })
	}
}

// forge sends one packet.
func forge(t *talk, kind int, from, server netip.Addr) {
	c := t.conn(netip.AddrPortFrom(from, t.port()), netip.AddrPortFrom(server, 21), 0)
	switch kind {
	case 0:
		c.send(0, flagSYN, nil)
	case 1:
		c.ends[1] = netip.AddrPortFrom(server, t.port())
		c.send(0, flagSYN, nil)
	case 2:
		c.send(0, flagACK|flagPSH, []byte("PORT "+numbers(netip.AddrPortFrom(from, t.port()))+"\r\n"))
	case 3:
		c.send(1, flagACK|flagPSH, []byte("227 Entering Passive Mode ("+numbers(netip.AddrPortFrom(server, t.port()))+").\r\n"))
	}
}
