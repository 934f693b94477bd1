package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// connector names who opened the data connection in passive mode. It begins a
// sentence.
func (s *subject) connector() string {
	if d := s.t.Data; d != nil && d.Initiator == session.InitiatorOther {
		return d.Source.Addr().String()
	}
	return "The client"
}

// aim says in a headline where the client connected: the port alone, where the
// address is that of the control connection.
func (s *subject) aim(to netip.AddrPort) string {
	if s.toServer(to) {
		return fmt.Sprintf("port %d", to.Port())
	}
	return to.String()
}

// portsReached are the ports of the same listener at which passive data connections
// of this session came up, at most three.
func (s *subject) portsReached(addr netip.Addr) []string {
	var out []string
	for _, t := range s.Transfers {
		if t.Mode != ftp.ModePassive || t.Data == nil || len(out) == 3 {
			continue
		}
		if t.Data.Destination.Addr() == addr && fateOf(t.Data) == fateOpened {
			out = append(out, fmt.Sprint(t.Data.Destination.Port()))
		}
	}
	return out
}

// reachedText names those ports: "port 40001", "ports 40001 and 40003"; empty if
// there are none.
func (s *subject) reachedText(addr netip.Addr) string {
	switch open := s.portsReached(addr); len(open) {
	case 0:
		return ""
	case 1:
		return "port " + open[0]
	default:
		return "ports " + list(open)
	}
}

// retryElsewhere is the cheapest next experiment: where the address is in doubt,
// a transfer without it.
func (s *subject) retryElsewhere(to netip.AddrPort) string {
	if to.IsValid() && !s.toServer(to) {
		return "repeat the transfer with EPSV, whose reply names no address"
	}
	return s.captureAtOther(server)
}

// fixesForPorts are what lets a client reach the ports of passive mode.
func (s *subject) fixesForPorts(to netip.AddrPort) []fix {
	switch {
	case !s.toServer(to):
		return []fix{fixExternalAddress, fixUseEPSV, fixIgnoreAddress}
	case s.on(server):
		return []fix{fixServerFilter, fixPassiveRange}
	case s.proof.placed() && s.proof.Place.Where == BeyondServer:
		return []fix{fixServerFilter, fixPassiveRange, fixUseActive}
	case !s.readable() || s.Secured.Yes():
		return []fix{fixPassiveRange, fixStaticRange} // nobody can read along
	}
	return []fix{fixPassiveRange, fixFollowFTP, fixUseActive}
}
