package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// on reports whether the capture was taken on a host of the session itself, so
// surely that places may rest on it.
func (s *subject) on(host ftp.Side) bool {
	if s.Client.Addr() == s.Server.Addr() || s.Client.Addr().IsLoopback() {
		return true
	}
	if s.vantage.Confidence != Certain && s.vantage.Confidence != Likely {
		return false
	}
	return host == client && s.vantage.Side == ClientHost || host == server && s.vantage.Side == ServerHost
}

// takenAt reports whether the capture was taken there, and that is not only
// possible.
func (s *subject) takenAt(side Side) bool {
	return s.vantage.Side == side && s.vantage.Confidence != Possible
}

// saidByServer is where something lies that the server says itself.
var saidByServer = Place{Statement{"at the server: it says so itself", Certain}, AtServer}

// placeOf is the place of a host of the session.
func placeOf(host ftp.Side) Where {
	if host == client {
		return AtClient
	}
	return AtServer
}

// towards is the direction in which a host lies from the capture point.
func towards(host ftp.Side) Where {
	if host == client {
		return BeyondClient
	}
	return BeyondServer
}

// here is the capture point as it is said in a sentence about the way to a host
// that it was not taken at.
func (s *subject) here() string {
	if s.vantage.Confidence == Possible {
		return "this capture point"
	}
	switch s.vantage.Side {
	case ClientHost:
		return "the client (where this was captured)"
	case ServerHost:
		return "the server (where this was captured)"
	case NearClient, NearServer:
		return "this capture point (" + s.vantage.Side.at() + ")"
	case InTheMiddle:
		return "this capture point (on the way)"
	}
	return "this capture point"
}

// beyond is the place past the capture point on the way to a host, the host
// included: where a packet that passed here, or what should have come back, was
// lost. A capture on a host holds what comes in before the host's own packet
// filter sees it.
func (s *subject) beyond(to ftp.Side) Place {
	if s.on(to) {
		return Place{Statement{"at " + name(to) + ", where this was captured: by its own packet filter, or in its system", Likely}, placeOf(to)}
	}
	text := "between " + s.here() + " and " + name(to) + ", or at " + name(to)
	if s.here() == "this capture point" {
		text += "; if this was captured at " + name(to) + ", by its own packet filter or system"
	}
	return Place{Statement{text, Likely}, towards(to)}
}

// before is the place from which a packet of a host should have come that never
// passed here: between that host, which is included, and the capture point. A
// capture on a host holds what goes out after the host's own packet filter let
// it.
func (s *subject) before(from ftp.Side) Place {
	if s.on(from) {
		return Place{Statement{"at " + name(from) + ", where this was captured: its own packet filter kept it, or it was never sent", Likely}, placeOf(from)}
	}
	text := "at " + name(from) + ", or between it and " + s.here()
	if s.here() == "this capture point" {
		text += "; if this was captured at " + name(from) + ", by its own packet filter, or it was never sent"
	}
	return Place{Statement{text, Likely}, towards(from)}
}

// past is the place past the capture point on the way to an endpoint that the data
// connection went to: a host of its own if it has not the listener's address.
func (s *subject) past(to netip.AddrPort) Place {
	listener := s.listens()
	if to.Addr() == s.host(listener).Addr() {
		return s.beyond(listener)
	}
	near, where := NearClient, Unknown
	if listener == client {
		near = NearServer
	}
	if s.on(listener.Other()) || s.takenAt(near) {
		where = towards(listener)
	}
	return Place{Statement{fmt.Sprintf("between this capture point and %s, or at that host", to.Addr()), Likely}, where}
}
