package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// manyPorts is how many different ports of a third host a session must announce
// before that looks like a search for open ones.
const manyPorts = 3

// thirdParty: the data connection is to, or comes from, a host that is neither
// end of the control connection. It says who is involved, never with which
// intent.
//
// https://www.rfc-editor.org/rfc/rfc959#section-5.2 and
// https://www.rfc-editor.org/rfc/rfc2577#section-3
func thirdParty(s *subject) *Finding {
	switch {
	case s.active():
		return s.sentElsewhere()
	case s.passive():
		return s.cameFromElsewhere()
	}
	return nil
}

// third reports whether an endpoint that the client announced is neither end of
// the session, nor the client's own address behind a NAT.
func (s *subject) third(to netip.AddrPort) bool {
	return to.IsValid() && !s.toClient(to) && !s.toServer(to) && (!inside(to.Addr()) || inside(s.Client.Addr()))
}

// partner is an attempt of another session of the same client that had the same
// endpoint announced in the other mode, so that two servers exchange a file (FXP).
func (s *subject) partner() *attempt {
	to := s.announced()
	if !to.IsValid() {
		return nil
	}
	return latest(s.memory.about(to), func(a *attempt) bool {
		return a.announced == to && a.session != s.ID && a.client == s.Client.Addr() && a.mode != s.t.Mode && a.mode != ftp.ModeUnknown
	})
}

// sentElsewhere is for active mode: the client names another host.
func (s *subject) sentElsewhere() *Finding {
	to := s.announced()
	if !s.accepted() || s.t.Outcome == session.OutcomeRejected || s.substituted() {
		return nil
	}
	other := s.partner()
	if other == nil && !s.third(to) {
		return nil
	}
	f := s.finding(ThirdParty, Note)
	f.key += " " + to.Addr().String()
	f.Headline = fmt.Sprintf("The client named a third host for the data: %s", to)
	f.Observation = Statement{fmt.Sprintf("%s announces %s; the client is %s, the server %s", s.t.Announcement.Verb, to, s.Client.Addr(), s.Server.Addr()), Certain}
	f.Location = Place{Statement{"the client's announcement names that host", Certain}, AtClient}
	f.Evidence = append(s.announcementEvidence(), s.dataEvidence()...)
	ports := s.portsOf(to.Addr())
	switch {
	case other != nil:
		f.Headline = fmt.Sprintf("The client let the server exchange a file with %s", to.Addr())
		f.Cause = Statement{fmt.Sprintf("a copy from server to server (FXP): the client got this endpoint in its session with %s", other.server), Certain}
		f.Evidence = append(f.Evidence, Evidence{other.seen, "the client's session with " + other.server.String() + " has the same endpoint"})
	case to.Port() < 1024, ports >= manyPorts:
		what := fmt.Sprintf("port %d, where no FTP client waits for data,", to.Port())
		if to.Port() >= 1024 {
			what = count(ports, "port")
		}
		f.Severity = Warning
		f.Headline = fmt.Sprintf("The server was used to reach %s, a third host", to)
		f.Cause = Statement{fmt.Sprintf("an FTP bounce, as RFC 2577 describes it: %s of another host", what), Likely}
		f.Unknown = []string{"whether it was meant"}
	default:
		f.Cause = Statement{"a copy from server to server (FXP), another address of the client, or an FTP bounce", Possible}
		f.Unknown = []string{"whether that host is a server in another session of this client, or the client itself at another address"}
	}
	if f.Severity == Warning {
		f.Next = "find out whose address that is, and let the server connect to nobody but its client"
	}
	f.Filter = s.dataFilter()
	return f
}

// portsOf counts the different ports of a host that the session announced.
func (s *subject) portsOf(host netip.Addr) int {
	ports := make(map[uint16]bool)
	for _, t := range s.Transfers {
		if t.Mode == ftp.ModeActive && t.Announcement != nil && t.Announcement.Endpoint.Addr() == host {
			ports[t.Announcement.Endpoint.Port()] = true
		}
	}
	return len(ports)
}

// cameFromElsewhere is for passive mode: another host connects.
func (s *subject) cameFromElsewhere() *Finding {
	if s.t.Data == nil {
		return nil
	}
	var stranger *ftp.Conn
	client := false
	for _, c := range s.t.Data.Attempts {
		switch from := c.Ends[ftp.Initiator].Addr(); {
		case from == s.Client.Addr():
			client = true
		case stranger == nil && from != s.Server.Addr():
			stranger = c
		}
	}
	if stranger == nil {
		return nil
	}
	from, to := stranger.Ends[ftp.Initiator], stranger.Ends[ftp.Listener]
	f := s.finding(ThirdParty, Warning)
	f.key += " " + from.Addr().String()
	f.Headline = fmt.Sprintf("%s, not the client, connected to the announced port %d", from.Addr(), to.Port())
	f.Observation = Statement{fmt.Sprintf("a SYN from %s to %s; the client is %s", from, to, s.Client.Addr()), Certain}
	f.Location = Place{Statement{fmt.Sprintf("the SYN comes from %s", from.Addr()), Likely}, Unknown}
	f.Evidence = append(s.announcementEvidence(), connEvidence(stranger)...)
	f.Filter = s.dataFilter()
	if other := s.partner(); other != nil && other.server == from.Addr() {
		f.Severity = Note
		f.Headline = fmt.Sprintf("The client let the server exchange a file with %s", from.Addr())
		f.Cause = Statement{fmt.Sprintf("a copy from server to server (FXP): the client named this endpoint in its session with %s", other.server), Certain}
		f.Evidence = append(f.Evidence, Evidence{other.seen, "the client's session with " + other.server.String() + " has the same endpoint"})
		return f
	}
	f.Cause = Statement{"a copy from server to server (FXP), a client with several public addresses, or a stranger who took the port", Possible}
	f.Unknown = []string{"who that host is"}
	if client {
		f.Cause = Statement{"a stranger or a scanner found the port open; the client came too", Possible}
		f.Unknown = append(f.Unknown, "whether it was meant for this port or for any open one")
	}
	f.Next = "find out whose address that is"
	return f
}
