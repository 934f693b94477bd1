package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// tlsProtection: one side encrypts the data connection, the other does not.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-9
func tlsProtection(s *subject) *Finding {
	if s.t == nil {
		return nil
	}
	if r := s.t.Reply; speaksOfProtection(r) {
		return s.protectionRefused(r)
	}
	if !s.opened() {
		return nil
	}
	if f := s.halfEncrypted(); f != nil {
		return f
	}
	if f := s.helloUnanswered(); f != nil {
		return f
	}
	return s.neverEncrypted()
}

// speaksOfProtection reports whether a reply says that the protection of the data
// connection is not as it must be: 521 and 522 (RFC 4217 section 10.2), 533 to 536
// (RFC 2228 section 5.3), and others that name PROT.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-10.2 and
// https://www.rfc-editor.org/rfc/rfc2228#section-5
func speaksOfProtection(r *session.Reply) bool {
	if r == nil || r.Code < 400 || serverMet(r) == errnoNotResumed {
		return false
	}
	switch r.Code {
	case 521, 522, 533, 534, 536:
		return true
	case 425, 450, 500, 503, 530, 550:
		text := strings.ToLower(r.Text)
		return containsAny(text, "prot p", "prot c", "prot command", "data connections must be encrypted", "required on the data channel", "protection level")
	}
	return false
}

// mismatch begins the finding.
func (s *subject) mismatch(sure Confidence) *Finding {
	f := s.finding(TLSProtection, Error)
	f.Cause = Statement{"client and server do not agree whether data connections are encrypted: PROT P and PROT C", sure}
	if s.opened() {
		f.Evidence = s.opening()
	}
	f.Next = "look in the log of the client whether it sends PBSZ 0 and PROT P, and what the server replies"
	f.Remedies = s.remedies(fixProtP)
	f.Filter = s.dataFilter()
	return f
}

// protectionRefused: the server says it.
func (s *subject) protectionRefused(r *session.Reply) *Finding {
	f := s.mismatch(Certain)
	f.key += " said"
	f.Headline = fmt.Sprintf("The server refuses the data connection as it is protected: reply %d", r.Code)
	f.Observation = Statement{"the server replies " + said(r), Certain}
	f.Location = saidByServer
	f.Cause.Text = "the server does not accept this level of protection for data (PROT), as it says itself"
	f.Evidence = append(f.Evidence, replied(r))
	for i := range s.Commands {
		if c := &s.Commands[i]; c.Verb == "PROT" && sooner(c.Seen, r.Seen) {
			f.Evidence = append(f.Evidence, Evidence{c.Seen, "the client sends PROT " + quoted(c.Argument)})
		}
	}
	return f
}

// halfEncrypted: on the data connection one side speaks TLS and the other answers
// in plain bytes.
func (s *subject) halfEncrypted() *Finding {
	c := s.conn()
	if c.Hello == nil || !c.Hello.Client.Yes() || c.Hello.Server.Yes() || s.completed() {
		return nil
	}
	end := c.Hello.Client.From
	plain := &c.Half[end.Other()]
	if !plain.Plain || plain.Bytes == 0 {
		return nil
	}
	who, other := s.called(s.turned(end)), s.called(s.turned(end.Other()))
	f := s.mismatch(Likely)
	f.key += " half"
	f.Headline = fmt.Sprintf("%s began TLS on the data connection, and %s sent plain data", capital(who), other)
	f.Observation = Statement{fmt.Sprintf("a ClientHello of %s, and %s of %s that are no TLS", who, count(int(plain.Bytes), "byte"), other), Certain}
	f.Location = Place{Statement{"the settings of client and server: no box between is needed for this", Likely}, Unknown}
	f.Evidence = append(f.Evidence, Evidence{c.Hello.Client.Seen, who + " begins TLS"}, Evidence{plain.FirstData, other + " sends plain data"})
	f.Unknown = []string{"which of the two is set wrong"}
	return f
}

// helloUnanswered: one side began TLS on the data connection, its words arrived, and
// the other never said one.
func (s *subject) helloUnanswered() *Finding {
	c := s.conn()
	end, ended := s.cut()
	if s.readable() || !ended || !c.Hailed() || s.otherOutcome() || s.t.Outcome == session.OutcomeStalled {
		return nil
	}
	side := c.Hello.Client.From
	if h := &c.Half[side]; h.Acked < h.Bytes {
		return nil
	}
	who, other := s.called(s.turned(side)), s.called(s.turned(side.Other()))
	f := s.mismatch(Possible)
	f.Severity = Warning
	f.key += " hello"
	f.Headline = fmt.Sprintf("%s began TLS on the data connection, and %s never answered", capital(who), other)
	f.Observation = Statement{fmt.Sprintf("the ClientHello of %s was acknowledged, and no byte of %s came; after %s %s closed the connection first", who, other, Duration(end.Time.Sub(c.Hello.Client.Time)), s.called(end.host)), Certain}
	f.Location = Place{Statement{"the client or the server: no box between is needed for this", Possible}, Unknown}
	f.Cause.Text = "the server refused the command, as where a file is missing; or client and server do not agree on PROT"
	f.Evidence = append(f.Evidence, Evidence{c.Hello.Client.Seen, who + " begins TLS"}, s.endEvidence(end))
	f.Unknown = []string{"what the server replied: the control connection is encrypted", "whether PROT P was agreed on"}
	return f
}

// neverEncrypted: the control connection is encrypted, and on the data connection
// nobody began: it carried nothing at all.
func (s *subject) neverEncrypted() *Finding {
	const patience, soon = 10 * time.Second, time.Second
	c := s.conn()
	end, ended := s.cut()
	if s.readable() || !s.Secured.Yes() || c.Midstream || spoke(c, s.firstEnd()) || s.completed() || s.otherOutcome() {
		return nil
	}
	if !ended && (c.Thinned || s.Now.Sub(c.Established.Time) < patience) {
		return nil
	}
	lasted := s.Now.Sub(c.Established.Time)
	if ended {
		lasted = end.Time.Sub(c.Established.Time)
	}
	f := s.mismatch(Possible)
	f.key += " empty"
	f.Headline = "The data connection opened, and TLS never began on it"
	f.Observation = Statement{fmt.Sprintf("the data connection was open for %s and carried no byte in either direction; the control connection is encrypted", Duration(lasted)), Certain}
	f.Location = Place{Statement{"the client, which has to begin TLS on data connections, or the server, which has to ask for data first", Possible}, Unknown}
	f.Cause.Text = "the client's program failed to begin TLS, or client and server do not agree on PROT, or the file was empty and data is not encrypted"
	if t := s.otherEncrypted(); t != nil {
		f.Cause = Statement{fmt.Sprintf("the client's program did not begin TLS, as it must in both modes; data is encrypted in this session: transfer %s", t.ID), Likely}
		f.Location = Place{Statement{"the client, which has to begin TLS on data connections", Likely}, AtClient}
	}
	if ended {
		f.Evidence = append(f.Evidence, s.endEvidence(end))
		f.Observation.Text += fmt.Sprintf("; %s closed it first", s.called(end.host))
	}
	if c.Half[0].Bytes+c.Half[1].Bytes > 0 {
		f.Observation.Text += ", and what came after that does not count"
	}
	told := false
	for r := range s.replies() {
		if told = r.Code >= 400 && sooner(c.First, r.Seen); told {
			f.Observation.Text += "; the server then said in clear text " + said(r)
			f.Evidence = append(f.Evidence, Evidence{r.Seen, "the server says in clear text " + said(r)})
			break
		}
	}
	switch atOnce := !told && ended && lasted < soon; {
	case atOnce && end.host == server && !end.rst && s.otherEncrypted() == nil:
		// A server that waits for TLS to begin does not close at once.
		f.Severity = Warning
		f.Cause.Text = "the file was empty and data is not encrypted; or client and server do not agree on PROT"
	case atOnce && end.host == client:
		// So it looks where the server refuses a command: nobody else can read that.
		f.Severity = Warning
		f.Location = Place{Statement{"the client or the server: no box between is needed for this", Possible}, Unknown}
		f.Cause = Statement{"the server refused the command, as where a file is missing; or " + f.Cause.Text, Possible}
	}
	f.Unknown = []string{"what the server replied: the control connection is encrypted", "whether PROT P was agreed on"}
	return f
}

// firstEnd is the first packet that ended the data connection, or the zero Seen.
func (s *subject) firstEnd() ftp.Seen {
	for _, e := range s.endings() {
		if !e.ctl {
			return e.Seen
		}
	}
	return ftp.Seen{}
}

// spoke reports whether a connection carried a byte before somebody ended it.
func spoke(c *ftp.Conn, end ftp.Seen) bool {
	return spokeBefore(&c.Half[0], end) || spokeBefore(&c.Half[1], end)
}

// spokeBefore reports whether a side sent a byte before somebody ended the
// connection: an alert or an excuse that comes when the other has given up does
// not count.
func spokeBefore(h *ftp.Half, end ftp.Seen) bool {
	return h.Bytes > 0 && (!end.Yes() || !h.FirstData.Yes() || sooner(h.FirstData, end))
}

// otherOutcome reports whether the transfer came to something that speaks for
// itself.
func (s *subject) otherOutcome() bool {
	switch s.t.Outcome {
	case session.OutcomeUnknown, session.OutcomeAborted, session.OutcomeStalled:
		return false
	}
	return true
}

// otherEncrypted is another transfer of the session whose data was encrypted; nil
// if there is none.
func (s *subject) otherEncrypted() *session.Transfer {
	for _, t := range s.Transfers {
		if t != s.t && t.Data != nil && t.Data.TLS {
			return t
		}
	}
	return nil
}
