package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// tlsSessionReuse: the data connection opens, and the server hangs up because its
// TLS session is not that of the control connection.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-10.2
func tlsSessionReuse(s *subject) *Finding {
	if !s.opened() || s.Security == session.SecurityNone {
		return nil
	}
	if r := s.reply(); serverMet(r) == errnoNotResumed {
		f := s.notResumed(Certain)
		f.Observation = Statement{fmt.Sprintf("the data connection opened, and the server replies %s", said(r)), Certain}
		f.Location = saidByServer
		f.Cause.Text = "as the server says, it " + strings.TrimPrefix(f.Cause.Text, "the server ")
		f.Evidence = append(f.Evidence, replied(r))
		return f
	}
	h := s.conn().Hello
	end, hungUp := s.hungUp()
	if !hungUp || s.carriedUnresumed() {
		return nil
	}
	again, gone, inOrder := s.hungUpAgain(), s.goneWith(end), s.conn().Half[s.turned(server)].Shutdown.Yes()
	if inOrder && !again && !gone.Yes() {
		return s.emptyOrNotResumed(end)
	}
	f := s.notResumed(Likely)
	if inOrder || h.Server.Version >= tls13 && !again {
		f.Cause.Confidence = Possible // TLS 1.3 hides where its handshake ends
	}
	f.Observation = Statement{fmt.Sprintf("TLS began on the data connection with a new session; %s after the handshake the server ended it, with nothing that looks like data", Duration(end.Time.Sub(h.Finished.Time))), Certain}
	f.Location = Place{Statement{"at the server: its packet ends the connection", Likely}, AtServer}
	f.Unknown = unknownRefusal
	if gone.Yes() {
		f.Cause.Confidence = Likely
		f.Observation.Text += ", and the control connection with it"
		f.Evidence = append(f.Evidence, Evidence{gone, "the server ends the control connection"})
	}
	f.Next = nextRefusal
	f.Evidence = append(f.Evidence, s.endEvidence(end))
	if r := s.Control.Half[server].LastData; !s.readable() && r.Yes() && sooner(end.Seen, r) {
		f.Evidence = append(f.Evidence, Evidence{r, "the server sends something encrypted on the control connection"})
	}
	return f
}

// What the reply would tell, which cannot be read.
const nextRefusal = "read the server's reply in the log of the client: 425 or 522 and the words \"session reuse\" or \"not resumed\""

var unknownRefusal = []string{
	"what the server replied: the control connection is encrypted",
	"whether the file was empty or short",
}

// emptyOrNotResumed: the server closed TLS in order, with nothing sent. So does one
// that sent an empty file, and TLS 1.3 hides whether anything was sent.
func (s *subject) emptyOrNotResumed(end hangup) *Finding {
	h := s.conn().Hello
	if h.Server.Version >= tls13 || s.conn().Thinned {
		return nil
	}
	f := s.notResumed(Possible)
	f.Severity = Note
	f.Headline = "No data passed on the data connection, and it did not resume the TLS session"
	f.Observation = Statement{fmt.Sprintf("TLS began on the data connection with a new session; %s after the handshake the server closed it in order, without a record of data", Duration(end.Time.Sub(h.Finished.Time))), Certain}
	f.Location = Place{Statement{"at the server, if the file was not empty", Possible}, AtServer}
	f.Cause.Text = "either the file or the list was empty, or " + f.Cause.Text
	f.Unknown, f.Next = unknownRefusal, nextRefusal
	f.Evidence = append(f.Evidence, s.endEvidence(end))
	return f
}

// notResumed begins the finding.
func (s *subject) notResumed(sure Confidence) *Finding {
	f := s.finding(TLSSessionReuse, Error)
	f.Headline = "The server hangs up: the data connection does not resume the TLS session"
	f.Cause = Statement{"the server requires that the data connection resumes the TLS session of the control connection, and the client's program did not", sure}
	f.Evidence = s.opening()
	if h := s.conn().Hello; h != nil {
		if h.Client.Yes() {
			f.Evidence = append(f.Evidence, Evidence{h.Client.Seen, "ClientHello: " + offers(h.Client)})
		}
		if h.Server.Yes() {
			f.Evidence = append(f.Evidence, Evidence{h.Server.Seen, "ServerHello: a new session"})
		}
	}
	f.Remedies = s.remedies(fixSessionReuse)
	f.Filter = s.dataFilter()
	return f
}

// offers says what a ClientHello offers to resume.
func offers(h ftp.Hello) string {
	switch {
	case h.PSK:
		return "offers to resume an earlier session"
	case h.Ticket:
		return "offers a session ticket"
	case h.SessionID != 0 && h.Version < 0x0304:
		return "offers to resume an earlier session"
	}
	return "offers no earlier session"
}

// unresumed reports whether a whole TLS handshake without resumption was seen on a
// data connection, and data of the server behind it. A short file looks like the
// end of the handshake in TLS 1.3, but a server that sent it closes TLS in order.
func (s *subject) unresumed() (handshake, data bool) {
	c := s.conn()
	if c == nil || c.Hello == nil {
		return false, false
	}
	h := c.Hello
	end := s.turned(server)
	if !h.Whole() || h.Server.From != end || h.Resumed() {
		return false, false
	}
	if c.Thinned && c.Half[end].Bytes > mostHandshake {
		return true, true // in records that were left out
	}
	if c.Half[end].Shutdown.Yes() && h.Server.Version >= tls13 {
		// In order: these records hold the alert that closes TLS, too, and may hold
		// that the server asked for a certificate.
		return true, h.DataRecords[end] > mostBare
	}
	return true, h.Carried(end)
}

const (
	tls13    = 0x0304
	mostBare = 8 // records of a TLS 1.3 server that closes in order and sent no data

	mostHandshake = 8192 // bytes that the handshake of a server takes
)

// goneWith is where the server ended the control connection together with the data
// connection, unasked; the zero Seen if it did not.
func (s *subject) goneWith(end hangup) ftp.Seen {
	gone := s.parted()
	asked := s.Control.Half[client].LastData
	if !gone.Yes() || gone.host != server || gone.Time.Sub(end.Time).Abs() > atOnce || sooner(end.Seen, asked) {
		return ftp.Seen{}
	}
	return gone.Seen
}

// hungUp is how the server ended the data connection right after a TLS handshake
// without resumption; false if it did not, or sent something first.
func (s *subject) hungUp() (hangup, bool) {
	handshake, data := s.unresumed()
	if !handshake || data {
		return hangup{}, false
	}
	end, ok := s.cut()
	half := &s.conn().Half
	own, other := half[s.turned(server)].Shutdown, closing(&half[s.turned(client)])
	if own.Yes() && (!ok || sooner(own, end.Seen)) && (!other.Yes() || sooner(own, other)) {
		end, ok = hangup{Seen: own, host: server}, true
	}
	if !ok || end.host != server {
		return hangup{}, false
	}
	return end, end.Time.Sub(s.conn().Hello.Finished.Time) <= atOnce
}

// hungUpAgain reports whether the server ended another data connection of the
// session in the same way, after as many bytes: those of the handshake.
func (s *subject) hungUpAgain() bool {
	const tickets = 64 // bytes by which they may differ
	end := s.turned(server)
	for _, t := range s.Transfers {
		other := *s
		other.t = t
		if _, ok := other.hungUp(); t != s.t && ok && t.Mode == s.t.Mode {
			if d := other.conn().Half[end].Bytes - s.conn().Half[end].Bytes; -tickets <= d && d <= tickets {
				return true
			}
		}
	}
	return false
}

// carriedUnresumed reports whether another data connection of the session carried
// data though its TLS session was a new one: the server does not insist, then.
func (s *subject) carriedUnresumed() bool {
	for _, t := range s.Transfers {
		other := *s
		other.t = t
		if handshake, data := other.unresumed(); t != s.t && handshake && data {
			return true
		}
	}
	return false
}
