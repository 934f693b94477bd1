package diagnose

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// wide gathers what only the whole capture tells.
type wide struct {
	captures []*overall // by index
}

// The most that is remembered of one capture.
const (
	MaxClaims   = 4096 // findings that may have to be withdrawn
	maxSessions = 3    // that are named for one thing
)

// overall is what the sessions of one capture, those that are over, told of it.
type overall struct {
	sights   map[sighting]*dataShown
	sessions int
	first    session.Session // client and server of the first session: for the words of remedies
	claims   []claim         // findings that rest on the absence of a data connection, at most MaxClaims
	said     map[told]bool   // findings that sessions have

	truncated, late, oneWay, lossy, doubled, offload, sides tally
	lostBytes, duplicates, packets, routed                  int64
	largest, fits                                           int // bytes: the largest packet, and what the other side takes
}

// claim is a finding that says that no data connection was seen.
type claim struct {
	id     string
	server netip.Addr
	mode   ftp.Mode
}

// tally counts the sessions that something holds for, and keeps some packets
// that show it.
type tally struct {
	count    int
	evidence []Evidence
}

func (t *tally) add(at ftp.Seen, text string) {
	t.count++
	if len(t.evidence) < maxSessions && at.Yes() {
		t.evidence = append(t.evidence, Evidence{at, text})
	}
}

// of is what is known of a capture.
func (w *wide) of(capture int) *overall {
	for len(w.captures) <= capture {
		w.captures = append(w.captures, &overall{sights: make(map[sighting]*dataShown), said: make(map[told]bool)})
	}
	return w.captures[capture]
}

// add takes notice of a session and of what was found about it.
func (w *wide) add(s *subject, findings []*Finding) {
	c := w.of(s.First.Capture)
	if c.sessions++; c.sessions == 1 {
		c.first = session.Session{ID: s.ID, Client: s.Client, Server: s.Server, First: s.First}
	}
	if len(findings) > 0 {
		c.claim(s, findings)
	}
	c.defects(s)
}

// claim remembers what findings rest on.
func (c *overall) claim(s *subject, findings []*Finding) {
	cited := make(map[string]int)
	for _, f := range findings {
		for _, id := range f.Because {
			cited[id]++
		}
	}
	for _, f := range findings {
		c.tell(f.Code, s.Server.Addr())
		mode := ftp.ModeUnknown
		switch f.Code {
		case PassiveNoAttempt:
			mode = ftp.ModePassive
		case ActiveNeverSeen:
			mode = ftp.ModeActive
		}
		if mode == ftp.ModeUnknown {
			continue
		}
		for _, id := range append([]string{f.ID}, onlyBecause(f, cited)...) {
			if len(c.claims) < MaxClaims {
				c.claims = append(c.claims, claim{id, s.Server.Addr(), mode})
			}
		}
	}
}

// told is a finding that was made: one about the capture, or, if it has a
// server, one about the passive ports of that.
type told struct {
	code   Code
	server netip.Addr
}

// tell remembers that a finding was made, so that it is not made again at the
// end.
func (c *overall) tell(code Code, server netip.Addr) {
	switch {
	case code == PassivePortRange || code == EpsvNotTracked:
		if len(c.said) < MaxServers {
			c.said[told{code, server}] = true
		}
	case code.ofCapture():
		c.said[told{code: code}] = true
	}
}

// onlyBecause are the causes of a finding that explain nothing else; cited is how
// many findings name each.
func onlyBecause(f *Finding, cited map[string]int) []string {
	return slices.DeleteFunc(slices.Clone(f.Because), func(id string) bool { return cited[id] > 1 })
}

// defects counts what a session shows of the defects of its capture.
func (c *overall) defects(s *subject) {
	if s.Control == nil {
		return
	}
	if s.capture.Truncated > 0 && s.cutShort() {
		c.truncated.add(s.First, s.ID+": lines of this control connection are cut off")
	}
	if s.Control.Midstream {
		c.late.add(s.First, s.ID+": the first packet of this control connection")
	}
	half, from, oneWay := s.halfCaptured()
	if oneWay {
		c.oneWay.add(half.Half[from].LastPacket, s.ID+": the last packet of the only direction that was captured")
	}
	if l := s.shown.lost; l.yes() && !oneWay {
		c.lossy.add(l.at, s.ID+": a connection with bytes that are not in the capture")
		c.lostBytes += l.control + l.data
	}
	if twin := s.twin(); twin != nil && twin.capture == s.First.Capture {
		c.sides.add(twin.first, "the session as one side has it ("+twin.session+")")
		c.sides.add(s.First, "the same session as the other side has it ("+s.ID+")")
	}
	doubled, large := false, false
	look := func(conn *ftp.Conn) {
		c.packets += int64(conn.Packets())
		c.duplicates += int64(conn.Duplicates)
		doubled = doubled || conn.Duplicates > 0
		for i := range conn.Half {
			h := &conn.Half[i]
			c.routed += int64(h.Wire.Routed)
			if h.Wire.Oversized > 0 {
				large = true
				if h.Wire.Largest > c.largest {
					c.largest, c.fits = h.Wire.Largest, int(conn.Half[1-i].MSS)
				}
			}
		}
	}
	look(s.Control)
	for _, t := range s.Transfers {
		if t.Data != nil && t.Data.Conn != nil {
			look(t.Data.Conn)
		}
	}
	if doubled {
		c.doubled.add(s.First, s.ID+": the first packet of a session whose packets were captured twice")
	}
	if large {
		c.offload.add(s.First, s.ID+": the first packet of a session with such packets")
	}
}
