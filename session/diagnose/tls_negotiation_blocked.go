package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// tlsNegotiationBlocked: the client asked for encryption, and the server, or
// something on the way, refused it or cut it off.
func tlsNegotiationBlocked(s *subject) *Finding {
	if s.t != nil || s.Control == nil {
		return nil
	}
	f := s.handshakeFailed()
	if f == nil {
		f = s.authRefused()
	}
	if f == nil {
		return nil
	}
	f.Filter = s.controlFilter()
	return f
}

// authRefused: AUTH was answered by an error, and by none of its kind accepted.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-4
func (s *subject) authRefused() *Finding {
	var refused *session.Command
	var evidence []Evidence
	overwritten := false
	for i := range s.Commands {
		c := &s.Commands[i]
		masked := s.overwritten(c.Verb)
		if c.Verb != "AUTH" && !masked || len(c.Replies) == 0 {
			continue
		}
		r := &c.Replies[len(c.Replies)-1]
		if r.Code < 400 {
			return nil
		}
		refused, overwritten = c, overwritten || masked
		evidence = append(evidence, Evidence{c.Seen, strings.TrimSpace(c.Verb + " " + c.Argument)}, Evidence{r.Seen, said(r)})
	}
	if refused == nil || s.Secured.Yes() {
		return nil
	}
	r := &refused.Replies[len(refused.Replies)-1]
	what := strings.TrimSpace("AUTH " + refused.Argument)
	f := s.finding(TLSNegotiationBlocked, Error)
	f.key = "refused"
	f.Headline = "The client asked for TLS and was refused"
	f.Observation = Statement{fmt.Sprintf("%s was answered by %s", quoted(what), said(r)), Certain}
	f.Location = s.speaks()
	f.Cause = Statement{"TLS is not set up on the server, or a box on the way refuses AUTH in its name", Possible}
	if !s.on(server) {
		f.Unknown = []string{"whether AUTH reached the server, and who wrote the answer"}
	}
	f.Next = s.captureAtOther(server)
	f.Evidence = evidence
	f.Remedies = s.remedies(fixEnableTLS, fixStrict)
	switch offers, asked := s.offersTLS(); {
	case overwritten:
		f.Headline = "A command of the client arrives overwritten, and the server refuses it"
		f.Observation.Text = fmt.Sprintf("a command arrived here as %s and was answered by %s", refused.Verb, said(r))
		f.Location = Place{Statement{"a box between the client and this capture point", Likely}, BeyondClient}
		f.Cause = Statement{"a box on the way overwrites commands that it does not allow, AUTH probably among them", Likely}
		f.Unknown = []string{"which command the client sent"}
		f.Next = s.captureAtOther(client)
		f.Remedies = s.remedies(fixStrict)
	case s.masked():
		f.Observation.Text += "; the greeting is written over with asterisks"
		f.Cause = Statement{"a box on the way hides the server's greeting, and may refuse AUTH as well", Possible}
		f.Remedies = s.remedies(fixStrict, fixEnableTLS)
	case asked && !offers:
		f.Observation.Text += "; the server does not list AUTH TLS in its answer to FEAT"
		f.Cause = Statement{"TLS is not set up on the server", Likely}
		f.Remedies = s.remedies(fixEnableTLS)
	case asked:
		f.Observation.Text += "; its answer to FEAT lists AUTH TLS"
		f.Cause = Statement{"the server offers TLS and cannot begin it, as without a certificate, or a box on the way refuses AUTH", Possible}
	}
	if s.Login == session.LoginAccepted {
		f.Severity = Warning
		f.Headline = "TLS was refused, and the session went on without encryption"
		f.Evidence = append(f.Evidence, s.loginEvidence()...)
	}
	return f
}

// loginEvidence is the command by which the client logged in in clear text.
func (s *subject) loginEvidence() []Evidence {
	for _, c := range s.Commands {
		if c.Verb == "PASS" {
			return []Evidence{{c.Seen, "PASS in clear text"}}
		}
	}
	return nil
}

// offersTLS reports whether the server lists TLS in its answer to FEAT, and
// whether it was asked at all.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-6
func (s *subject) offersTLS() (offers, asked bool) {
	for _, c := range s.Commands {
		if c.Verb != "FEAT" || len(c.Replies) == 0 || c.Replies[0].Code != 211 {
			continue
		}
		asked = true
		for line := range strings.Lines(strings.ToUpper(c.Replies[0].Text)) {
			if strings.Contains(line, "AUTH") && (strings.Contains(line, "TLS") || strings.Contains(line, "SSL")) {
				return true, true
			}
		}
	}
	return false, asked && s.LostBytes == 0
}

// overwritten reports whether a verb is one that a box put in place of a command
// that it does not allow, as seen behind that box.
func (s *subject) overwritten(verb string) bool {
	return len(verb) == 4 && strings.Trim(verb, "X") == "" && (s.takenAt(NearServer) || s.on(server) || s.takenAt(InTheMiddle))
}

// masked reports whether the greeting was written over.
func (s *subject) masked() bool {
	text := strings.TrimSpace(s.Banner)
	return len(text) > 2 && strings.Count(text, "*") > len(text)*3/4
}

// handshakeFailed: TLS began on the control connection, and did not come up.
func (s *subject) handshakeFailed() *Finding {
	c, h := s.Control, s.Control.Hello
	if h == nil || !h.Client.Yes() || c.Half[server].Plain && len(s.Commands) == 0 {
		return nil
	}
	if s.LostBytes > 0 || h.Client.Cut || h.Server.Cut {
		return nil // what is missing may be the rest of it
	}
	f := s.finding(TLSNegotiationBlocked, Error)
	f.key = "handshake"
	f.Next = s.captureAtOther(server)
	f.Remedies = s.remedies(fixMTU, fixStrict)
	f.Evidence = []Evidence{{h.Client.Seen, "ClientHello"}}
	if h.Server.Yes() {
		f.Evidence = append(f.Evidence, Evidence{h.Server.Seen, "ServerHello"})
	}
	if s.handshakeStuck(f, client, h.Client.Seen) || s.handshakeStuck(f, server, h.Server.Seen) {
		return f
	}
	if h.Finished.Yes() && h.Server.Yes() && !s.alerted(h) {
		return nil
	}
	if s.handshakeAlerted(f, h) || s.handshakeCut(f, h) || s.handshakeSilent(f, h) {
		return f
	}
	return nil
}

// handshakeStuck fills the finding in if what a side sent for the handshake is
// repeated, and not acknowledged.
func (s *subject) handshakeStuck(f *Finding, side ftp.Side, from ftp.Seen) bool {
	st := s.Control.Half[side].Stuck
	if !from.Yes() || st.Repeats < 2 || !st.First.Yes() || sooner(st.First, from) {
		return false
	}
	if done := s.Control.Hello.Finished; done.Yes() && sooner(done, st.First) {
		return false // it had come up by then
	}
	what := "the client's"
	if side == server {
		what = "the server's"
	}
	f.Headline = fmt.Sprintf("The TLS handshake stops: %s packet is not acknowledged", what)
	f.Observation = Statement{fmt.Sprintf("%s packet of %d bytes was sent %s and never acknowledged", what, st.Length, times(st.Repeats+1)), Certain}
	f.Location = s.beyond(side.Other())
	f.Cause = Statement{"a box on the way does not let the TLS handshake pass, or the way there broke just then", Possible}
	const large = 1000
	if st.Length >= large {
		f.Cause = Statement{"packets of this size do not get through, smaller ones before did: the MTU of the way is less than the hosts think, or a box does not let TLS pass", Possible}
	}
	f.Evidence = append(f.Evidence, Evidence{st.First, fmt.Sprintf("%d bytes, not acknowledged", st.Length)})
	for _, r := range st.Repeated {
		f.Evidence = append(f.Evidence, Evidence{r, "the same once more"})
	}
	f.Evidence = shortened(f.Evidence)
	f.Unknown = []string{fmt.Sprintf("whether the packet did not reach %s or its acknowledgment was lost", name(side.Other()))}
	f.Next = s.captureAtOther(side.Other())
	return true
}

// alerted reports whether a fatal alert ended the handshake.
func (s *subject) alerted(h *ftp.TLS) bool {
	for _, a := range h.Alerts {
		if a.Level == 2 {
			return true
		}
	}
	return false
}

// handshakeAlerted fills the finding in if a host broke the handshake off by an
// alert in clear text.
func (s *subject) handshakeAlerted(f *Finding, h *ftp.TLS) bool {
	for _, a := range h.Alerts {
		if a.Level != 2 {
			continue
		}
		what := alertName(a.Description)
		f.key = "alert"
		f.Headline = fmt.Sprintf("%s broke off the TLS handshake: %s", capital(name(a.From)), what)
		f.Observation = Statement{fmt.Sprintf("%s, %s after the ClientHello", alertText(name(a.From), a), Duration(a.Time.Sub(h.Client.Time))), Certain}
		f.Location = Place{Statement{fmt.Sprintf("%s says so itself, unless a box on the way speaks TLS in its place", name(a.From)), Likely}, AtServer}
		f.Cause = Statement{"client and server have no version, cipher or certificate in common that both accept", Likely}
		f.Unknown = []string{"whether a box on the way ends TLS itself: then the alert is its own"}
		f.Remedies = s.remedies(fixEnableTLS)
		if a.From == client {
			f.Location.Where = AtClient
			f.Unknown = []string{"whether the certificate is the server's own or that of a box that ends TLS on the way"}
		}
		switch a.Description {
		case 42, 43, 44, 45, 46, 48:
			f.Cause = Statement{fmt.Sprintf("%s does not accept the certificate: %s", name(a.From), what), Certain}
		case 70, 86:
			f.Cause = Statement{"client and server share no version of TLS", Certain}
		}
		f.Next = fmt.Sprintf("openssl s_client -starttls ftp -connect %s shows the certificate and the versions", s.Server)
		if s.Security == session.SecurityImplicitTLS {
			f.Next = strings.Replace(f.Next, "-starttls ftp ", "", 1)
		}
		f.Evidence = append(f.Evidence, Evidence{a.Seen, alertText(name(a.From), a)})
		return true
	}
	return false
}

// handshakeCut fills the finding in if the control connection was ended before
// the handshake was over.
func (s *subject) handshakeCut(f *Finding, h *ftp.TLS) bool {
	end := s.parted()
	if !end.Yes() || sooner(end.Seen, h.Client.Seen) || end.host == client && !(end.rst && s.otherDistance(&s.Control.Half[client])) {
		return false
	}
	f.key = "cut"
	f.Headline = "The connection was cut in the TLS handshake"
	last := "the ClientHello"
	since := h.Client.Time
	if h.Server.Yes() {
		last, since = "the ServerHello", h.Server.Time
	}
	f.Observation = Statement{fmt.Sprintf("%s, %s after %s", s.how(end), Duration(end.Time.Sub(since)), last), Certain}
	f.Location = s.beyond(end.host)
	f.Cause = Statement{"the server could not go on with TLS, or a box on the way does not allow it", Possible}
	f.Unknown = []string{"who ended the connection: a box can do that in the name of the server"}
	f.Next = s.captureAtOther(end.host)
	f.Evidence = append(f.Evidence, s.partedEvidence()...)
	if end.rst && s.otherDistance(&s.Control.Half[end.host]) {
		w := s.Control.Half[end.host].Wire
		f.Observation.Text += fmt.Sprintf("; the RST has TTL %d, other packets of %s %s", w.RSTTTL, name(end.host), ttls(w.TTLMin, w.TTLMax))
		f.Location = s.intruder(end.host)
		f.Cause = Statement{"a box on the way does not allow TLS on this connection", Likely}
		f.Unknown = nil
		f.Remedies = s.remedies(fixStrict)
		return true
	}
	f.Remedies = s.remedies(fixStrict, fixEnableTLS)
	return true
}

// handshakeSilent fills the finding in if the server took the ClientHello and
// never answered it.
func (s *subject) handshakeSilent(f *Finding, h *ftp.TLS) bool {
	if h.Server.Yes() || h.Client.Cut || s.Control.Half[client].Unsent.First.Yes() || s.Control.Half[server].Missing > 0 || s.Security == session.SecurityNone {
		return false
	}
	until := s.Now
	if end := s.parted(); end.Yes() {
		until = end.Time
	}
	if s.Control.Half[server].LastData.Yes() && sooner(h.Client.Seen, s.Control.Half[server].LastData) || until.Sub(h.Client.Time) < patience {
		return false
	}
	f.key = "silent"
	f.Headline = "The server does not answer the beginning of TLS"
	f.Observation = Statement{fmt.Sprintf("no byte came from the server for %s after the ClientHello", Duration(until.Sub(h.Client.Time))), Certain}
	f.Location = s.beyond(server)
	f.Cause = Statement{"the server hangs, or its answer is lost on the way: it is the largest packet so far", Possible}
	f.Unknown = []string{"whether the ClientHello reached the server's service"}
	return true
}
