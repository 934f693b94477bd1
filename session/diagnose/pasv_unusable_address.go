package diagnose

import "fmt"

// pasvUnusableAddress: the reply to PASV names an address that nobody can connect
// to: 0.0.0.0, a loopback or link-local one, multicast.
func pasvUnusableAddress(s *subject) *Finding {
	a := s.named()
	if !a.Is4() || !unusable(a) || s.Server.Addr().IsLoopback() || s.Server.Addr().IsLinkLocalUnicast() && a.IsLinkLocalUnicast() {
		return nil
	}
	f := s.addressFinding(PasvUnusableAddress, a)
	f.Headline = fmt.Sprintf("The server told the client to connect to %s, which no other host can", a)
	f.Observation.Text = s.namedInstead()
	f.Cause = Statement{"the server is set to announce that address", Likely}
	f.Unknown = []string{"whether a client takes the control connection's address instead: many do, not all"}
	substitute := a.IsUnspecified() // some services mean by it: take the control connection's address
	switch {
	case substitute && s.Server.Addr().Is6():
		f.Cause = Statement{"the session runs over IPv6, and the reply to PASV cannot name such an address: EPSV can", Likely}
		f.Remedies = s.remedies(fixUseEPSV)
	case substitute:
		f.Cause = Statement{"the server does not know its address, or means that the client is to take the control connection's", Likely}
	}
	switch s.bear(f) {
	case repaired, harmless:
		f.Severity = Warning
		if substitute {
			f.Severity = Note
		}
	case noBearing:
		return nil
	}
	return f
}
