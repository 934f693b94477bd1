package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/session"
)

// named is the address that the reply to PASV named; invalid where there is none.
// 229, the reply to EPSV, names no address.
//
// https://www.rfc-editor.org/rfc/rfc2428#section-3
func (s *subject) named() netip.Addr {
	if !s.passive() || !s.accepted() || s.t.Announcement.Verb != "PASV" {
		return netip.Addr{}
	}
	return s.announced().Addr()
}

// bearing is what an odd address in the reply to PASV has to do with what became
// of the transfer.
type bearing uint8

const (
	noBearing bearing = iota
	believed          // the client connected to it, and that failed
	shunned           // nobody connected
	unneeded          // the client connected to the control connection's address, and that failed all the same
	harmless          // it went well at this address
	repaired          // it went well because the client took the control connection's address
	unwanted          // the transfer was not wanted any more after it
)

// bearingOf says so of the address that the server named.
func (s *subject) bearingOf(a netip.Addr) bearing {
	c := s.conn()
	switch {
	case s.completed() && c != nil && s.target().Addr() == a:
		return harmless
	case s.completed() && c != nil:
		return repaired
	case s.t.Outcome == session.OutcomeUnused && c == nil:
		return unwanted
	case s.t.Outcome == session.OutcomeUnseen && c == nil:
		return shunned
	case c == nil || !s.fate().failed():
		return noBearing
	case s.target().Addr() == a:
		return believed
	}
	return unneeded
}

// bear says in a finding what the address that the server named has to do with what
// became of the transfer.
func (s *subject) bear(f *Finding) bearing {
	a := s.announced().Addr()
	b := s.bearingOf(a)
	say := func(severity Severity, text string) {
		f.Severity = severity
		f.Observation.Text += "; " + text
	}
	switch b {
	case believed:
		say(f.Severity, "the client connected to the address named")
	case shunned:
		say(f.Severity, "no SYN to either of them followed")
		f.Unknown = append(f.Unknown, fmt.Sprintf("whether the client refused to connect to %s, or its packets took another way there", a))
	case unneeded:
		say(Warning, fmt.Sprintf("the client connected to %s all the same", s.target()))
		f.Cause = Statement{"a firewall or NAT that follows FTP opens only what the announcement says, and that names another address", Possible}
	case repaired:
		say(Warning, fmt.Sprintf("the client connected to %s instead, so it went well", s.target()))
	case harmless:
		say(Note, "the client connected to the address named, with success")
	case unwanted:
		say(Warning, "the client went on without the transfer")
	}
	return b
}

// namedInstead says which address the reply to PASV names, and which is in use.
func (s *subject) namedInstead() string {
	return fmt.Sprintf("the control connection goes to %s, the reply to PASV names %s", s.Server.Addr(), s.announced())
}

// addressFinding begins a finding about the address that the server named.
func (s *subject) addressFinding(code Code, a netip.Addr) *Finding {
	f := s.finding(code, Error)
	f.key += " " + a.String()
	f.Observation.Confidence = Certain
	f.Location = Place{Statement{"on the server's side: the server, or a NAT there that should rewrite the announcement", Likely}, BeyondServer}
	f.Evidence = append([]Evidence{announces(s.t.Announcement)}, s.dataEvidence()...)
	f.Next = "repeat the transfer with EPSV, whose reply names no address"
	f.Remedies = s.remedies(fixExternalAddress, fixUseEPSV, fixIgnoreAddress)
	f.Filter = s.dataFilter()
	return f
}
