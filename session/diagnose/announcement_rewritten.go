package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/session"
)

// announcementRewritten: a NAT changed the address or port in the announcement.
// Only the same control connection captured on both sides of the NAT proves that;
// from one side there is no more than a hint.
func announcementRewritten(s *subject) *Finding {
	if s.t == nil || s.t.Announcement == nil || !s.announced().IsValid() || s.Control == nil {
		return nil
	}
	switch twin := s.twin(); {
	case s.proof != nil && s.proof.Change != nil:
		return s.rewritten(*s.proof.Change)
	case twin != nil:
		return s.rewrittenBetween(twin)
	}
	return s.foreignAnnounced()
}

// rewrittenBetween compares the announcement with the one of the same place in the
// same stream on the other side of the NAT.
func (s *subject) rewrittenBetween(twin *contact) *Finding {
	other := s.counterpart(twin)
	a := s.t.Announcement
	if other == nil || other.verb != a.Verb || !other.announced.IsValid() || other.announced == a.Endpoint || a.Verb == "EPSV" && other.announced.Port() == a.Endpoint.Port() {
		return nil
	}
	from := announcer(s.t.Mode)
	c := Change{Before: other.announced, After: a.Endpoint, BeforeSeen: other.told, AfterSeen: a.Seen}
	c.Header = s.host(from).Addr() // of the announcer, where the changed text is
	if sooner(a.Seen, other.told) {
		c.Before, c.After, c.BeforeSeen, c.AfterSeen = c.After, c.Before, c.AfterSeen, c.BeforeSeen
		c.Header = other.client
		if from == server {
			c.Header = other.server
		}
	}
	c.Shows = fmt.Sprintf("sessions %s and %s, the same sequence numbers", s.ID, twin.session)
	c.Place = Place{Statement{"between the two points at which this capture shows the connection: a router that translates addresses", Certain}, Middle}
	return s.rewritten(c)
}

// rewritten is the finding of an announcement that was changed on its way.
func (s *subject) rewritten(c Change) *Finding {
	a := s.t.Announcement
	f := s.finding(AnnouncementRewritten, Note)
	f.key = a.Verb
	f.Headline = fmt.Sprintf("A NAT changed %s into %s in %s", c.Before, c.After, a.Verb)
	f.Observation = Statement{fmt.Sprintf("the same line names %s on one side and %s on the other (%s)", c.Before, c.After, c.Shows), Certain}
	f.Location = c.Place
	f.Cause = Statement{fmt.Sprintf("a helper for FTP in the NAT: %s is also the address in the packets there", c.After.Addr()), Likely}
	f.Evidence = []Evidence{{c.BeforeSeen, a.Verb + " with " + c.Before.String()}, {c.AfterSeen, a.Verb + " with " + c.After.String()}}
	f.Unknown = []string{"whether the NAT also lets the data connection through: the data connection tells"}
	f.Filter = s.dataFilter()
	wrong := ""
	switch {
	case c.After.Addr() != c.Header:
		wrong = fmt.Sprintf("the text now names %s, and the packets there come from %s", c.After.Addr(), c.Header)
	case c.After.Port() != c.Before.Port() && s.fate().failed():
		wrong = fmt.Sprintf("the text now names port %d in place of %d, and the data connection failed", c.After.Port(), c.Before.Port())
	}
	if wrong != "" {
		f.Severity = Error
		f.Headline = fmt.Sprintf("A NAT put a wrong endpoint into %s: %s in place of %s", a.Verb, c.After, c.Before)
		f.Cause = Statement{"a helper for FTP in the NAT does not do its work: " + wrong, Likely}
		f.Next = "look at the NAT's table of translations during the next attempt"
		f.Remedies = s.remedies(fixHelperOff, s.otherForm())
	}
	return f
}

// counterpart is the attempt of the other session that has the place of this
// transfer there; nil if it is forgotten.
func (s *subject) counterpart(twin *contact) *attempt {
	return latest(s.memory.attempts, func(a *attempt) bool { return a.session == twin.session && a.place == s.place })
}

// foreignAnnounced: the client announced a public address that is neither its own
// as the packets have it, nor that of another host of the capture.
func (s *subject) foreignAnnounced() *Finding {
	at := s.announced().Addr()
	if !s.active() || at == s.Client.Addr() || at == s.Server.Addr() || !routable(at) || !routable(s.Client.Addr()) || !s.fate().failed() && s.t.Outcome != session.OutcomeUnseen {
		return nil
	}
	for i := range s.memory.contacts {
		if c := &s.memory.contacts[i]; c.server.Addr() == at || c.client.Addr() == at {
			return nil // a transfer between two servers
		}
	}
	a := s.t.Announcement
	f := s.finding(AnnouncementRewritten, Note)
	f.key = "hint " + at.String()
	f.Headline = a.Verb + " names another public address than the client comes from"
	f.Observation = Statement{fmt.Sprintf("%s announces %s; the control connection has the client at %s", a.Verb, a.Endpoint, s.Client.Addr()), Certain}
	f.Location = Place{Statement{"the client, or a NAT between it and this capture point", Possible}, s.beyond(client).Where}
	f.Cause = Statement{"a NAT with more than one public address, one that put a wrong address there, or a transfer between two servers", Possible}
	f.Evidence = []Evidence{announces(a)}
	f.Unknown = []string{"what the client itself wrote: only a capture at the client shows it"}
	f.Next = s.captureAtOther(client)
	f.Remedies = s.remedies(fixUsePassive, fixHelperOff)
	f.Filter = s.dataFilter()
	return f
}
