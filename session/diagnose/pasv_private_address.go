package diagnose

import "fmt"

// pasvPrivateAddress: the reply to PASV names an address that exists only in the
// server's own network.
func pasvPrivateAddress(s *subject) *Finding {
	a := s.named()
	switch {
	case !a.IsValid() || !private(a):
		return nil
	case a == s.Server.Addr():
		return s.privateInHere()
	case !s.Server.Addr().Is4() || inside(s.Server.Addr()):
		return nil // in a network of private addresses they are as good as others
	}
	f := s.addressFinding(PasvPrivateAddress, a)
	f.Headline = fmt.Sprintf("The server told the client to connect to %s, an address of a private network", a)
	f.Observation.Text = s.namedInstead()
	f.Cause = Statement{"the server announces the address that it has in its own network, and no NAT on the way rewrites that", Likely}
	f.Unknown = []string{"whether a NAT in front of the server ought to rewrite the announcement"}
	switch s.bear(f) {
	case repaired:
		f.Unknown = append(f.Unknown, "whether all clients do so: some believe the announcement and fail")
	case harmless:
		f.Cause = Statement{fmt.Sprintf("this client has a way to %s; others may have none", a), Likely}
	case unwanted:
		f.Cause.Text += "; a client may refuse such an address"
	case noBearing:
		return nil
	}
	return f
}

// privateInHere is for captures on the server's side of a NAT: there the address
// looks right, and whether it is rewritten later cannot be seen.
func (s *subject) privateInHere() *Finding {
	a := s.named()
	if inside(s.Client.Addr()) {
		return nil
	}
	f := s.addressFinding(PasvPrivateAddress, a)
	f.Severity = Note
	f.Headline = fmt.Sprintf("The server announced its private address %s to a client outside", a)
	f.Observation.Text = fmt.Sprintf("the reply to PASV names %s; the client has the public address %s", s.announced(), s.Client.Addr())
	f.Location = Place{Statement{"at the server, or at the NAT between this point and the client", Possible}, AtServer}
	f.Cause = Statement{"if no NAT between here and the client rewrites the announcement, the client cannot reach that address", Possible}
	f.Unknown = []string{"what the announcement says when it reaches the client"}
	f.Next = s.captureAtOther(client)
	switch s.bearingOf(a) {
	case shunned:
		f.Severity = Warning
		f.Observation.Text += "; no SYN to it came"
	case harmless:
		f.Observation.Text += "; it went well all the same"
		f.Cause = Statement{"a NAT on the way rewrites the announcement, or the client does not heed the address", Likely}
	case unwanted:
		f.Observation.Text += "; the client went on without the transfer"
	default:
		return nil // a SYN came to it
	}
	return f
}
