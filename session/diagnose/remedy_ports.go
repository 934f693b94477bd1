package diagnose

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// lookBack is how many of the latest attempts remedies look at: enough to know a
// server's ports, and a bounded price for each finding.
const lookBack = 1000

// widest is how far apart ports are at most that are taken for one range which
// somebody configured.
const widest = 2000

// seenPorts are the least and the greatest port that listened for data
// connections in one mode; the zero seenPorts if there were none.
type seenPorts struct{ low, high uint16 }

// add takes the port that an attempt was about.
func (p *seenPorts) add(a *attempt) {
	port := a.announced.Port()
	if port == 0 {
		port = a.ends[1].Port()
	}
	if port == 0 {
		return
	}
	if p.low == 0 || port < p.low {
		p.low = port
	}
	p.high = max(p.high, port)
}

// dataPorts are those that this session and earlier ones of the same server (in
// active mode: of the same client) showed.
func (s *subject) dataPorts(mode ftp.Mode) seenPorts {
	if mode == ftp.ModeActive {
		return s.experience().active
	}
	return s.experience().passive
}

// text names the ports that were seen: "port 40022", "ports 40022-40077".
func (p seenPorts) text() string {
	if p.low == p.high {
		return fmt.Sprintf("port %d", p.low)
	}
	return fmt.Sprintf("ports %d-%d", p.low, p.high)
}

// portRange is a range to configure, as words: numbers, or FIRST and LAST where
// too little was seen to know one.
type portRange struct{ first, last string }

// proposed is a range that covers what was seen, rounded to whole hundreds. One
// port tells no range, and ports far apart were probably not chosen from one.
func (p seenPorts) proposed() portRange {
	if p.low == p.high || p.low < 1024 || p.high-p.low > widest {
		return portRange{"FIRST", "LAST"}
	}
	low, high := max(1024, int(p.low)/100*100), min(65535, int(p.high)/100*100+99)
	return portRange{strconv.Itoa(low), strconv.Itoa(high)}
}

// known reports whether it has numbers.
func (r portRange) known() bool { return r.first != "FIRST" }

// with joins the ends of the range.
func (r portRange) with(separator string) string { return r.first + separator + r.last }

// chosen says how a range was come by: for the end of a sentence.
func (p seenPorts) chosen() string {
	switch r := p.proposed(); {
	case p.low == 0:
		return "FIRST-LAST stands for that range"
	case r.known():
		return fmt.Sprintf("seen here: %s; if the server has a range already, use that one in place of %s", p.text(), r.with("-"))
	case p.low == p.high:
		return fmt.Sprintf("seen here: %s; FIRST-LAST stands for the server's whole range", p.text())
	}
	return fmt.Sprintf("seen here: %s, which looks like no fixed range; FIRST-LAST stands for the one to choose", p.text())
}

// insideServer is the address behind which the server hides: what it announced,
// if that is a private one though the client reaches it at a public one.
func (s *subject) insideServer() netip.Addr {
	if !s.passive() || !routable(s.Server.Addr()) {
		return netip.Addr{}
	}
	if a := s.announced().Addr(); a.IsValid() && private(a) {
		return a
	}
	return netip.Addr{}
}

// serverAt is the address that packets to the server have where they are
// filtered: behind a NAT, the inside one if it is known.
func (s *subject) serverAt() netip.Addr {
	if in := s.insideServer(); in.IsValid() {
		return in
	}
	return s.Server.Addr()
}

// outsideServer is the address that clients reach the server at, as a word:
// PUBLIC-ADDRESS where this capture was taken behind the NAT that has it.
func (s *subject) outsideServer() string {
	if a := s.Server.Addr(); routable(a) || !routable(s.Client.Addr()) {
		return a.Unmap().String()
	}
	return "PUBLIC-ADDRESS"
}

// outsideClient is the same of the client; its own address is not if the server did
// not take it.
func (s *subject) outsideClient() string {
	refused := s.t != nil && s.active() && s.t.Outcome == session.OutcomeRejected && s.toClient(s.announced())
	if a := s.Client.Addr(); !refused && (routable(a) || !routable(s.Server.Addr())) {
		return a.Unmap().String()
	}
	return "PUBLIC-ADDRESS"
}

// tried reports whether data connections between the two hosts came
// up here, or did not, in a mode and by an announcement; an empty verb stands for any.
func (s *subject) tried(mode ftp.Mode, verb string) (worked, failed bool) {
	for _, t := range s.experience().tried {
		if t.mode == mode && (verb == "" || t.verb == verb) {
			worked, failed = worked || t.worked, failed || t.failed
		}
	}
	return worked, failed
}

// hopeless reports whether a mode was tried here and never worked: then nobody
// is advised to use it.
func (s *subject) hopeless(mode ftp.Mode, verb string) bool {
	worked, failed := s.tried(mode, verb)
	return failed && !worked
}
