package diagnose

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// hangup is a FIN or RST of the control connection or of the data connection.
type hangup struct {
	ftp.Seen
	host ftp.Side // who ended it, or in whose name it was ended
	rst  bool
	ctl  bool // the control connection was ended, not the data connection
}

// maxEndings is how many endings there are at most: a FIN and a RST of each side
// of two connections.
const maxEndings = 8

// endings are the first FINs and RSTs of the data connection and of the control
// connection, in the order in which they were seen.
func (s *subject) endings() []hangup {
	var room [maxEndings]hangup
	return room[:s.fillEndings(&room)]
}

func (s *subject) fillEndings(room *[maxEndings]hangup) int {
	out := room[:0]
	add := func(c *ftp.Conn, side, host ftp.Side, ctl bool) {
		if h := &c.Half[side]; h.FIN.Yes() || h.RST.Yes() {
			for _, e := range [2]hangup{{h.FIN, host, false, ctl}, {h.RST, host, true, ctl}} {
				if e.Yes() {
					out = append(out, e)
				}
			}
		}
	}
	for _, side := range [2]ftp.Side{ftp.Initiator, ftp.Listener} {
		if c := s.conn(); c != nil {
			add(c, side, s.turned(side), false)
		}
	}
	for _, side := range [2]ftp.Side{ftp.Initiator, ftp.Listener} {
		if c := s.Control; c != nil {
			add(c, side, side, true)
		}
	}
	slices.SortStableFunc(out, func(a, b hangup) int {
		switch {
		case sooner(a.Seen, b.Seen):
			return -1
		case sooner(b.Seen, a.Seen):
			return 1
		}
		return 0
	})
	return len(out)
}

// parted is what ended the control connection first; the zero hangup if nothing
// did.
func (s *subject) parted() hangup {
	for _, e := range s.endings() {
		if e.ctl {
			return e
		}
	}
	return hangup{}
}

// how says what a hangup did: "a RST came in the name of the server".
func (s *subject) how(e hangup) string {
	if e.rst {
		return "a RST came in the name of " + s.called(e.host)
	}
	return s.called(e.host) + " closed the connection"
}

// endEvidence is the evidence of a hangup.
func (s *subject) endEvidence(e hangup) Evidence {
	text := "FIN of "
	if e.rst {
		text = "RST in the name of "
	}
	if e.ctl {
		return Evidence{e.Seen, text + name(e.host) + " on the control connection"}
	}
	return Evidence{e.Seen, text + s.called(e.host)}
}

// partedEvidence is that of parted, or none.
func (s *subject) partedEvidence() []Evidence {
	if e := s.parted(); e.Yes() {
		return []Evidence{s.endEvidence(e)}
	}
	return nil
}
