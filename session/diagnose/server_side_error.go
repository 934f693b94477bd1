package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// serverSideError: the server refused for reasons of its own, and says so. The
// network is well.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.2
func serverSideError(s *subject) *Finding {
	if s.t != nil {
		return s.transferDenied()
	}
	if s.Login == session.LoginDenied {
		return s.loginDenied()
	}
	return s.wishDenied()
}

// denial begins the finding.
func (s *subject) denial(severity Severity, r *session.Reply) *Finding {
	f := s.finding(ServerSideError, severity)
	f.key = fmt.Sprint(r.Code)
	f.Location = saidByServer
	f.Unknown = []string{"whether the server itself wrote the reply or a proxy in its name"}
	f.Next = "look at the server's log at that time"
	f.Filter = s.controlFilter()
	return f
}

// transferDenied: a transfer command, or what announces its data connection, was
// declined.
func (s *subject) transferDenied() *Finding {
	if s.fate().failed() {
		return nil
	}
	r := s.t.Reply
	switch {
	case s.t.Outcome == session.OutcomeRejected && s.t.Announcement != nil && !s.accepted():
		return s.announcementDenied(s.t.Announcement)
	case r == nil || r.Code < 400 || speaksOfProtection(r):
		return nil
	case s.t.Outcome == session.OutcomeRejected && !connectionFailed(r):
	case s.t.Outcome == session.OutcomeAborted && failsBySelf(r.Code) && !s.clientCut(r):
	case s.t.Outcome == session.OutcomeRejected && s.t.Announcement == nil && serverMet(r) == errnoNoAnnouncement && !s.refusedBefore():
		return s.notAnnounced(r)
	default:
		return nil
	}
	f := s.denial(Error, r)
	f.key += " " + s.t.Direction.String()
	f.Headline = fmt.Sprintf("The server refused the %s: %s", noun(s.t.Direction), headlined(r))
	f.Observation = Statement{fmt.Sprintf("%s was answered by %s", s.asCommanded(), said(r)), Certain}
	f.Cause = Statement{meaning(r), Certain}
	if s.t.Outcome == session.OutcomeAborted {
		f.Headline = fmt.Sprintf("The server gave up the %s: %s", noun(s.t.Direction), headlined(r))
	}
	if s.t.Data != nil && s.t.Data.Bytes > 0 {
		f.Observation.Text += fmt.Sprintf(" after %s", count(int(s.t.Data.Bytes), "byte"))
	}
	if s.opened() {
		f.Observation.Text += "; the data connection had opened without trouble"
	}
	f.Evidence = []Evidence{{s.t.Command.Seen, "the client sends " + s.asCommanded()}, replied(r)}
	if r.Code < 500 || r.Code > 504 {
		f.Remedies = s.remedies(fixPermission)
	}
	return f
}

// asCommanded is the transfer command as it was sent, cut where it is long.
func (s *subject) asCommanded() string {
	if s.t.Command.Argument == "" {
		return s.t.Command.Verb
	}
	return s.t.Command.Verb + " " + short(s.t.Command.Argument)
}

// clientCut reports whether the client ended the data connection before the reply,
// other than by closing an upload: the reply is about that, then.
func (s *subject) clientCut(r *session.Reply) bool {
	if s.t.Aborted {
		return true
	}
	h := s.conn()
	if h == nil {
		return false
	}
	half := &h.Half[s.turned(client)]
	if half.RST.Yes() && sooner(half.RST, r.Seen) {
		return true
	}
	fin, own := half.FIN, h.Half[s.turned(server)].FIN
	return s.t.Direction != ftp.DirectionUpload && fin.Yes() && sooner(fin, r.Seen) && (!own.Yes() || sooner(fin, own))
}

// failsBySelf reports whether a reply in the middle of a transfer speaks of files
// and storage, not of connections.
func failsBySelf(code int) bool {
	switch code {
	case 451, 452, 550, 551, 552, 553:
		return true
	}
	return false
}

// announcementDenied: PASV, EPSV and their like, or any announcement of who is not
// logged in, were declined.
func (s *subject) announcementDenied(a *session.Announcement) *Finding {
	r := a.Reply
	if r == nil || r.Code < 400 || serverMet(r) != errnoNone || connectionFailed(r) || containsAny(strings.ToLower(r.Text), "oops", "internal") {
		return nil
	}
	notLoggedIn := r.Code == 530 || r.Code == 332 || r.Code == 532
	if !notLoggedIn && (s.active() || unknownToServer(r) && a.Verb != "PASV" || s.Client.Addr().Is6() && a.Verb == "PASV") {
		return nil // others explain these
	}
	f := s.denial(Error, r)
	f.key += " " + a.Verb
	f.Headline = fmt.Sprintf("The server refuses %s: %s", a.Verb, headlined(r))
	f.Observation = Statement{fmt.Sprintf("%s was answered by %s", a.Verb, said(r)), Certain}
	f.Cause = Statement{"passive mode is switched off on the server, or not allowed for this user", Likely}
	f.Remedies = s.remedies(fixPassiveRange, fixUseActive)
	f.Unknown = []string{"whether the server itself refused or a box between that follows FTP did in its name"}
	if notLoggedIn {
		f.Cause = Statement{"the client is not logged in", Certain}
		f.Remedies = s.remedies(fixPermission)
	}
	if a.Asked.Yes() {
		f.Evidence = append(f.Evidence, Evidence{a.Asked, "the client sends " + a.Verb})
	}
	f.Evidence = append(f.Evidence, replied(r))
	if next := s.followed(); next != nil {
		f.Severity = Note
		f.Evidence = append(f.Evidence, Evidence{next.Announcement.Seen, next.Announcement.Verb + " is accepted"})
	}
	return f
}

// refusedBefore reports whether the announcement that the transfer command needed
// was refused: that is the cause then.
func (s *subject) refusedBefore() bool {
	for _, t := range s.Transfers {
		if t == s.t {
			return false
		}
		if a := t.Announcement; a != nil && t.Command == nil && a.Accepted != nil && !*a.Accepted {
			return true
		}
	}
	return false
}

// notAnnounced: the client asked for data without saying how to connect.
func (s *subject) notAnnounced(r *session.Reply) *Finding {
	f := s.denial(Error, r)
	f.key += " unannounced"
	f.Headline = fmt.Sprintf("The client sent %s without PORT or PASV before it", s.t.Command.Verb)
	f.Observation = Statement{fmt.Sprintf("%s was answered by %s, and no data connection had been announced for it", s.asCommanded(), said(r)), Certain}
	f.Cause = Statement{"the client's program left out the announcement of the data connection, as the server says", Likely}
	f.Location = Place{Statement{"the client, which sent no announcement past this point", Likely}, AtClient}
	f.Evidence = []Evidence{{s.t.Command.Seen, "the client sends " + s.asCommanded()}, replied(r)}
	f.Unknown = []string{"whether the announcement was lost on the way to this point"}
	return f
}

// loginDenied: the server takes neither name nor password.
func (s *subject) loginDenied() *Finding {
	var last *session.Reply
	var evidence []Evidence
	denied := 0
	for _, c := range s.Commands {
		if c.Verb != "USER" && c.Verb != "PASS" && c.Verb != "ACCT" {
			continue
		}
		for i := range c.Replies {
			if r := &c.Replies[i]; r.Code >= 400 && r.Code != 421 {
				last = r
				denied++
				evidence = append(evidence, Evidence{c.Seen, "the client sends " + c.Verb}, replied(r))
			}
		}
	}
	if last == nil {
		return nil
	}
	f := s.denial(Error, last)
	f.key = "login"
	f.Headline = fmt.Sprintf("The server refused the login: %s", headlined(last))
	f.Observation = Statement{"the login was refused by " + said(last), Certain}
	if denied > 1 {
		f.Observation.Text = fmt.Sprintf("the login was refused %s, the last time by %s", times(denied), said(last))
	}
	f.Cause = Statement{"the name or the password is wrong, or the server does not let this user in", Likely}
	f.Unknown = []string{"which of the two is wrong: servers do not tell on purpose"}
	f.Remedies = s.remedies(fixPermission)
	text := strings.ToLower(last.Text)
	switch {
	case last.Code == 534 || last.Code == 522 || containsAny(text, "encrypt", "tls", "ssl", "auth first", "secure"):
		f.key = "login in clear"
		f.Cause = Statement{"the server wants TLS before the login, as its reply says", Certain}
		f.Unknown = nil
		f.Remedies = s.remedies(fixImplicit)
		f.Next = "repeat the login with explicit TLS (AUTH TLS)"
	case speaksOfLimit(text):
		f.Cause = Statement{"the server has reached a limit on users or connections, as its reply says", Certain}
		f.Unknown = nil
		f.Remedies = s.remedies(fixLimits, fixFewer)
	default:
		if why, told := reasonOfLogin(text); told {
			f.Cause = Statement{why, Likely}
			f.Unknown = nil
			f.Remedies = nil
		}
	}
	f.Evidence = shortened(evidence)
	return f
}

// oops is what a reply that begins so means.
const oops = "the server's program failed by its configuration or its system, as it says"

// reasonOfLogin is why a login was refused that has nothing to do with the password, if
// the words of the reply, in lower case, tell it.
func reasonOfLogin(text string) (why string, told bool) {
	switch {
	case containsAny(text, "directory", "chroot"):
		return "the server can't use the directory of this account as it is set up, as its reply says", true
	case containsAny(text, "oops"):
		return oops, true
	case containsAny(text, "expired", "disabled", "locked", "suspended"):
		return "this account may not be used any more, as the reply says", true
	case containsAny(text, "your ip", "ip address", "from your", "this host", "your host"):
		return "the server does not let this client's address in, as its reply says", true
	}
	return "", false
}

// namesFile are the verbs whose failure ends a wish as that of a transfer command
// does.
var namesFile = map[string]bool{
	"SIZE": true, "MDTM": true, "MLST": true, "CWD": true, "XCWD": true, "DELE": true, "RNFR": true, "RNTO": true,
	"MKD": true, "XMKD": true, "RMD": true, "XRMD": true,
}

// wishDenied: the last thing that the client asked for failed, and it left.
func (s *subject) wishDenied() *Finding {
	end := s.parted()
	over := end.Yes()
	var last *session.Command
	for i := range s.Commands {
		switch c := &s.Commands[i]; c.Verb {
		case "QUIT", "ABOR", "NOOP":
			over = true
		default:
			last = c
		}
	}
	if !over || last == nil || !namesFile[last.Verb] || len(last.Replies) == 0 {
		return nil
	}
	r := &last.Replies[len(last.Replies)-1]
	if !failsBySelf(r.Code) && r.Code != 450 {
		return nil
	}
	f := s.denial(Note, r)
	f.key += " " + last.Verb
	f.Headline = fmt.Sprintf("The client left after the server refused %s: %s", last.Verb, headlined(r))
	f.Observation = Statement{fmt.Sprintf("%s %s was answered by %s, and no transfer followed", last.Verb, short(last.Argument), said(r)), Certain}
	f.Cause = Statement{meaning(r), Certain}
	f.Evidence = []Evidence{{last.Seen, fmt.Sprintf("the client sends %s %s", last.Verb, short(last.Argument))}, replied(r)}
	if end.Yes() {
		f.Evidence = append(f.Evidence, s.endEvidence(end))
	}
	f.Remedies = s.remedies(fixPermission)
	return f
}

// noun is what a transfer is called.
func noun(d ftp.Direction) string {
	if d == ftp.DirectionNone {
		return "transfer"
	}
	return d.String()
}

// short is a text in quotes for a headline, cut where it is long, or would be
// when its bytes are escaped.
func short(text string) string {
	const most, room = 36, 56
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	runes := []rune(text)
	for n := min(len(runes), most); ; n /= 2 {
		cut := string(runes[:n])
		if n < len(runes) {
			cut += "…"
		}
		if q := quoted(cut); len(q) <= room || n == 0 {
			return q
		}
	}
}

// meaning is what a reply says of the reason, by its words, else by what RFC 959
// says of its code.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.2
func meaning(r *session.Reply) string {
	switch text := strings.ToLower(r.Text); {
	case strings.HasPrefix(text, "oops") && strings.Contains(text, "bind"):
		return "the server could not take the address or the port for its end of the data connection (bind failed), as it says"
	case strings.HasPrefix(text, "oops"):
		return oops
	case containsAny(text, "no such file", "not found", "does not exist", "doesn't exist", "cannot find"):
		return "the file or directory is not there, as the server says"
	case containsAny(text, "permission", "access denied", "access is denied", "not allowed", "forbidden", "not permitted"):
		return "this user may not do that, as the server says"
	case containsAny(text, "no space", "disk full", "quota", "insufficient storage", "exceeded"):
		return "there is no room left for this user's files, as the server says"
	case containsAny(text, "in use", "busy", "locked", "being used"):
		return "the file is in use, as the server says"
	}
	switch r.Code {
	case 450, 550:
		return "the file or directory is not there, is in use, or may not be used by this user"
	case 553:
		return "the server does not allow this name, or this user to write there"
	case 452, 552:
		return "the server lacks storage, or the user's quota is used up"
	case 451, 551:
		return "the server failed while it worked on the file"
	case 530, 532, 332:
		return "the server wants a login, or another account, for this"
	case 500, 502, 504:
		return "the server does not know this command, or not with this argument"
	case 501:
		return "the server does not understand the argument of the command"
	case 503:
		return "the server expected another command before this one"
	}
	return "the server declines, for a reason of its own"
}
