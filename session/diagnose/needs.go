package diagnose

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// Need is a connection that a firewall must let pass for what a session tried.
type Need struct {
	What      string     // "control connection", "data connection, passive", "data connection, active"
	From      netip.Addr // who opens it
	FromPort  uint16     // 0 for any
	To        netip.Addr
	Instead   netip.Addr // of To: where it went in vain; invalid where that was To
	Low       uint16     // ports at the other end: the least and the greatest seen
	High      uint16
	Count     int      // transfers that wanted it
	Frames    []int64  // that show it, at most three
	Transfers []string // ids, at most three
}

// mostShown bounds Need.Frames and Need.Transfers.
const mostShown = 3

// way is what tells the needs of a session apart.
type way struct {
	what              string
	from, to, instead netip.Addr
}

func (n *Need) way() way { return way{n.What, n.From, n.To, n.Instead} }

// fewWays is how many needs are looked through one by one for one with the same
// way; where there are more, the rest has a map.
const fewWays = 8

// needs lists what the session tried: its control connection, and who wanted to
// open data connections to whom.
func needs(s *session.Session) []Need {
	out := append(make([]Need, 0, 3), Need{
		What: "control connection", From: s.Client.Addr(), To: s.Server.Addr(),
		Low: s.Server.Port(), High: s.Server.Port(), Count: len(s.Transfers), Frames: []int64{s.First.Frame},
	})
	ports := make([]int, 1, fewWays) // port that the initiators had in common: 0 not known, -1 several
	var rest map[way]int             // index in out of those behind fewWays
	for _, t := range s.Transfers {
		n, fromPort, frame, ok := need(s, t)
		if !ok {
			continue
		}
		w := n.way()
		i := slices.IndexFunc(out[:min(len(out), fewWays)], func(known Need) bool { return known.way() == w })
		if known := false; i < 0 {
			if i, known = rest[w]; !known {
				i = len(out)
				out, ports = append(out, n), append(ports, 0)
				if i >= fewWays {
					if rest == nil {
						rest = make(map[way]int)
					}
					rest[w] = i
				}
			}
		}
		out[i].add(t, n, frame)
		switch {
		case t.Mode != ftp.ModeActive || fromPort == 0 || ports[i] == fromPort:
		case ports[i] == 0:
			ports[i] = fromPort
		default:
			ports[i] = -1
		}
	}
	for i := range out {
		// One call from one port does not show that the next comes from there: only
		// the port that RFC 959 gives the server's data process does.
		if p := ports[i]; p == dataPort || p > 0 && p == int(s.Server.Port())-1 {
			out[i].FromPort = uint16(p)
		}
	}
	return out
}

// add takes a transfer that wanted it as well.
func (n *Need) add(t *session.Transfer, also Need, frame int64) {
	n.Low, n.High = min(n.Low, also.Low), max(n.High, also.High)
	n.Count++
	if frame != 0 && len(n.Frames) < mostShown {
		n.Frames = append(slices.Grow(n.Frames, mostShown-len(n.Frames)), frame)
	}
	if len(n.Transfers) < mostShown {
		n.Transfers = append(slices.Grow(n.Transfers, mostShown-len(n.Transfers)), t.ID)
	}
}

// need is what one transfer wanted; false if it wanted, or can be known to have
// wanted, no data connection. fromPort is 0 where nobody was seen to connect.
func need(s *session.Session, t *session.Transfer) (n Need, fromPort int, frame int64, ok bool) {
	var to netip.AddrPort
	if a := t.Announcement; a != nil {
		if a.Accepted != nil && !*a.Accepted && t.Data == nil {
			return n, 0, 0, false
		}
		to, frame = a.Endpoint, a.Seen.Frame
	}
	switch t.Mode {
	case ftp.ModePassive:
		n = Need{What: "data connection, passive", From: s.Client.Addr()}
	case ftp.ModeActive:
		n = Need{What: "data connection, active", From: s.Server.Addr()}
	default:
		return n, 0, 0, false
	}
	if d := t.Data; d != nil {
		n.From, to, frame, fromPort = d.Source.Addr(), d.Destination, d.First.Frame, int(d.Source.Port())
	} else if t.Outcome == session.OutcomeUnused {
		return n, 0, 0, false
	}
	n.To, n.Low, n.High = to.Addr(), to.Port(), to.Port()
	if t.Mode == ftp.ModePassive && misled(s, t, to.Addr()) {
		n.To, n.Instead = s.Server.Addr(), to.Addr()
	}
	return n, fromPort, frame, to.Port() != 0
}

// misled reports whether a passive data connection was to go to an address that is
// not the server's, and did not come up there: what must be open is the port at
// the address that the server is reached at. A public address that a server with a
// private one announced may be right for clients outside.
func misled(s *session.Session, t *session.Transfer, to netip.Addr) bool {
	own := s.Server.Addr()
	switch {
	case !to.IsValid() || to == own, t.Outcome == session.OutcomeCompleted, t.Data != nil && fateOf(t.Data) == fateOpened:
		return false
	}
	return !inside(own) || inside(to) || to.Is4() && unusable(to)
}
