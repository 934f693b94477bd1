package workload

import (
	"net/netip"
	"time"
)

// haystack is an hour of a busy link in which a little FTP hides.
func haystack(s *stage, scale float64) {
	const sessions, others = 500, 9000
	all := times(sessions+others, scale)
	span := stretched(300*time.Second, scale)
	for i := range all {
		at := time.Duration(float64(span) * float64(i) / float64(all))
		client, server := clientOf(s.rng.IntN(2000)), s.rng.IntN(20)
		if i*sessions/(sessions+others) != (i+1)*sessions/(sessions+others) {
			s.begin(at, func(t *talk) { downloads(t, client, serverOf(server), 5, 20_000) })
			continue
		}
		host := netip.AddrFrom4([4]byte{198, 51, 100, byte(s.rng.IntN(250))})
		if i%50 == 0 {
			host = serverOf(server) // it is more than an FTP server
		}
		port := [...]uint16{443, 443, 443, 443, 80, 22, 445, 3306, 8080, uint16(1024 + s.rng.IntN(64512))}[s.rng.IntN(10)]
		s.begin(at, func(t *talk) { other(t, client, netip.AddrPortFrom(host, port)) })
	}
}

// downloads is a session of so many transfers of size bytes.
func downloads(t *talk, client, server netip.Addr, transfers, size int) {
	d := t.login(client, server, 4*time.Millisecond)
	for i := range transfers {
		d.transfer(i, size)
	}
	d.quit()
}

// other is a connection that has nothing to do with FTP: about 100 packets.
func other(t *talk, client netip.Addr, server netip.AddrPort) {
	c := t.conn(netip.AddrPortFrom(client, t.port()), server, 10*time.Millisecond)
	c.open()
	c.t.pause(c.rtt)
	c.send(0, flagACK|flagPSH, noise(c.next[0], 517))
	c.ack(1)
	for range 4 {
		c.t.pause(time.Second)
		c.stream(1, 22_000+t.rng.IntN(2000))
	}
	c.close(0)
}
