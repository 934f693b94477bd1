package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/session"
)

// portCommandRefused: the server takes no active mode, or not to the address
// that the client announced.
func portCommandRefused(s *subject) *Finding {
	if !s.active() || s.t.Outcome != session.OutcomeRejected {
		return nil
	}
	a := s.t.Announcement
	if a == nil || a.Reply == nil || s.accepted() || connectionFailed(a.Reply) || a.Reply.Code == 530 || a.Reply.Code == 332 {
		return nil // 530 and 332: not logged in
	}
	if a.Verb != "PORT" && unknownToServer(a.Reply) {
		return nil // not this client's address, but the command
	}
	why := s.whyPortRefused()
	f := s.finding(PortCommandRefused, Error)
	f.key += " " + why.key
	f.Headline = why.headline
	f.Observation = Statement{fmt.Sprintf("the server answers %s with %s", a.Verb, said(a.Reply)), Certain}
	if a.Endpoint.IsValid() {
		f.Observation.Text = fmt.Sprintf("%s announces %s; the server answers %s", a.Verb, a.Endpoint, said(a.Reply))
		if !s.toClient(a.Endpoint) {
			f.Observation.Text += fmt.Sprintf("; the control connection comes from %s", s.Client.Addr())
		}
	}
	f.Location = Place{Statement{"the reply comes over the control connection, in the server's name", Likely}, AtServer}
	f.Cause = why.Statement
	f.Evidence = s.announcementEvidence()
	if r := s.t.Reply; r != nil {
		f.Evidence = append(f.Evidence, Evidence{r.Seen, "to the transfer command it replies " + said(r)})
	}
	f.Unknown = append(why.unknown, "whether the server itself refused or a box between that follows FTP did in its name")
	f.Next = why.next
	f.Remedies = s.remedies(why.fixes...)
	f.Filter = s.dataFilter()
	return f
}

// portRefusal is why a server refused an active announcement.
type portRefusal struct {
	Statement
	key      string
	headline string
	unknown  []string
	next     string // the cheapest experiment
	fixes    []fix
}

func (s *subject) whyPortRefused() portRefusal {
	a, to := s.t.Announcement, s.t.Announcement.Endpoint
	text := strings.ToLower(a.Reply.Text)
	says := func(words ...string) bool { return containsAny(text, words...) }
	foreign := says("foreign", "only to", "address mismatch", "bad ip")
	switchedOff := says("disabled", "unable to service")
	lacks := a.Reply.Code == 502 || a.Reply.Code == 550 ||
		says("permission denied", "not permitted", "not understood", "unknown command", "not recognized", "not implemented")
	privileged := says("privileged", "1024")
	hidden := inside(to.Addr()) && !inside(s.Server.Addr()) && !s.on(server) && !s.takenAt(NearServer)

	why := portRefusal{next: "repeat the transfer in passive mode", fixes: []fix{fixUsePassive, fixClientPortRange}}
	switch {
	case says("epsv all"), s.promised(a) != nil:
		why.key = "epsv-all"
		why.headline = fmt.Sprintf("The client sent %s after it had promised to use only EPSV", a.Verb)
		why.Statement = Statement{"after EPSV ALL a client may use nothing but EPSV", Certain}
		why.next, why.fixes = "repeat the transfer by EPSV", []fix{fixUseEPSV}
	case !to.IsValid():
		why.key = "syntax"
		why.headline = fmt.Sprintf("The server did not understand the client's %s", a.Verb)
		why.Statement = Statement{"the announcement holds no endpoint that can be read", Likely}
		why.fixes = []fix{fixUsePassive}
	case to.Port() == 0:
		why.key = "zero"
		why.headline = "The client announced port 0, and the server refused it"
		why.Statement = Statement{"port 0 cannot be called", Likely}
	case !foreign && (switchedOff || lacks):
		why.key = "disabled"
		why.headline = "The server does not offer active mode"
		why.Statement = sureIf(switchedOff, "active mode is switched off on the server")
		why.fixes = []fix{fixUsePassive, fixAllowPort}
	case to.Port() < 1024 && (s.toClient(to) || privileged):
		why.key = "low"
		why.headline = fmt.Sprintf("The server does not call back port %d, which is below 1024", to.Port())
		why.Statement = sureIf(privileged, "the server does not connect to ports below 1024, as RFC 2577 advises")
	case s.partner() != nil:
		why.key = "third " + to.Addr().String()
		why.headline = fmt.Sprintf("The server does not connect to the other server %s", to.Addr())
		why.Statement = sureIf(foreign, "the server connects to no other host than the client")
		why.next, why.fixes = "copy the file by way of the client", nil
	case !s.toClient(to), foreign:
		why.key = "mismatch " + to.Addr().String()
		why.headline = fmt.Sprintf("The server does not call back the announced address %s", to.Addr())
		why.Statement = sureIf(foreign, "the announced address is not the one that the server has the client at")
		why.fixes = s.fixesForAddress()
	case hidden, says("illegal port"): // so vsftpd calls an address that is not the client's
		why.key = "private " + to.Addr().String()
		why.headline = fmt.Sprintf("The server does not call back the announced address %s", to.Addr())
		why.Statement = Statement{fmt.Sprintf("the server has the client at another address: behind a NAT that does not rewrite %s", a.Verb), Likely}
		if hidden {
			why.Text = fmt.Sprintf("the client announced its private address, and the server has it at another, behind a NAT that does not rewrite %s", a.Verb)
		}
		why.unknown = []string{"which address the server has the client at"}
		why.fixes = s.fixesForAddress()
	default:
		why.key = "other"
		why.headline = fmt.Sprintf("The server refused the client's %s", a.Verb)
		why.Statement = Statement{"the server does not take the announced address or port, or no active mode at all", Possible}
		why.unknown = []string{"which address the server has the client at"}
		why.fixes = []fix{fixUsePassive, fixAllowPort}
	}
	return why
}

// sureIf is certain where the server says so itself.
func sureIf(said bool, text string) Statement {
	if said {
		return Statement{text + ": the reply says so", Certain}
	}
	return Statement{text, Likely}
}
