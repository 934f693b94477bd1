package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/session"
)

// Side is a place where captures are taken.
type Side string

// The capture points, from the client to the server.
const (
	ClientHost  Side = "client-host" // on the client's own interface
	NearClient  Side = "client-side" // in the network next to it
	InTheMiddle Side = "middle"      // between two boxes
	NearServer  Side = "server-side" // in the network next to the server
	ServerHost  Side = "server-host" // on the server's own interface
	Nowhere     Side = "unknown"
)

// Vantage is where a capture was taken, and why that is believed.
type Vantage struct {
	Side       Side
	Confidence Confidence
	Because    []string // sentences without full stop; of a capture, sessions may have none
}

// vantage says where a session was captured, from what was seen so far of its
// two hosts. The reasons are put into words only where a vote is kept.
func (e *Engine) vantage(s *session.Session, in *Capture) Vantage {
	if e.config.Vantage != "" {
		return e.told()
	}
	v := e.sights.view(s, in)
	out := v.infer()
	e.votes.add(s, out, v)
	return out
}

// view is what was seen of the two hosts of a session.
func (g *sights) view(s *session.Session, in *Capture) view {
	v := view{brief: true, client: g.of(s.First.Capture, s.Client.Addr()), server: g.of(s.First.Capture, s.Server.Addr())}
	v.loopback = s.Client.Addr().IsLoopback() || s.Server.Addr().IsLoopback()
	v.local = in.Loopback
	v.oneHost = s.Client.Addr() == s.Server.Addr()
	return v
}

// told is the vantage that the user names.
func (e *Engine) told() Vantage {
	return Vantage{Side: e.config.Vantage, Confidence: Certain, Because: []string{"the user says so"}}
}

// captureVantage says where a capture was taken, from all its sessions.
func (e *Engine) captureVantage(i int) Vantage {
	if e.config.Vantage != "" {
		return e.told()
	}
	out := e.votes.decide(i)
	if host, ok := e.sights.straddling(i); ok && out.Confidence != Certain && out.Side != InTheMiddle {
		return Vantage{InTheMiddle, Possible, []string{"packets of " + host + " came both with and without a router behind them: the capture holds several points of the path"}}
	}
	return out
}

// votes is what the sessions of each capture say of its vantage.
type votes struct {
	captures map[int]map[Side]*vote
}

// vote is what is remembered of the sessions that say the same.
type vote struct {
	vantage Vantage    // the surest, of the first such session
	session string     // that session
	host    netip.Addr // of the host that the capture was taken at or next to, as its sessions agree
	several bool       // they do not agree on it
}

// add takes the vote of a session. says has no reasons yet: view tells them.
func (v *votes) add(s *session.Session, says Vantage, view view) {
	if v.captures == nil {
		v.captures = make(map[int]map[Side]*vote)
	}
	sides := v.captures[s.First.Capture]
	if sides == nil {
		sides = make(map[Side]*vote)
		v.captures[s.First.Capture] = sides
	}
	var host netip.Addr
	switch says.Side {
	case ClientHost, NearClient:
		host = s.Client.Addr()
	case ServerHost, NearServer:
		host = s.Server.Addr()
	}
	view.brief = false
	old := sides[says.Side]
	if old == nil {
		sides[says.Side] = &vote{vantage: view.infer(), session: s.ID, host: host}
		return
	}
	old.several = old.several || old.host != host
	if old.vantage.Confidence != says.Confidence && atMost(says.Confidence, old.vantage.Confidence) == old.vantage.Confidence {
		old.vantage, old.session = view.infer(), s.ID
	}
}

// decide is what the sessions of a capture agree on. Those that say nothing
// abstain, and what is only possible does not stand against what is likely.
func (v *votes) decide(capture int) Vantage {
	sides := v.captures[capture]
	var left []*vote
	for _, least := range []Confidence{Likely, Possible} {
		for _, side := range []Side{ClientHost, NearClient, InTheMiddle, NearServer, ServerHost} {
			if o := sides[side]; o != nil && atMost(o.vantage.Confidence, least) == least {
				left = append(left, o)
			}
		}
		if len(left) > 0 {
			break
		}
	}
	switch {
	case len(left) == 0 && sides[Nowhere] != nil:
		return sides[Nowhere].vantage
	case len(left) == 0:
		return Vantage{Side: Nowhere, Confidence: Possible, Because: []string{"no session tells"}}
	case len(left) == 1:
		return left[0].vantage
	}
	if agreed := together(left[0], left[1]); agreed != nil && len(left) == 2 {
		return *agreed
	}
	a, b := left[0], left[len(left)-1]
	because := fmt.Sprintf("session %s looks as if it was captured %s, session %s %s", a.session, a.vantage.Side.at(), b.session, b.vantage.Side.at())
	if a.host == b.host && !a.several && !b.several && a.host.IsValid() {
		because = fmt.Sprintf("captured at or next to %s, which is the client of session %s and the server of session %s", a.host, a.session, b.session)
	}
	return Vantage{Side: Nowhere, Confidence: Possible, Because: []string{because}}
}

// together is what two votes for a host and for the network next to it come to:
// the host, if all sessions are about the same one.
func together(a, b *vote) *Vantage {
	host, near := a, b
	if host.vantage.Side == NearServer {
		host, near = b, a
	}
	if s := [2]Side{host.vantage.Side, near.vantage.Side}; s != [2]Side{ClientHost, NearClient} && s != [2]Side{ServerHost, NearServer} {
		return nil
	}
	if host.several || near.several || host.host != near.host {
		return &near.vantage
	}
	return &host.vantage
}

// at is the place as it is said in a sentence.
func (s Side) at() string {
	switch s {
	case ClientHost:
		return "at the client"
	case NearClient:
		return "next to the client"
	case InTheMiddle:
		return "between two boxes on the way"
	case NearServer:
		return "next to the server"
	case ServerHost:
		return "at the server"
	}
	return "at an unknown place"
}
