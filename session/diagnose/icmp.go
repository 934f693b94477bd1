package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// icmpName is what an ICMP error says.
func icmpName(a ftp.Answer) string {
	if name := a.ICMPName(); name != "" {
		return name
	}
	return fmt.Sprintf("type %d code %d", a.Type, a.Code)
}

// tooBig reports whether an ICMP error says that a packet is too big for the next
// link.
//
// https://www.rfc-editor.org/rfc/rfc1191#section-4 and
// https://www.rfc-editor.org/rfc/rfc4443#section-3.2
func tooBig(e *ftp.PacketError) bool {
	return e.MTU > 0 || !e.V6() && e.Type == 3 && e.Code == 4 || e.V6() && e.Type == 2
}

// whyRejected is what an ICMP error, or a RST of another box, in answer to a SYN
// says of its cause.
func whyRejected(a ftp.Answer, from netip.Addr, to netip.AddrPort) Statement {
	if a.Kind == ftp.AnswerRST {
		return Statement{fmt.Sprintf("a firewall rejects connections from %s to port %d by RST; a load balancer, NAT or SYN proxy may do so too", from, to.Port()), Likely}
	}
	whose := a.From.String()
	if a.From == to.Addr() {
		whose += " itself"
	}
	switch reasonOf(a) {
	case forbidden:
		return Statement{fmt.Sprintf("a rule on %s forbids connections from %s to port %d", whose, from, to.Port()), Likely}
	case unlistened:
		return Statement{fmt.Sprintf("a reject rule on %s: a TCP without a listener answers by RST, not by port unreachable", whose), Likely}
	case circling:
		return Statement{fmt.Sprintf("routers pass the SYN around in a circle on its way to %s", to.Addr()), Likely}
	}
	if a.From == to.Addr() {
		return Statement{fmt.Sprintf("a rule on %s says so: it has a way to itself", whose), Possible}
	}
	return Statement{fmt.Sprintf("%s has no way to %s, or that host does not answer; a reject rule can say so too", whose, to.Addr()), Possible}
}

// reason is what kind of trouble an ICMP error reports.
type reason uint8

const (
	noWay      reason = iota // the sender cannot deliver: no route, a dead link, a host that does not answer; or it does not say
	forbidden                // a rule
	unlistened               // port unreachable, which TCP itself does not say
	circling                 // too many routers
)

// reasonOf reads type and code of an ICMP error.
//
// https://www.rfc-editor.org/rfc/rfc1812#section-5.2.7.1 and
// https://www.rfc-editor.org/rfc/rfc4443#section-3.1
func reasonOf(a ftp.Answer) reason {
	v6 := a.V6()
	switch k := [2]uint8{a.Type, a.Code}; {
	case !v6 && (k == [2]uint8{3, 9} || k == [2]uint8{3, 10} || k == [2]uint8{3, 13}), v6 && (k == [2]uint8{1, 1} || k == [2]uint8{1, 5} || k == [2]uint8{1, 6}):
		return forbidden
	case !v6 && k == [2]uint8{3, 3}, v6 && k == [2]uint8{1, 4}:
		return unlistened
	case !v6 && a.Type == 11, v6 && a.Type == 3:
		return circling
	}
	return noWay
}
