package workload

import "time"

// storm is many short sessions at once, some transfers of which are blocked.
func storm(s *stage, scale float64) {
	const sessions, transfers, oneIn = 20_000, 5, 20
	all := times(sessions, scale)
	span := stretched(40*time.Second, scale)
	for i := range all {
		client, server := clientOf(i), serverOf(i)
		s.begin(time.Duration(float64(span)*float64(i)/float64(all)), func(t *talk) {
			t.bare = true
			d := t.login(client, server, 20*time.Millisecond)
			for j := range transfers {
				if (i*transfers+j)%oneIn == oneIn-1 {
					d.blocked(i + j)
				} else {
					d.transfer(i+j, 500)
				}
			}
			d.quit()
		})
	}
}
