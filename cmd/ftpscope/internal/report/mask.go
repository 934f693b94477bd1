package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// mask stands for a secret, whatever its length.
const mask = "********"

// secretVerbs are the commands whose argument is a secret (RFC 959 section
// 4.1.1). The e-mail address that anonymous users give is one as well.
var secretVerbs = []string{"PASS", "ACCT"}

// secretKey is how much of a secret is compared with a reply: what begins like a
// longer one is hidden up to the end of its line.
const secretKey = 32

// masker hides the secrets of one session. Its zero value hides nothing.
type masker struct {
	hide    bool
	secrets map[string]map[string]bool // by verb, in lower case, at most secretKey bytes; true if it goes on
	lengths []int                      // of these, the longest first
}

// newMasker knows the secrets of a session, as the others saw it too.
func newMasker(s *session.Session, hide bool, others ...*session.Session) *masker {
	m := &masker{hide: hide}
	if !hide {
		return m
	}
	for _, one := range append([]*session.Session{s}, others...) {
		for _, c := range one.Commands {
			m.learn(c.Verb, c.Argument)
		}
	}
	return m
}

// learn takes a command that may hold a secret.
func (m *masker) learn(verb, argument string) {
	secret := argument
	if !slices.Contains(secretVerbs, verb) {
		var ok bool
		if _, verb, secret, ok = hiddenCommand(verb, argument); !ok {
			return
		}
	}
	secret = strings.Trim(secret, blanks)
	m.remember(verb, lower(secret))
	quoted := strconv.Quote(secret) // as findings repeat it
	m.remember(verb, lower(quoted[1:len(quoted)-1]))
}

func (m *masker) remember(verb, secret string) {
	if secret == "" {
		return
	}
	key := secret[:min(len(secret), secretKey)]
	if m.secrets == nil {
		m.secrets = make(map[string]map[string]bool)
	}
	if m.secrets[verb] == nil {
		m.secrets[verb] = make(map[string]bool)
	}
	m.secrets[verb][key] = m.secrets[verb][key] || len(key) < len(secret)
	if !slices.Contains(m.lengths, len(key)) {
		m.lengths = append(m.lengths, len(key))
		slices.SortFunc(m.lengths, func(a, b int) int { return b - a })
	}
}

// argument returns what to print for a command's argument. An empty secret
// stays empty: that it is empty is worth knowing and nothing to protect.
func (m *masker) argument(verb, argument string) string {
	switch {
	case !m.hide || argument == "":
		return argument
	case slices.Contains(secretVerbs, verb):
		return mask
	}
	if before, verb, secret, ok := hiddenCommand(verb, argument); ok && strings.Trim(secret, blanks) != "" {
		return before + verb + " " + mask
	}
	return argument
}

// blanks may stand around a secret without being part of it.
const blanks = " \t\r\n"

// hiddenCommand finds a command with a secret in the argument of another one:
// of a line that has no verb, since something else than a blank follows it
// ("PASS\tsecret"), of SITE, or of a verb that nobody knows ("QUOTE PASS
// secret"). Of a known verb the argument is what it is meant to be, such as the
// name of a file: "RETR pass 2.txt".
func hiddenCommand(of, argument string) (before, verb, secret string, ok bool) {
	if _, known := ftp.LookupVerb([]byte(of)); known && of != "SITE" {
		return "", "", "", false
	}
	at := strings.IndexFunc(argument, func(r rune) bool { return r < 0x80 && letter(byte(r)) })
	if at < 0 {
		return "", "", "", false
	}
	if verb = secretVerb(argument[at:]); verb == "" {
		return "", "", "", false
	}
	return argument[:at], verb, argument[at+len(verb)+1:], true
}

// secretVerb is the verb that a text begins with, if a secret may follow.
func secretVerb(s string) string {
	for _, verb := range secretVerbs {
		if n := len(verb); len(s) > n && !letter(s[n]) && strings.EqualFold(s[:n], verb) {
			return verb
		}
	}
	return ""
}

// reply returns what to print for the text of a reply. Servers repeat commands
// that they do not understand:
//
//	500 'PASS secret': command not understood.
//
// The secret alone is not looked for: where it is also the name of the user or
// of a file, asterisks in its place would tell it.
func (m *masker) reply(text string) string {
	if len(m.secrets) == 0 {
		return text
	}
	var out strings.Builder
	folded, done := lower(text), 0
	for at := 0; at < len(text); at++ {
		verb := secretVerb(text[at:])
		if verb == "" {
			continue
		}
		if end := m.secretEnd(verb, folded, at+len(verb)+1); end > 0 {
			out.WriteString(text[done:at] + verb + " " + mask)
			done, at = end, end-1
		}
	}
	return out.String() + text[done:]
}

// said returns what to print for a sentence that may quote a reply. Quotes are
// cut where they are long, be it within a secret: "PASS s3c…".
func (m *masker) said(text string) string {
	text = m.reply(text)
	if len(m.secrets) == 0 || !strings.Contains(text, "…") {
		return text
	}
	var out strings.Builder
	folded, done := lower(text), 0
	for at := 0; at < len(text); at++ {
		verb := secretVerb(text[at:])
		if verb == "" {
			continue
		}
		rest := strings.TrimLeft(folded[at+len(verb)+1:], blanks)
		head, _, ok := strings.Cut(rest, "…")
		if ok && m.begins(verb, head) {
			out.WriteString(text[done:at] + verb + " " + mask)
			done = len(text) - len(rest) + len(head)
			at = done - 1
		}
	}
	return out.String() + text[done:]
}

// begins reports whether a secret of a verb begins like this.
func (m *masker) begins(verb, head string) bool {
	for secret := range m.secrets[verb] {
		if head != "" && strings.HasPrefix(secret, head) {
			return true
		}
	}
	return false
}

// secretEnd is where the longest secret of a verb ends that stands at a place of
// a text in lower case, after any blanks; or 0.
func (m *masker) secretEnd(verb, text string, at int) int {
	rest := strings.TrimLeft(text[at:], blanks)
	at = len(text) - len(rest)
	for _, n := range m.lengths {
		if n > len(rest) {
			continue
		}
		more, ok := m.secrets[verb][rest[:n]]
		if !ok {
			continue
		}
		if more {
			line, _, _ := strings.Cut(rest, "\n")
			n = len(line)
		}
		return at + n
	}
	return 0
}

func letter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

// lower turns ASCII letters only, so the length stays.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
