package diagnose

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"

	"github.com/ftpscope/ftpscope/session"
)

// Proof is what captures of several points show together of a transfer, or of a
// control connection. It takes the place of what a rule can only infer from one
// of them. The zero Proof proves nothing: the rules judge alone.
type Proof struct {
	Shows    string     // what the captures show together, a clause; joined to the observation
	Place    Place      // where it happened; the zero Place leaves that to the rule
	Cause    Statement  // why, where the rule knows no better; the zero Statement leaves that to the rule
	Control  bool       // it is about the control connection, else about the data connection
	Arrived  bool       // the SYN reached the listener: nothing that would keep it away is the cause
	Box      bool       // somebody at Place answered, and not the host in whose name it was
	Evidence []Evidence // of all captures
	Unknown  []string   // what remains unknown, in place of what the rule does not know; nil leaves that to the rule
	Doubt    string     // what is only possible, and so added to what is unknown
	Next     string     // the cheapest next experiment, likewise; may be several lines as experiment makes them
	Command  string     // of Next
	Change   *Change    // of the announcement, on its way; nil if it came through as it was
	NAT      string     // how addresses were translated on the way and the announcement was not, a clause; empty if not so
}

// Change is an announcement that was rewritten on its way.
type Change struct {
	Before, After         netip.AddrPort
	BeforeSeen, AfterSeen ftp.Seen
	Header                netip.Addr // of the announcer, as the packets behind the change have it
	Shows                 string     // how that is known, a clause
	Place                 Place
}

// Findings that a proof can be about.
var (
	aboutControl = []Code{
		ControlUnreachable, GreetingMissing, TLSNegotiationBlocked, AnnouncementDropped, SequenceDamage, ControlReset,
		ControlLost, FinalReplyDelayed, MTUBlackhole,
	}
	aboutData = []Code{
		SYNProxy, HandshakeNotCompleted, PassiveRejected, ActiveRejected, PassiveWrongBackend, PassiveRefused, ActiveRefused,
		PassiveUnanswered, ActiveUnanswered, PassiveNoAttempt, ActiveNeverSeen, MTUBlackhole, DataReset, DataSilence,
	}
	aboutAddresses = []Code{ActivePrivateAddress, PasvPrivateAddress, PasvUnusableAddress, PasvAddressMismatch}
)

// concerns reports whether the proof is about what a finding says.
func (p *Proof) concerns(code Code) bool {
	if p.Control {
		return slices.Contains(aboutControl, code)
	}
	return slices.Contains(aboutData, code)
}

// placed reports whether the proof names a place.
func (p *Proof) placed() bool { return p != nil && p.Place.Where != "" }

// apply puts the proof in place of what a rule inferred.
func (p *Proof) apply(f *Finding) {
	if p == nil || !p.concerns(f.Code) {
		return
	}
	place := p.Place
	switch {
	case p.Shows == "":
	case p.placed() && place.Confidence != Certain:
		place.Text += ": " + p.Shows
	default:
		f.Observation.Text += "; " + p.Shows
	}
	f.Evidence = append(f.Evidence, p.Evidence...)
	if p.Doubt != "" {
		f.Unknown = append(f.Unknown, p.Doubt)
	}
	if p.Next != "" && (f.Next == "" || capturesMore(f.Next)) {
		f.Next, f.NextCommand = p.Next, p.Command
	}
	if !p.placed() {
		return
	}
	f.key += " " + place.Text
	f.Location = place
	if p.Cause.Text != "" && (p.Box || p.Arrived || f.Cause.Confidence == Possible || blamesHost(f.Cause.Text)) {
		f.Cause = p.Cause
	}
	if p.Unknown != nil {
		f.Unknown = p.Unknown
	}
}

// capturesMore reports whether an experiment is a further capture.
func capturesMore(next string) bool { return strings.Contains(next, "tcpdump") }

// keepAway are the causes that keep a SYN from its listener.
var keepAway = []Code{
	PasvPrivateAddress, PasvUnusableAddress, ActivePrivateAddress, EpsvNotTracked, PassivePortRange, TLSBlinds,
	PasvAddressMismatch, ActiveSourcePort, ALGNotAttached,
}

// excludes reports whether a cause cannot be one, as is proven.
func (p *Proof) excludes(code Code) bool {
	return p != nil && p.Arrived && slices.Contains(keepAway, code)
}

// blamesHost reports whether a cause may be a host's own packet filter.
func blamesHost(cause string) bool {
	return containsAny(cause, "packet filter on", "own packet filter", "'s host", ", or on it")
}

// Explains reports whether a finding, about a transfer or session that the proof
// is about, is the one that it went into.
func (p *Proof) Explains(f *Finding) bool {
	return p.concerns(f.Code) && (!p.placed() || strings.HasPrefix(f.Location.Text, p.Place.Text))
}

// translated adds to a finding about addresses what is known of NAT.
func (p *Proof) translated(f *Finding) {
	if p != nil && p.NAT != "" && slices.Contains(aboutAddresses, f.Code) {
		f.Observation.Text += "; " + p.NAT
	}
}

// Proven explains a session of one capture again, in the light of what others
// prove: the transfers whose ids proofs has, and the session as a whole if it has
// the empty id. Session must have been called for it. The findings have no ids
// yet: see Number.
func (e *Engine) Proven(s *session.Session, in *Capture, proofs map[string]*Proof) []*Finding {
	base := e.subject(s, in)
	var all []*Finding
	if p, ok := proofs[""]; ok {
		base.proof = p
		all = base.judge()
	}
	one := base
	for part := range stretches(s) {
		one.Session = part.session
		for i, t := range part.transfers {
			if p, ok := proofs[t.ID]; ok {
				one.t, one.place, one.proof = t, part.first+i, p
				all = append(all, one.judge()...)
			}
		}
	}
	all = merged(all)
	for _, f := range all {
		f.Session = s.ID
		if capturesMore(f.NextCommand) { // they are there already
			f.Next, f.NextCommand = "", ""
		}
	}
	return all
}

// Number gives findings that have no ids yet their ids, in order, and names their
// causes by them.
func Number(all []*Finding) { new(Engine).number(all) }

// LeavesOut reports whether the capture was made with filters that leave out the
// TCP packets between two endpoints, for sure. A port of 0 stands for an
// ephemeral one.
func (c *Capture) LeavesOut(from, to netip.AddrPort) bool {
	return allLeaveOut(c.Filters, probe{protocol: "tcp", from: from, to: to})
}

// LeavesOutICMP reports the same of ICMP errors sent to a host by any other.
func (c *Capture) LeavesOutICMP(to netip.Addr) bool {
	protocol := "icmp"
	if six(to) {
		protocol = "icmp6"
	}
	return allLeaveOut(c.Filters, probe{protocol: protocol, to: netip.AddrPortFrom(to, 0)})
}

// PortsOnly reports whether all that was captured are control connections, and, if
// that is asked about passive mode, what has port 20: as with a filter on the ports
// of FTP. A capture without one holds other things too, if it is long enough.
func (c *Capture) PortsOnly(active bool) bool {
	rest := c.OtherTCP
	if !active {
		rest -= c.Port20
	}
	return c.Frames > 0 && rest == 0 && c.Frames == c.TCP
}

// Unfiltered reports whether the capture holds what nobody asks for who filters by
// ports: ARP, neighbour discovery, UDP, anything but TCP and ICMP that is routed.
func (c *Capture) Unfiltered() bool { return c.Frames > c.TCP+c.ICMP-c.Neighbours }

// hostFilters are the fixes of a host's own packet filter.
var hostFilters = []fix{fixClientEgress, fixClientInbound, fixServerFilter, fixServerEgress}

// acquitted reports whether a fix is for a place that a proof excludes.
func (s *subject) acquitted(x fix) bool {
	return s.proof.placed() && s.proof.Place.Where == Middle && slices.Contains(hostFilters, x)
}
