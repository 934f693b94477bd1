package session_test

import "testing"

// A download without a final reply: 100 bytes came, and who knows how many there
// are?
func TestDue(t *testing.T) {
	const begins = "150 here it comes"
	var stories []story
	for _, tt := range []struct {
		name, why string
		before    [][2]string // commands and their replies
		begins    string
		outcome   string
		facts     string
	}{
		{"SIZE", "fewer than it says", [][2]string{{"TYPE I", "200 ok"}, {"SIZE a", "213 3000"}}, begins, "aborted", "type=I"},
		{"150", "fewer than it says", [][2]string{{"TYPE I", "200 ok"}}, "150 Opening BINARY mode data connection for a (3000 bytes).", "aborted", "type=I"},
		{"all", "SIZE says as many", [][2]string{{"TYPE I", "200 ok"}, {"SIZE a", "213 100"}}, begins, "completed", "type=I"},
		{"REST", "the beginning is there already", [][2]string{{"TYPE I", "200 ok"}, {"SIZE a", "213 3000"}, {"REST 2900", "350 ok"}}, begins, "completed", "type=I offset=2900"},
		{"CWD", "the same name in another directory", [][2]string{{"TYPE I", "200 ok"}, {"SIZE a", "213 3000"}, {"CWD b", "250 ok"}}, begins, "completed", "type=I"},
		{"another", "that of another file", [][2]string{{"TYPE I", "200 ok"}, {"SIZE b", "213 3000"}}, begins, "completed", "type=I"},
		{"ASCII", "line ends change the length", [][2]string{{"TYPE A", "200 ok"}, {"SIZE a", "213 3000"}}, begins, "completed", "type=A"},
		{"MODE Z", "what passes is compressed", [][2]string{{"TYPE I", "200 ok"}, {"MODE Z", "200 ok"}, {"SIZE a", "213 3000"}}, begins, "completed", "type=I"},
		{"no number", "pure-ftpd rounds it", [][2]string{{"TYPE I", "200 ok"}}, "150 2.9 kbytes to download", "completed", "type=I"},
	} {
		stories = append(stories, story{tt.name, tt.why, func(h *harness) {
			s := h.open()
			for _, said := range tt.before {
				s.exchange(said[0], said[1])
			}
			s.pasv(40001)
			d := s.dial(40001).answered()
			s.exchange("RETR a", tt.begins)
			d.delivers(100)
			s.close()
		}, "s1.t1 passive PASV 198.51.100.20:40001 RETR a " + tt.outcome + " download=100 client→198.51.100.20:40001 " + tt.facts})
	}
	tell(t, stories)
}
