package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/session"
)

// A server that replies so late that the connection failed had waited for an
// answer; one that replies so soon had not: it was told no, or could not try. The
// first repetition of a SYN takes a second.
//
// https://www.rfc-editor.org/rfc/rfc6298#section-2
const (
	longWait  = 5 * time.Second
	shortWait = time.Second
)

// activeNeverSeen: the client asked to be called back, and no call passed here.
func activeNeverSeen(s *subject) *Finding {
	if !s.active() || s.conn() != nil || !s.announced().IsValid() || !s.neverCalled() {
		return nil
	}
	to := s.announced()
	f := s.finding(ActiveNeverSeen, Error)
	met := serverMet(s.word())
	f.key += fmt.Sprintf(" %s %d", to.Addr(), met)
	f.Headline = fmt.Sprintf("The server's data connection to the client's port %d never passed here", to.Port())
	switch {
	case !s.toClient(to):
		f.Headline = fmt.Sprintf("The data connection to %s never passed here", to)
	case s.on(client):
		f.Headline = fmt.Sprintf("The server's data connection to the client's port %d never arrived", to.Port())
	case s.on(server):
		f.Headline = fmt.Sprintf("The server was asked to connect to the client's port %d, and no SYN left it", to.Port())
	}
	f.Observation = Statement{s.askedInVain(), Certain}
	f.Location = s.before(server)
	f.Cause = s.whyNeverCalled(met)
	f.Evidence = s.callEvidence()
	f.Unknown = s.unknownOfNoCall(met)
	f.Next = s.captureAtOther(server)
	switch {
	case s.calledElsewhere():
		f.Remedies = s.remedies(fixUsePassive, fixClientPortRange)
	case s.hasty():
		f.Remedies = s.remedies(fixUsePassive)
	case s.on(server):
		f.Remedies = s.remedies(fixServerEgress, fixUsePassive)
	case s.readable():
		f.Remedies = s.remedies(fixUsePassive, fixFollowFTP, fixServerEgress)
	default:
		f.Remedies = s.remedies(fixUsePassive, fixServerEgress)
	}
	f.Filter = s.dataFilter()
	return f
}

// neverCalled reports whether the server should have connected and nobody's
// attempt passed here. pyftpdlib connects when it reads PORT and says in its
// reply to PORT that this failed.
func (s *subject) neverCalled() bool {
	switch s.t.Outcome {
	case session.OutcomeUnseen:
		return s.taken() || connectionFailed(s.t.Announcement.Reply)
	case session.OutcomeRejected:
		return !s.accepted() && connectionFailed(s.t.Announcement.Reply)
	}
	return false
}

// askedInVain says what the client asked for and what became of it.
func (s *subject) askedInVain() string {
	to := s.announced()
	text := fmt.Sprintf("%s announced %s", s.t.Announcement.Verb, to)
	switch {
	case s.t.Command != nil && s.accepted():
		text += " and " + s.t.Command.Verb + " asked for the transfer"
	case s.accepted() && s.t.Announcement.Accepted != nil:
		text += " and the server accepted"
	}
	text += ", but no SYN to that port is in the capture"
	if r := s.word(); r != nil {
		waited, _ := s.waited()
		return fmt.Sprintf("%s; after %s the server replied %s", text, Duration(waited), said(r))
	}
	switch waited := Duration(s.waitedUnanswered()); {
	case s.t.Next.Yes():
		return fmt.Sprintf("%s; after %s the client went on without it", text, waited)
	case s.parted().Yes():
		return fmt.Sprintf("%s; after %s, without a reply, %s", text, waited, s.how(s.parted()))
	default:
		return fmt.Sprintf("%s, and no reply in the %s to its end", text, waited)
	}
}

// waitedUnanswered is how long the client waited for the server, which said nothing.
func (s *subject) waitedUnanswered() time.Duration {
	until := s.Now
	if e := s.parted(); e.Yes() {
		until = e.Time
	}
	if s.t.Next.Yes() {
		until = s.t.Next.Time
	}
	return until.Sub(s.asked())
}

// hasty reports whether the client waited so shortly for a server that said nothing
// that this may only have been slow.
func (s *subject) hasty() bool { return s.word() == nil && s.waitedUnanswered() < idleLong }

// whyNeverCalled is why the server's call never passed here, from what it says
// that it met with.
func (s *subject) whyNeverCalled(met errno) Statement {
	here := s.on(server)
	switch {
	case met == errnoRefused && here:
		return Statement{"the server's own packet filter or system refused the connection before it left", Likely}
	case met == errnoRefused:
		return Statement{"somebody between the server and this point, or another host with that address, refused the server's SYN", Likely}
	case met == errnoUnreachable && here:
		return Statement{"the server has no route to that address, or its own packet filter rejects the connection", Likely}
	case met == errnoUnreachable:
		return Statement{"the server has no route to that address, or a box between it and this point rejects its SYN", Likely}
	case met == errnoDenied:
		return Statement{"a rule on the server's host does not permit the connection, or an ICMPv6 error told it so", Likely}
	case met == errnoNoAnnouncement:
		return Statement{"the server holds no announcement any more: an earlier transfer used it up", Likely}
	case s.calledLong(met) && here:
		return Statement{"the server tried and got no answer: its own packet filter drops the SYN before it leaves", Likely}
	case s.calledLong(met):
		return Statement{"the server tried and got no answer: its own packet filter, a firewall or a NAT between it and this point drops its SYN", Likely}
	case s.calledShort(met) && here:
		return Statement{"the server's own system or packet filter refused the connection at once", Likely}
	case s.calledShort(met):
		return Statement{"the server was refused at once, by its own system or by a box before this point: a SYN that is only lost takes longer", Likely}
	case s.hasty():
		return Statement{"the server did not try, or not yet, or its SYN was lost before it came here", Possible}
	case here:
		return Statement{"the server's own packet filter dropped the SYN, or the server never tried", Possible}
	}
	return Statement{"the SYN was lost between the server and this point, or the server never tried", Possible}
}

// calledLong reports whether the server tried to connect and got no answer: it
// says so, or it waited for long before it said that the connection failed.
func (s *subject) calledLong(met errno) bool {
	waited, replied := s.waited()
	return met == errnoTimedOut || met == errnoNone && replied && waited >= longWait && connectionFailed(s.word())
}

// calledShort reports whether the server said so soon that the connection failed
// that its SYN, if it sent one, was not lost without an answer.
func (s *subject) calledShort(met errno) bool {
	waited, replied := s.waited()
	return met == errnoNone && replied && waited < shortWait && connectionFailed(s.word())
}

// callEvidence is what shows that the server was asked to connect.
func (s *subject) callEvidence() []Evidence {
	a := s.t.Announcement
	out := []Evidence{announces(a)}
	if r := a.Reply; r != nil && r != s.word() {
		out = append(out, replied(r))
	}
	if s.t.Command != nil {
		out = append(out, Evidence{s.t.Command.Seen, s.t.Command.Verb + " asks for the transfer"})
	}
	return append(out, s.wordEvidence()...)
}

// unknownOfNoCall is what the absence of a call leaves open.
func (s *subject) unknownOfNoCall(met errno) []string {
	var out []string
	if !s.calledLong(met) && met != errnoRefused {
		out = append(out, "whether the server tried at all")
	}
	if s.on(server) {
		return append(out, "whether the SYN left by another network interface than the one captured")
	}
	return append(out, "where between the server and this point that was, or whether the SYN took another way")
}
