package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// atOnce is how soon a server that does not want a connection hangs up.
const atOnce = time.Second

// dataPeerRejected: the data connection came up, and the server closed it
// because it does not come from the address that the client has logged in from.
func dataPeerRejected(s *subject) *Finding {
	if !s.passive() || s.completed() || s.t.Outcome == session.OutcomeUnused {
		return nil
	}
	r := s.reply()
	words := serverMet(r) == errnoBadPeer
	c := s.conn()
	var from string
	if c != nil && c.Ends[ftp.Initiator].Addr() != s.Client.Addr() {
		from = c.Ends[ftp.Initiator].Addr().String()
	}
	hungUp := hangUp(c)
	switch {
	case words:
	case !hungUp.Yes() || c.TLS || s.partner() != nil:
		return nil
	case from == "" && s.hungUpWordless(hungUp):
	case from == "" && (s.Secured.Yes() || r == nil || r.Code != 425 || serverMet(r) != errnoNone):
		return nil
	}
	f := s.finding(DataPeerRejected, Error)
	if r != nil {
		f.key += fmt.Sprintf(" %03d", r.Code)
		f.Observation.Text = "the server replies " + said(r)
	}
	f.Observation.Confidence = Certain
	f.Location = Place{Statement{"at the server, which hung up", Likely}, AtServer}
	if from != "" {
		f.Observation.Text = also(f.Observation.Text, fmt.Sprintf("the data connection comes from %s, the control connection from %s", from, s.Client.Addr()))
	}
	if hungUp.Yes() {
		f.Observation.Text = also(f.Observation.Text, fmt.Sprintf("the server hung up %s after the handshake, before any data", Duration(hungUp.Time.Sub(c.Established.Time))))
		f.Evidence = append(s.handshakeEvidence(), Evidence{hungUp, "the server hangs up, no data was sent"})
	} else {
		f.Evidence = s.waitEvidence()
	}
	if r != nil {
		f.Evidence = append(f.Evidence, replied(r))
	}
	f.Headline = "The server hung up: the data connection came from another address than the login"
	f.Cause = Statement{"a NAT or proxy on the way gives the data connection another source address than the control connection", Likely}
	f.Unknown = []string{"which NAT or proxy on the way it is"}
	switch {
	case words:
		f.Location.Confidence = Certain
		f.Cause = Statement{"the server checks the address of the data connection, and it was another one than the login's", Certain}
		f.Unknown = append(f.Unknown, "whether it was the client's connection or a stranger's")
		if !hungUp.Yes() {
			f.Location.Text = "at the server, which turned the data connection down"
			f.Headline = "The server turned down a data connection from another address than the login's"
		}
	case from == "":
		f.Headline = "The server hung up on the data connection at once, before any data"
		f.Cause = Statement{"the server may have seen the data connection come from another address than the login", Possible}
		f.Unknown = []string{"why the server hung up: its log says so", "from which address the data connection reached the server"}
	}
	f.Next = s.captureAtOther(server)
	f.Remedies = s.remedies(fixPeerAddress)
	f.Filter = s.dataFilter()
	return f
}

// hungUpWordless reports whether the server, which had been asked for the transfer,
// neither began it nor said why it hung up, though its host was up, until the client
// gave up.
func (s *subject) hungUpWordless(hungUp ftp.Seen) bool {
	const least = 2 * time.Second
	gone := s.parted()
	return !s.Encrypted && s.t.Outcome == session.OutcomeAborted && s.t.Command != nil && s.t.Prelim == nil && s.t.Reply == nil &&
		gone.Yes() && gone.host == client && gone.Time.Sub(hungUp.Time) >= least && s.Control.Half[server].LastPacket.Time.After(gone.Time)
}

// also joins two facts.
func also(text, more string) string {
	if text == "" {
		return more
	}
	return text + "; " + more
}

// hangUp is where the listener ended a connection right after the handshake, first
// and before any data; the zero Seen if it did not.
func hangUp(c *ftp.Conn) ftp.Seen {
	if c == nil || !c.Established.Yes() || c.Half[0].Bytes > 0 || c.Half[1].Bytes > 0 {
		return ftp.Seen{}
	}
	end := c.Half[ftp.Listener].FIN
	if rst := c.Half[ftp.Listener].RST; rst.Yes() && (!end.Yes() || sooner(rst, end)) {
		end = rst
	}
	if !end.Yes() || end.Time.Sub(c.Established.Time) > atOnce {
		return ftp.Seen{}
	}
	for _, other := range []ftp.Seen{c.Half[ftp.Initiator].FIN, c.Half[ftp.Initiator].RST} {
		if other.Yes() && sooner(other, end) {
			return ftp.Seen{}
		}
	}
	return end
}
