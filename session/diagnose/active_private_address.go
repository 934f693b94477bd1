package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/session"
)

// activePrivateAddress: the client asks to be called back at an address that
// exists in its own network only.
//
// https://www.rfc-editor.org/rfc/rfc1918#section-3
func activePrivateAddress(s *subject) *Finding {
	if !s.active() {
		return nil
	}
	a := s.announced().Addr()
	if !a.IsValid() || !inside(a) || inside(s.Client.Addr()) && inside(s.Server.Addr()) {
		return nil // in a network of private addresses they are as good as others
	}
	if s.Client.Addr() == a {
		return s.privateBehindHere()
	}
	if inside(s.Client.Addr()) {
		return nil // two private addresses: nobody knows which of them the server reaches
	}
	f := s.finding(ActivePrivateAddress, Error)
	f.key += " " + a.String()
	f.Headline = fmt.Sprintf("The client announced %s, not its public address", a)
	f.Observation = Statement{fmt.Sprintf("%s announces %s, a private address, while the control connection comes from %s", s.t.Announcement.Verb, s.announced(), s.Client.Addr()), Certain}
	f.Location = Place{Statement{"at the client, and no NAT before this point replaced the address", Likely}, BeyondClient}
	f.Cause = Statement{"the client does not know its public address, and the NAT in front of it does not rewrite the announcement", Likely}
	switch {
	case s.completed() && !s.substituted():
		f.Severity = Note
		f.Cause = Statement{"the client does not know its public address; it went well all the same", Likely}
	case s.substituted():
		f.Severity = Warning
		f.Observation.Text += fmt.Sprintf("; the server called %s instead", s.target())
	}
	f.Evidence = s.announcementEvidence()
	f.Unknown = []string{"whether the NAT in front of the client could rewrite announcements if it were told to"}
	f.Next = "repeat the transfer in passive mode"
	f.Remedies = s.remedies(s.fixesForAddress()...)
	f.Filter = s.dataFilter()
	return f
}

// privateBehindHere is for captures on the client's side of a NAT: there the
// address looks right, and whether it is rewritten later cannot be seen.
func (s *subject) privateBehindHere() *Finding {
	if s.completed() || s.conn() != nil || s.takenAt(NearServer) || s.on(server) {
		return nil // it was called at that address, or the server has it there
	}
	a := s.announced().Addr()
	f := s.finding(ActivePrivateAddress, Warning)
	f.key += " " + a.String()
	f.Headline = fmt.Sprintf("The client announced its private address %s", a)
	f.Observation = Statement{fmt.Sprintf("%s announces %s; the server has the public address %s", s.t.Announcement.Verb, s.announced(), s.Server.Addr()), Certain}
	f.Location = Place{Statement{"at the client, or at the NAT between it and the server", Possible}, BeyondServer}
	f.Cause = Statement{"if no NAT on the way rewrites the announcement, the server cannot reach that address", Possible}
	if s.t.Announcement.Reply != nil && s.t.Outcome == session.OutcomeRejected {
		f.Cause = Statement{"no NAT on the way rewrites the announcement, and the server does not take the address of another host", Likely}
	}
	f.Evidence = s.announcementEvidence()
	f.Unknown = []string{"what the announcement says when it reaches the server", "which address the server has the client at"}
	f.Next = s.captureAtOther(server)
	f.Remedies = s.remedies(s.fixesForAddress()...)
	f.Filter = s.dataFilter()
	return f
}

// fixesForAddress is what helps against an address that the server cannot reach,
// or does not take.
func (s *subject) fixesForAddress() []fix {
	return []fix{fixUsePassive, fixClientPortRange, fixFollowFTP}
}
