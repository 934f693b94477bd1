package diagnose

import (
	"fmt"
	"time"
)

// view is what a capture shows of the two hosts of a session.
type view struct {
	client, server sight
	loopback       bool // the addresses belong to no network
	local          bool // the link is one of loopback interfaces, and of some tunnels
	oneHost        bool // both have the same address
	brief          bool // the reasons are not asked for, and need not be put into words
}

// The weight of signals.
const (
	leastChecked = 4                    // so many checksums make a habit
	leastPath    = 2 * time.Millisecond // on a shorter path, times tell nothing of places
	muchNearer   = 20                   // times nearer than the other host is next to it
)

// infer finds out where a session was captured. What the capture says itself
// decides alone; then what only the sender's own machine shows; else the TTLs
// and the times must agree.
func (v view) infer() Vantage {
	switch {
	case v.loopback:
		return Vantage{ServerHost, Certain, []string{"the addresses are those of the loopback interface: client and server are on this machine"}}
	case v.local && !v.client.reach().spent && !v.server.reach().spent:
		return Vantage{ServerHost, Likely, []string{"captured on what looks like a loopback interface: client and server are on this machine"}}
	case v.oneHost:
		return Vantage{ServerHost, Likely, []string{"client and server have the same address: they are on the machine that was captured"}}
	}
	if out, ok := v.directed(); ok {
		return out
	}
	if v.client.routed+v.server.routed > 1 {
		return Vantage{InTheMiddle, Likely, []string{"the capture holds packets twice, with TTLs that differ by one: before and after a router"}}
	}
	if out, ok := v.unfinished(); ok {
		return out
	}
	return v.placed()
}

// directed reads what the capture says of which packets the capturing host sent
// and received.
func (v view) directed() (Vantage, bool) {
	c, s := v.client, v.server
	switch {
	case c.aside > 0 || s.aside > 0 || c.in+c.out == 0 || s.in+s.out == 0:
		return Vantage{}, false
	case c.in > 0 && s.in > 0 && c.out == 0 && s.out == 0:
		return Vantage{InTheMiddle, Likely, []string{"the capturing machine received the packets of both hosts: it stands between them, or they were mirrored to it"}}, true
	case c.in == 0 && s.out == 0:
		return v.sender(clientEnd), true
	case s.in == 0 && c.out == 0:
		return v.sender(serverEnd), true
	}
	return Vantage{}, false
}

// end is the words and places of one end of the path.
type end struct {
	name, other string
	host, near  Side
	mine        func(view) (own, far sight)
}

var (
	clientEnd = end{"the client", "the server", ClientHost, NearClient, func(v view) (sight, sight) { return v.client, v.server }}
	serverEnd = end{"the server", "the client", ServerHost, NearServer, func(v view) (sight, sight) { return v.server, v.client }}
)

// sender is the vantage where the capturing machine sent the packets of one
// host: on that host, or on a router that sent them on.
func (v view) sender(e end) Vantage {
	own, _ := e.mine(v)
	because := "the capture says that the capturing machine sent " + e.name + "'s packets"
	switch r := own.reach(); {
	case r.known && r.steady && r.hops == 0:
		return Vantage{e.host, Certain, []string{because, fmt.Sprintf("their TTL of %d is unspent", r.ttl)}}
	case r.spent:
		return Vantage{InTheMiddle, Likely, []string{because + ", but they had passed a router before: it sent them on"}}
	}
	return Vantage{e.host, Likely, []string{because}}
}

// unfinished reads checksums that the sender leaves to its network card: they
// are wrong only on the machine that sends, so long as those of the other host
// are right. Between virtual machines and containers both are wrong.
//
// Frames larger than the MSS tell nothing more: those of a sender that lets its
// card cut them, and those that a receiver's or a router's card has joined, look
// alike.
func (v view) unfinished() (Vantage, bool) {
	for _, e := range []end{clientEnd, serverEnd} {
		own, far := e.mine(v)
		if own.checked < leastChecked || own.bad < own.checked || far.checked < leastChecked || far.bad > 0 {
			continue
		}
		because := "the checksums of " + e.name + "'s packets are unfinished, as on the machine that sends them; those of " + e.other + " are right"
		switch r, away := own.reach(), far.reach(); {
		case away.known && away.steady && away.hops == 0 && r.spent:
			return Vantage{}, false
		case v.timesSay() != "" && v.timesSay() != e.near:
			return Vantage{Nowhere, Possible, []string{because, v.times() + ", which contradicts it"}}, true
		case r.spent:
			return Vantage{e.near, Likely, []string{because, "they have passed a router on that machine: " + e.name + " is a guest on it"}}, true
		}
		return Vantage{e.host, Likely, []string{because}}, true
	}
	return Vantage{}, false
}

// placed weighs TTLs and times against each other.
func (v view) placed() Vantage {
	c, s := v.client.reach(), v.server.reach()
	near, times := Side(""), v.timesSay()
	switch {
	case c.intact() && s.spent:
		near = NearClient
	case s.intact() && c.spent:
		near = NearServer
	case c.spent && s.spent, c.straddles() || s.straddles():
		near = InTheMiddle
	}
	because := v.reasons()
	switch {
	case near == InTheMiddle && c.steady && s.steady:
		return Vantage{InTheMiddle, Likely, because}
	case near == InTheMiddle:
		return Vantage{InTheMiddle, Possible, because}
	case near != "" && times == "" || near != "" && times == near:
		return Vantage{near, v.unlessRouter(near), because}
	case near != "" && times == InTheMiddle:
		return Vantage{near, Possible, because}
	case near != "":
		return Vantage{Nowhere, Possible, append(because, "TTLs and times contradict each other")}
	case times != "":
		return Vantage{times, Possible, because}
	case c.intact() && !s.known:
		return Vantage{NearClient, Possible, because}
	case s.intact() && !c.known:
		return Vantage{NearServer, Possible, because}
	}
	if c.intact() && s.intact() {
		because = append(because, "no router stands between the two: the capture point may be at or next to either")
	}
	if len(because) == 0 {
		because = []string{"neither TTLs nor times tell"}
	}
	return Vantage{Nowhere, Possible, because}
}

// reasons are what TTLs, times and stations say, as sentences.
func (v view) reasons() []string {
	if v.brief {
		return nil
	}
	because := v.ttls()
	if t := v.times(); t != "" {
		because = append(because, t)
	}
	return append(because, v.routers()...)
}

// intact reports whether all packets came as they were sent.
func (r reach) intact() bool { return r.known && r.steady && r.hops == 0 }

// straddles reports whether packets came with and without a router behind them:
// the capture holds several points of the path.
func (r reach) straddles() bool { return r.known && !r.steady && r.hops == 0 }

// unlessRouter is how sure it is that no router stands between the capture point
// and the host that it seems to be next to.
func (v view) unlessRouter(near Side) Confidence {
	host := v.client
	if near == NearServer {
		host = v.server
	}
	if host.station.router() {
		return Possible
	}
	return Likely
}

// ttls is what the TTLs say, as sentences.
func (v view) ttls() (out []string) {
	for _, e := range []end{clientEnd, serverEnd} {
		own, _ := e.mine(v)
		switch r := own.reach(); {
		case !r.known:
		case r.intact():
			out = append(out, fmt.Sprintf("%s's packets have an unspent TTL of %d: no router stands between it and the capture point", e.name, r.ttl))
		case r.steady:
			out = append(out, fmt.Sprintf("%s's packets have a TTL of %d: they passed %s", e.name, r.ttl, count(r.hops, "router")))
		case own.ttlMin == own.ttlMax:
			out = append(out, fmt.Sprintf("%s's packets have a TTL of %d: it is not known what they began with", e.name, r.ttl))
		default:
			out = append(out, fmt.Sprintf("%s's packets have TTLs from %d to %d", e.name, own.ttlMin, own.ttlMax))
		}
	}
	return out
}

// timesSay is what the times of both halves of the path say: empty if they were
// not both seen, or the path is too short.
func (v view) timesSay() Side {
	c, s := v.client.near, v.server.near
	switch {
	case v.client.timed == 0 || v.server.timed == 0 || c+s < leastPath:
		return ""
	case c*muchNearer < s:
		return NearClient
	case s*muchNearer < c:
		return NearServer
	}
	return InTheMiddle
}

// times is what they are, as a sentence; empty where timesSay is.
func (v view) times() string {
	if v.timesSay() == "" {
		return ""
	}
	return fmt.Sprintf("TCP at the client answers after %s, at the server after %s", Duration(v.client.near), Duration(v.server.near))
}

// routers is which hosts stand behind a router of the link, as sentences.
func (v view) routers() (out []string) {
	for _, e := range []end{clientEnd, serverEnd} {
		if own, _ := e.mine(v); own.station.router() {
			out = append(out, fmt.Sprintf("one station of the link sends the packets of %s and of %d other hosts or more: a router", e.name, maxBehind-1))
		}
	}
	return out
}
