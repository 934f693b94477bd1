package diagnose

import "fmt"

// pasvAddressMismatch: the reply to PASV names another address than that of the
// control connection, and there is nothing else wrong with it.
func pasvAddressMismatch(s *subject) *Finding {
	a := s.named()
	own := s.Server.Addr()
	if !a.Is4() || six(own) || a == own || unusable(a) || private(a) && !inside(own) {
		return nil
	}
	f := s.addressFinding(PasvAddressMismatch, a)
	f.Headline = fmt.Sprintf("The server is reached at %s but announced %s for data", own, a)
	f.Observation.Text = s.namedInstead()
	f.Cause = Statement{"the server announces an address that is out of date or another host's, or it has several", Possible}
	f.Unknown = []string{fmt.Sprintf("whether %s is an address of the same server", a)}
	switch s.bear(f) {
	case believed:
		f.Cause.Confidence = Likely
	case shunned:
		f.Severity = Warning
	case harmless:
		f.Cause = Statement{"the server, or its service, has several addresses", Likely}
	case noBearing:
		return nil
	}
	if inside(own) && !inside(a) {
		return s.publicInHere(f)
	}
	return f
}

// publicInHere is for captures on the server's side of a NAT, where a server
// that is set up for clients outside announces another address than it has.
func (s *subject) publicInHere(f *Finding) *Finding {
	a := s.named()
	switch s.bearingOf(a) {
	case shunned, repaired, unwanted:
	default:
		return nil // the address is not what it failed at
	}
	f.Severity = Note
	f.Headline = fmt.Sprintf("The server, which has %s, announced the public address %s", s.Server.Addr(), a)
	f.Observation.Text = fmt.Sprintf("the reply to PASV names %s, the server is %s here", s.announced(), s.Server.Addr())
	f.Location = Place{Statement{"at the server, which is set up so", Likely}, AtServer}
	f.Cause = Statement{fmt.Sprintf("the server stands behind a NAT that has %s; this is right if clients reach it there", a), Likely}
	f.Unknown = []string{fmt.Sprintf("whether clients reach the server at %s", a)}
	f.Remedies = nil
	if !s.completed() {
		f.Cause.Confidence = Possible
		f.Next = s.captureAtOther(client)
	} else {
		f.Next = ""
	}
	return f
}
