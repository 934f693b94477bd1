package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// algNotAttached: a firewall that follows FTP would not have followed this
// session: because of its port, or of how its commands came.
func algNotAttached(s *subject) *Finding {
	if s.t == nil || !s.readable() || s.Secured.Yes() || s.passedAlike() || s.hostAnswered() {
		return nil
	}
	lost := s.helperLost()
	port := s.Server.Port()
	if port == controlPort && (lost == nil || s.announced().Addr() != s.host(s.listens()).Addr()) {
		return nil // another address may be the work of a NAT, and has rules of its own
	}
	f := s.finding(ALGNotAttached, Warning)
	f.Location = s.beyond(s.listens())
	if s.conn() == nil {
		f.Location = s.before(s.listens().Other())
	}
	f.Location.Confidence = atMost(f.Location.Confidence, Possible)
	f.Unknown = []string{"whether there is a firewall on the way that follows FTP"}
	f.Filter = s.dataFilter()
	if port == controlPort {
		f.key += " " + lost.Why
		f.Headline = "A firewall that follows FTP would not have expected this data connection"
		f.Observation = Statement{lost.Why, Certain}
		f.Cause = Statement{"a firewall that follows FTP as Linux does would not have let this connection in", Possible}
		f.Evidence = append(s.announcementEvidence(), Evidence{lost.At, "where such a firewall loses the thread"})
		f.Remedies = s.remedies(fixStaticRange, fixUsePassive)
		if s.passive() {
			f.Remedies = s.remedies(fixStaticRange)
		}
		return f
	}
	f.key += fmt.Sprintf(" %d", port)
	f.Headline = fmt.Sprintf("The control connection is on port %d, where firewalls do not expect FTP", port)
	f.Observation = Statement{fmt.Sprintf("the control port is %d; firewalls follow FTP on port 21 unless they are told of others", port), Certain}
	f.Cause = Statement{fmt.Sprintf("a firewall that opens data connections for sessions on port 21 does not do so for port %d", port), Possible}
	f.Evidence = append([]Evidence{{s.First, "control connection " + arrow(s.Client, s.Server)}}, s.announcementEvidence()...)
	if other := s.wentOn21(); other != nil {
		f.Severity = Error
		f.Cause.Confidence = Likely
		f.Evidence = append(f.Evidence, Evidence{other.seen, fmt.Sprintf("the same in a session with port 21 of this server: %s", arrow(other.ends[0], other.ends[1]))})
		f.Unknown = nil
	} else {
		f.Next = "repeat the transfer on port 21, or in the other mode"
	}
	f.Remedies = s.remedies(fixHelperPort, fixStaticRange)
	return f
}

// passedAlike reports whether another transfer of the session went well in the
// same mode: no firewall that follows FTP lost it, then.
func (s *subject) passedAlike() bool {
	for _, t := range s.Transfers {
		if t != s.t && t.Mode == s.t.Mode && t.Outcome == session.OutcomeCompleted && t.Data != nil {
			return true
		}
	}
	return false
}

// hostAnswered reports whether the listener itself answered the SYN, as far as
// that can be told.
func (s *subject) hostAnswered() bool {
	c := s.conn()
	if c == nil {
		return false
	}
	a, ok := c.Answered()
	if !ok {
		return false
	}
	return a.Kind == ftp.AnswerSYNACK || !s.answered(c, a, s.listens()).box
}

// wentOn21 is an attempt of a session on port 21 between the same hosts that
// succeeded in the same mode, or nil.
func (s *subject) wentOn21() *attempt {
	return s.memory.latestHere(s.Server.Addr(), func(a *attempt) bool {
		return a.control == controlPort && a.client == s.Client.Addr() && a.mode == s.t.Mode && a.fate == fateOpened && !a.secured
	})
}
