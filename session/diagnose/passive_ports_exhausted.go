package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// lingering is how long a TCP port, or a pair of them, may not be free again after
// its connection was closed: twice the maximum segment lifetime.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.4.2
const lingering = 4 * time.Minute

// passivePortsExhausted: the server says that it has no port to listen on.
func passivePortsExhausted(s *subject) *Finding {
	if !s.passive() || s.completed() || serverMet(s.reply()) != errnoNoPorts {
		return nil
	}
	r := s.reply()
	f := s.finding(PassivePortsExhausted, Error)
	f.Headline = "The server found no free port to listen on for the data connection"
	f.Observation = Statement{"the server replies " + said(r), Certain}
	if n, low, high := s.announcedBefore(r.Seen.Time); n > 0 {
		f.Observation.Text += fmt.Sprintf("; in the %s before it announced %s between %d and %d", Duration(lingering), count(n, "port"), low, high)
	}
	f.Location = saidByServer
	f.Cause = Statement{"its range of passive ports is too small for so many transfers at once or shortly after each other", Likely}
	if a := s.t.Announcement; a != nil && a.Asked.Yes() {
		f.Evidence = append(f.Evidence, Evidence{a.Asked, "the client asks for a port: " + a.Verb})
	}
	f.Evidence = append(f.Evidence, replied(r))
	f.Unknown = []string{"how large the range is", "whether the server ran out of something else, such as open files"}
	f.Next = "look at the server's settings for the range, and at its log at that time"
	f.Remedies = s.remedies(fixMorePorts, fixFewer)
	f.Filter = s.dataFilter()
	return f
}

// announcedBefore counts the different ports that the server announced to
// anybody shortly before, and gives the lowest and the highest of them.
func (s *subject) announcedBefore(at ftp.Time) (n int, low, high uint16) {
	seen := make(map[uint16]bool)
	for _, a := range s.memory.atServer(s.Server.Addr()) {
		p := a.announced.Port()
		if a.mode != ftp.ModePassive || p == 0 || seen[p] || a.start.After(at) || at.Sub(a.start) > lingering {
			continue
		}
		seen[p] = true
		if n == 0 || p < low {
			low = p
		}
		high = max(high, p)
		n++
	}
	return n, low, high
}
