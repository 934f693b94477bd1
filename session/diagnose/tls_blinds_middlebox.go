package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/session"
)

// tlsBlinds: the control connection is encrypted, so a firewall that opens ports
// for FTP cannot read which one is meant.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-5
func tlsBlinds(s *subject) *Finding {
	if s.t == nil || s.readable() || !s.Secured.Yes() || s.t.Data == nil || !sooner(s.Secured, s.t.Data.First) {
		return nil
	}
	if s.clearFate(failedInClear) != nil {
		return nil // encryption is not what matters
	}
	f := s.finding(TLSBlinds, Error)
	f.Headline = "The control connection is encrypted: a firewall cannot read which port to open"
	f.Observation = Statement{fmt.Sprintf("TLS began on the control connection %s before this data connection was tried", Duration(s.t.Data.First.Time.Sub(s.Secured.Time))), Certain}
	f.Location = s.beyond(s.listens())
	f.Cause = Statement{"a firewall on the way opens ports for FTP by reading the control connection, and TLS keeps it from that", Possible}
	for i := range s.Commands {
		if c := &s.Commands[i]; c.Verb == "AUTH" {
			f.Evidence = append(f.Evidence, Evidence{c.Seen, "the client asks for TLS: AUTH " + quoted(c.Argument)})
		}
	}
	f.Evidence = append(f.Evidence, Evidence{s.Secured, "TLS begins on the control connection"}, Evidence{s.t.Data.First, "first packet of the data connection"})
	f.Unknown = []string{
		"which port and address were announced: nobody on the way can read it",
		"whether the port would be reachable for a session in clear text",
	}
	f.Next = "repeat the transfer without TLS, with a test account: if it works, the firewall relies on reading along"
	if a := s.clearFate(workedInClear); a != nil {
		f.Cause.Confidence = Likely
		f.Cause.Text += fmt.Sprintf("; transfer %s between the same hosts, in clear text, got its data connection", a.transfer)
		f.Evidence = append(f.Evidence, Evidence{a.seen, fmt.Sprintf("data connection of transfer %s, in clear text, which opened", a.transfer)})
		f.Unknown = f.Unknown[:1]
	}
	switch {
	case s.active():
		f.Remedies = s.remedies(fixUsePassive, fixClientInbound)
	case s.toServer(s.target()):
		f.Remedies = s.remedies(fixPassiveRange)
	default:
		f.Remedies = s.remedies(fixExternalAddress, fixPassiveRange)
	}
	f.Filter = s.dataFilter()
	return f
}

// What became of attempts of which the announcement could be read.
func workedInClear(a *attempt) bool {
	return !a.secured && (a.fate == fateOpened || a.outcome == session.OutcomeCompleted && a.fate == fateNone)
}
func failedInClear(a *attempt) bool { return !a.secured && a.fate.failed() }

// clearFate is the latest attempt between the same hosts in the same mode that
// fits; nil if there is none.
func (s *subject) clearFate(fits func(*attempt) bool) *attempt {
	return s.memory.latestHere(s.Server.Addr(), func(a *attempt) bool {
		return a.client == s.Client.Addr() && a.mode == s.t.Mode && fits(a)
	})
}
