package diagnose

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/session"
)

// patientWait is how long a client that says nothing after the announcement is
// surely trying to connect, and no user who thinks.
const patientWait = 5 * time.Second

// passiveNoAttempt: the server offered a port, and no connection to it passed
// the capture point.
func passiveNoAttempt(s *subject) *Finding {
	if !s.passive() || s.conn() != nil || !s.taken() {
		return nil
	}
	switch {
	case s.t.Outcome == session.OutcomeUnseen:
	case s.t.Outcome == session.OutcomeUnused && s.anotherWayToo():
	default:
		return nil
	}
	f := s.finding(PassiveNoAttempt, Error)
	to := s.announced()
	where := "the announced port"
	if to.IsValid() {
		where = s.aim(to)
		f.key += " " + to.Addr().String()
	}
	waited, end := s.inVain()
	switch {
	case s.on(client):
		f.Headline = fmt.Sprintf("No connection to %s for data left the client", where)
	case s.on(server):
		f.Headline = fmt.Sprintf("No connection to %s for data reached the server", where)
	default:
		f.Headline = fmt.Sprintf("No connection to %s for data passed this capture point", where)
	}
	f.Observation = Statement{fmt.Sprintf("no SYN to %s in the %s after %s announced it", where, Duration(waited), s.t.Announcement.Verb), Certain}
	if end != "" {
		f.Observation.Text += ", until " + end
	}
	if s.t.Command == nil && s.t.Reply == nil && waited < patientWait {
		f.Severity = Warning
	}
	f.Location = s.before(client)
	f.Cause = s.whyNobodyCame()
	f.Evidence = s.waitEvidence()
	if s.unused() {
		before := s.Transfers[len(s.Transfers)-2].Announcement
		f.Observation.Text += fmt.Sprintf(", nor to the port that %s had announced right before; it left without QUIT", before.Verb)
		f.Evidence = append(f.Evidence, Evidence{before.Seen, before.Verb + " announces a port, and the client goes on without it"})
	}
	f.Unknown = s.unknownOfNobody()
	f.Next = s.captureAtOther(client)
	if to.IsValid() && !s.toServer(to) && !s.throughNAT(to) {
		f.Next = s.retryElsewhere(to)
	}
	f.Remedies = s.remedies(s.fixesForNobody()...)
	f.Filter = s.dataFilter()
	if p := s.partner(); p != nil {
		f.Headline = fmt.Sprintf("The other server's connection to %s did not pass here", where)
		f.Location = Place{Statement{fmt.Sprintf("between %s and this capture point, or at %s", p.server, p.server), Possible}, Unknown}
		f.Cause = Statement{fmt.Sprintf("a copy from server to server (FXP): %s was to connect, and did not get here", p.server), Likely}
		f.Unknown = []string{fmt.Sprintf("whether %s tried, or its packets take another way", p.server)}
	}
	return f
}

// anotherWayToo reports whether the client left right after a second announcement of
// another form, without a word: who falls back like that had failed by the first.
func (s *subject) anotherWayToo() bool {
	n, end := len(s.Transfers), s.parted()
	if n < 2 || s.Transfers[n-1] != s.t || s.t.Announcement == nil || !end.Yes() || end.host != client || s.Commands[len(s.Commands)-1].Seen != s.t.Announcement.Asked {
		return false
	}
	before := s.Transfers[n-2]
	a := before.Announcement
	return before.Mode == s.t.Mode && before.Outcome == session.OutcomeUnused && before.Data == nil &&
		a != nil && a.Verb != s.t.Announcement.Verb && a.Accepted != nil && *a.Accepted
}

// inVain is how long nobody connected, and what ended that, in words.
func (s *subject) inVain() (time.Duration, string) {
	from := s.t.Announcement.Seen.Time
	if end, words := s.gaveUp(from); end.Yes() {
		return end.Time.Sub(from), words
	}
	return s.Now.Sub(from), ""
}

// whyNobodyCame is why no connection of the client passed here.
func (s *subject) whyNobodyCame() Statement {
	to := s.announced()
	switch {
	case to.Addr().Is4() && unusable(to.Addr()) && !s.toServer(to):
		return Statement{fmt.Sprintf("no other host can connect to %s, the address that the server announced", to.Addr()), Likely}
	case s.throughNAT(to):
		return Statement{fmt.Sprintf("the NAT that has %s, or something before it, does not pass this port on to the server, or the client did not try", to.Addr()), Possible}
	case to.IsValid() && !s.toServer(to):
		return Statement{fmt.Sprintf("the client does not connect to %s, or its packets take another way there: the session goes to %s", to.Addr(), s.Server.Addr()), Likely}
	case s.on(client):
		return Statement{"the client's program did not try, or the packet filter of its own host did not let the SYN out", Likely}
	case s.takenAt(NearClient):
		return Statement{"the client did not try, or a packet filter on its host or between it and this point held the SYN back", Likely}
	case serverMet(s.reply()) == errnoTimedOut:
		return Statement{"the server waited, and nobody came: something before this point held the SYN back, or the client did not try", Likely}
	}
	return Statement{"something before this point held the client's SYN back, or the client did not try", Possible}
}

// throughNAT reports whether a server with a private address, as it is seen here,
// announced a public one: clients come by a NAT that turns one into the other.
func (s *subject) throughNAT(to netip.AddrPort) bool {
	own := s.Server.Addr()
	return to.IsValid() && own.Is4() && inside(own) && !inside(to.Addr()) && !unusable(to.Addr()) && !inside(s.Client.Addr())
}

// unknownOfNobody is what cannot be known where no SYN passed.
func (s *subject) unknownOfNobody() []string {
	if s.on(client) {
		return []string{"whether the client's program tried: a capture on its host shows only what its packet filter lets out"}
	}
	return []string{
		"whether the client tried to connect at all",
		"whether its SYN went to another address, or took a way that does not lead past this point",
	}
}

// waitEvidence is the announcement and what followed it in place of a SYN.
func (s *subject) waitEvidence() []Evidence {
	a := s.t.Announcement
	out := []Evidence{announces(a)}
	if c := s.t.Command; c != nil {
		out = append(out, Evidence{c.Seen, "the client asks for the transfer: " + c.Verb})
	}
	return append(out, s.gaveUpEvidence(a.Seen.Time)...)
}

// fixesForNobody are what may let the client connect.
func (s *subject) fixesForNobody() []fix {
	to := s.announced()
	switch {
	case s.throughNAT(to): // a NAT that follows FTP opens nothing for an address that is not the server's
		return []fix{fixPassiveRange}
	case to.IsValid() && !s.toServer(to):
		return []fix{fixExternalAddress, fixUseEPSV, fixIgnoreAddress}
	case s.on(client):
		return []fix{fixClientEgress}
	case !s.readable() || s.Secured.Yes():
		return []fix{fixClientEgress, fixPassiveRange, fixStaticRange}
	}
	return []fix{fixClientEgress, fixPassiveRange, fixFollowFTP}
}
