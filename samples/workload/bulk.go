package workload

import "time"

// bulk is a mirror at work.
func bulk(s *stage, scale float64) {
	const size = 10_000_000
	const transfers = 5
	for i := range 20 {
		client, server := clientOf(i), serverOf(i%3)
		if scale < 1 { // smaller files, so that there is as much at once
			s.begin(time.Duration(i)*time.Millisecond, func(t *talk) { downloads(t, client, server, transfers, times(size, scale)) })
			continue
		}
		s.begin(time.Duration(i)*time.Millisecond, func(t *talk) { downloads(t, client, server, times(transfers, scale), size) })
	}
}
