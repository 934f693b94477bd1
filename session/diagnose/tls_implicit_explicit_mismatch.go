package diagnose

import (
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// tlsImplicitExplicit: client and server do not agree whether encryption begins at
// once or after AUTH TLS.
//
// https://www.rfc-editor.org/rfc/rfc4217#section-4
func tlsImplicitExplicit(s *subject) *Finding {
	c := s.Control
	if s.t != nil || c == nil || c.Midstream || !c.Established.Yes() {
		return nil
	}
	f := s.helloToText()
	if f == nil {
		f = s.bothWait()
	}
	if f == nil {
		return nil
	}
	f.Remedies = s.remedies(fixImplicit)
	f.Filter = s.controlFilter()
	return f
}

// helloToText: the client's first bytes are a ClientHello, the server's are clear
// text.
func (s *subject) helloToText() *Finding {
	c := s.Control
	hello := s.Secured
	if c.Hello != nil && c.Hello.Client.Yes() {
		hello = c.Hello.Client.Seen
	}
	text := s.Greeted
	if !text.Yes() && len(s.Unsolicited) > 0 && s.Unsolicited[0].Code != 0 {
		text = s.Unsolicited[0].Seen
	}
	first := c.Half[client].FirstData
	if !hello.Yes() || !text.Yes() || len(s.Commands) > 0 || first.Ref != hello.Ref || c.Half[client].Plain || !c.Half[server].Plain {
		return nil
	}
	if s.LostBytes > 0 || slices.ContainsFunc(s.Unsolicited, func(r session.Reply) bool { return r.Code == 234 }) {
		return nil // the capture may lack AUTH TLS, or does
	}
	f := s.finding(TLSImplicitExplicit, Error)
	f.key = "hello"
	f.Headline = "The client begins with TLS, but the server speaks clear text first"
	f.Observation = Statement{fmt.Sprintf("the client's first packet is a TLS ClientHello, the server's a reply in clear text; AUTH TLS was not sent to port %d", s.Server.Port()), Certain}
	f.Location = Place{Statement{"a setting of the client does not fit that of the server", Likely}, AtClient}
	f.Cause = Statement{fmt.Sprintf("the client is set to implicit TLS, and port %d of the server wants explicit TLS (AUTH TLS) or none", s.Server.Port()), Likely}
	f.Evidence = []Evidence{{hello, "ClientHello of the client"}, {text, "clear text of the server"}}
	f.Unknown = []string{"whether the server offers TLS at all"}
	f.Next = fmt.Sprintf("try explicit TLS on port %d: curl --ssl-reqd -v ftp://%s/", s.Server.Port(), s.Server)
	return f
}

// bothWait: on the port of implicit TLS nobody says anything. The server waits for
// TLS, the client for a greeting.
func (s *subject) bothWait() *Finding {
	c := s.Control
	end := s.parted()
	if s.Server.Port() != implicitPort || spoke(c, end.Seen) || c.Half[client].Unsent.First.Yes() {
		return nil
	}
	if a, ok := c.Answered(); !ok || a.Kind != ftp.AnswerSYNACK {
		return nil
	}
	until := s.Now
	if end.Yes() {
		until = end.Time
	}
	waited := until.Sub(c.Established.Time)
	if waited < patience {
		return nil
	}
	f := s.finding(TLSImplicitExplicit, Error)
	f.key = "wait"
	f.Headline = fmt.Sprintf("Client and server both wait on port %d, where TLS should begin at once", implicitPort)
	f.Observation = Statement{fmt.Sprintf("neither side sent a byte for %s after the connection was open", Duration(waited)), Certain}
	f.Location = Place{Statement{"a setting of the client does not fit that of the server; which of them is wrong cannot be seen", Possible}, AtClient}
	f.Cause = Statement{"the client waits for a greeting as without TLS or with explicit TLS, and the server for implicit TLS", Likely}
	f.Evidence = append([]Evidence{{c.Established, "the connection is open"}}, s.partedEvidence()...)
	f.Unknown = []string{"which of the two is set wrong, or whether the server's service hangs"}
	f.Next = fmt.Sprintf("try implicit TLS: curl -v ftps://%s/", s.Server)
	return f
}
